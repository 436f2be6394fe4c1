import type { CanaryReport } from '../../core/canary.ts';
import {
  type LaneReport,
  type LaneReportState,
  type StatusReport,
  WORST_FIRST,
} from '../../core/status.ts';
import { bytesOf, spanOf } from '../../core/words.ts';
import { printable } from '../output.ts';
import type { Style } from '../style.ts';
import { type Column, fittedTable } from '../table.ts';
import type { Judgement, Verdict } from './verdict.ts';

/** What it is shown on. */
export interface Screen {
  readonly style: Style;
  /** Of the terminal; undefined: as wide as it is. */
  readonly width: number | undefined;
}

/** One screen about a running daemon, the worst thing first. */
export function statusText(report: StatusReport, judgement: Judgement, screen: Screen): string {
  const { style } = screen;
  const { pid, version, mode, startedAt, now, sources, outbox, configuration } = report;
  const up = spanOf(now - startedAt);
  const where = mode === 'in place' ? "in the original's place" : 'beside the original';
  const lines = [
    `${sign(judgement.verdict, style)}  integratord ${version} runs ${where} (pid ${pid}, for ${up})`,
    ...problemLines(judgement, style),
    '',
    ...sources.map(({ path, lagBytes, lastAlertAt }) => {
      const lag = lagBytes === 0 ? 'all read' : `${bytesOf(lagBytes)} to read`;
      const last =
        lastAlertAt === undefined ? 'no alert yet' : `last alert ${spanOf(now - lastAlertAt)} ago`;
      return `reading        ${printable(path)}: ${lag}, ${last}`;
    }),
    `outbox         ${bytesOf(outbox.bytes)} of ${bytesOf(outbox.limit)}`,
    `configuration  ${printable(configuration.file)}, in force for ${spanOf(now - configuration.inForceSince)}`,
    '',
    lanesText(report.integrations, now, screen),
  ];
  return lines.join('\n');
}

/** What is known where no daemon runs. */
export function stoppedText(
  waiting: readonly LaneReport[],
  judgement: Judgement,
  now: number,
  screen: Screen,
): string {
  const { style } = screen;
  const table = waiting.length === 0 ? '' : `\n${lanesText(waiting, now, screen)}`;
  return [`${sign('stopped', style)}  integratord`, ...problemLines(judgement, style), table].join(
    '\n',
  );
}

function sign(verdict: Verdict, style: Style): string {
  const colour = { ok: style.good, degraded: style.waiting, stopped: style.bad }[verdict];
  return colour(style.strong(verdict.toUpperCase()));
}

function problemLines({ verdict, problems }: Judgement, style: Style): string[] {
  const colour = verdict === 'stopped' ? style.bad : style.waiting;
  return problems.map((problem) => `  ${colour('!')} ${printable(problem)}`);
}

function lanesText(
  integrations: readonly LaneReport[],
  now: number,
  { style, width }: Screen,
): string {
  const rows = integrations
    .filter(({ id, pending, dead }) => !id.startsWith('@') || pending + dead > 0)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  const hasCanaries = integrations.some(({ canary }) => canary !== undefined);
  const all = columns(now, style);
  return fittedTable(hasCanaries ? all : all.slice(0, -1), rows, width);
}

function columns(now: number, style: Style): Column<LaneReport>[] {
  return [
    { title: 'INTEGRATION', text: ({ id }) => id, isCut: true },
    {
      title: 'STATE',
      text: ({ state }) => state.replaceAll('_', ' '),
      colour: ({ state }) => laneColour(state, style),
    },
    { title: 'WAITING', text: ({ pending }) => String(pending) },
    { title: 'HELD', text: ({ held }) => String(held), leftOut: 2 },
    { title: 'DEAD', text: ({ dead }) => String(dead), leftOut: 1 },
    {
      title: 'OLDEST',
      text: ({ oldestReadAt }) => (oldestReadAt === undefined ? '-' : spanOf(now - oldestReadAt)),
      leftOut: 3,
    },
    {
      title: 'NEXT',
      text: ({ nextAttemptAt: next }) =>
        next === undefined || next <= now ? '-' : `in ${spanOf(next - now)}`,
      leftOut: 5,
    },
    {
      title: 'TEST ALERT',
      text: ({ canary }) => (canary === undefined ? '-' : canaryCell(canary, now)),
      colour: ({ canary }) => (canary?.isLost === true ? style.bad : undefined),
      leftOut: 4,
    },
  ];
}

function laneColour(state: LaneReportState, style: Style): ((text: string) => string) | undefined {
  if (state === 'parked' || state === 'not_running') return style.bad;
  return state === 'working' ? undefined : style.waiting;
}

/** When a test alert last arrived. */
function canaryCell({ isLost, lastSuccessAt }: CanaryReport, now: number): string {
  const last = lastSuccessAt === undefined ? 'never' : `${spanOf(now - lastSuccessAt)} ago`;
  return isLost ? `lost, ${last}` : lastSuccessAt === undefined ? 'on its way' : last;
}
