import { HELD_VERDICTS } from '../../../core/grouping.ts';
import type { Busy } from '../../../simulation/busiest.ts';
import type { IntegrationResult } from '../../../simulation/result.ts';
import { number } from '../../../simulation/views/words.ts';
import type { Html } from '../../http/route.ts';
import { shown, Table } from '../parts.tsx';

/** What occurred most often, with its part of all. */
export function Ranking({
  title,
  of,
  rows,
  total,
  show,
}: {
  title: string;
  /** The integration. */
  of: string;
  rows: readonly Busy[];
  total: number;
  show: (row: Busy) => Html;
}) {
  if (rows.length === 0) return null;
  return (
    <div class="ranking">
      <h3>{title}</h3>
      <Table label={`${title} of ${shown(of)}`} head={['Alerts', 'Part', title]}>
        {rows.map((row) => (
          <tr>
            <td class="number">{number(row.count)}</td>
            <td class="number">
              <meter min={0} max={Math.max(1, total)} value={row.count} aria-hidden="true" />{' '}
              {percent(row.count, total)}
            </td>
            <td class="text">{show(row)}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

/** A part of a whole: `12 %`. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (part / whole) * 100;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}

/** The values of a key of a throttle or digest, as the simulation has them. */
export function keyText(name: string): string {
  const values = JSON.parse(name) as (string | null)[];
  return values.map((value) => (value === null ? '–' : shown(value))).join(' · ');
}

/** How many alerts an integration got, sent or held back. */
export function gotOf({ verdicts }: Pick<IntegrationResult, 'verdicts'>): number {
  const kinds: readonly string[] = ['send', ...HELD_VERDICTS];
  return Object.entries(verdicts).reduce((sum, [kind, count]) => {
    return kinds.includes(kind) ? sum + count : sum;
  }, 0);
}
