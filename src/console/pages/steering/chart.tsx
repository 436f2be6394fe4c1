import { HOUR_MS } from '../../../core/durations.ts';
import type { IntegrationResult, SimulationResult } from '../../../simulation/result.ts';
import { chart } from '../../../simulation/views/chart.ts';
import { columnText, hoursOf, inColumns } from '../../../simulation/views/hours.ts';

const MOST_COLUMNS = 360;

/** Messages by hours. Nothing that comes from outside is written in it. */
export function Chart({
  of,
  result,
}: {
  of: IntegrationResult;
  result: Pick<SimulationResult, 'from' | 'to' | 'integrations'>;
}) {
  const hours = hoursOf(result, MOST_COLUMNS);
  if (hours.columns < 2) return null;
  const end = (hours.first + hours.columns * hours.perColumn) * HOUR_MS;
  const svg = chart({
    before: inColumns(of.hoursBefore, hours),
    after: inColumns(of.hoursAfter, hours),
    from: clockText(hours.first * HOUR_MS),
    to: clockText(end),
    title: `${columnText(hours)}: ${of.before} before, ${of.after} after`,
  });
  return <div class="chart" dangerouslySetInnerHTML={{ __html: svg }} />;
}

function clockText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
