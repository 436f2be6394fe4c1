import type { CanaryReport } from '../../core/canary.ts';
import { type LaneReport, type StatusReport, WORST_FIRST } from '../../core/status.ts';
import { bytesOf, spanOf } from '../../core/words.ts';
import { printable, table } from '../output.ts';
import type { Style } from '../style.ts';
import type { Judgement, Verdict } from './verdict.ts';

/** One screen about a running daemon, the worst thing first. */
export function statusText(report: StatusReport, judgement: Judgement, style: Style): string {
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
    lanesText(report.integrations, now),
  ];
  return lines.join('\n');
}

/** What is known where no daemon runs. */
export function stoppedText(
  waiting: readonly LaneReport[],
  judgement: Judgement,
  now: number,
  style: Style,
): string {
  const table = waiting.length === 0 ? '' : `\n${lanesText(waiting, now)}`;
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

function lanesText(integrations: readonly LaneReport[], now: number): string {
  const rows = integrations
    .filter(({ id, pending, dead }) => !id.startsWith('@') || pending + dead > 0)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
    .map((one) => [
      one.id,
      one.state.replaceAll('_', ' '),
      String(one.pending),
      String(one.held),
      String(one.dead),
      one.oldestReadAt === undefined ? '-' : spanOf(now - one.oldestReadAt),
      one.nextAttemptAt === undefined || one.nextAttemptAt <= now
        ? '-'
        : `in ${spanOf(one.nextAttemptAt - now)}`,
      ...(one.canary === undefined ? [] : [canaryCell(one.canary, now)]),
    ]);
  const titles = ['INTEGRATION', 'STATE', 'WAITING', 'HELD', 'DEAD', 'OLDEST', 'NEXT'];
  const hasCanaries = integrations.some(({ canary }) => canary !== undefined);
  return table([hasCanaries ? [...titles, 'TEST ALERT'] : titles, ...rows]);
}

/** When a test alert last arrived. */
function canaryCell({ isLost, lastSuccessAt }: CanaryReport, now: number): string {
  const last = lastSuccessAt === undefined ? 'never' : `${spanOf(now - lastSuccessAt)} ago`;
  return isLost ? `lost, ${last}` : lastSuccessAt === undefined ? 'on its way' : last;
}
