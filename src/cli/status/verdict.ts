import { formatDiagnostic } from '../../core/diagnostic.ts';
import { quietText } from '../../core/quiet-text.ts';
import type { LaneReport, StatusReport } from '../../core/status.ts';
import { spanOf } from '../../core/words.ts';

/** How the daemon is doing, as an exit code tells it: 0, 1 and 2. */
export type Verdict = 'ok' | 'degraded' | 'stopped';

/** What is wrong, the worst first. Times are milliseconds since 1970. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly problems: readonly string[];
}

/** Reading that is farther behind than this is a problem. */
const LATE_READING_SECONDS = 60;
/** What waits for longer than this, without being held back, is a problem. */
const LATE_MS = 15 * 60_000;
const FULL = 0.8;

/** Judges what a running daemon said. */
export function judge(report: StatusReport): Judgement {
  const reading = report.sources.flatMap(({ path, troubles, lagSeconds, lagBytes }) => [
    ...troubles.map((trouble) => `not reading ${path}: ${trouble}`),
    ...(lagSeconds > LATE_READING_SECONDS
      ? [`reading is ${spanOf(lagSeconds * 1000)} behind: ${lagBytes} bytes of ${path} wait`]
      : []),
  ]);
  const isReading = report.sources.some(({ troubles }) => troubles.length === 0);
  const problems = [
    ...reading,
    ...report.sources.flatMap(({ path, quiet }) =>
      quiet === undefined
        ? []
        : [`${path} is quieter than it ever was: ${quietText(quiet, report.now)}`],
    ),
    ...outboxProblems(report),
    ...report.integrations.flatMap((one) => canaryProblems(one, report.now)),
    ...report.integrations.flatMap((one) => laneProblems(one, report.now)),
    ...configurationProblems(report),
  ];
  const verdict = !isReading ? 'stopped' : problems.length > 0 ? 'degraded' : 'ok';
  return { verdict, problems };
}

function outboxProblems({ outbox: { troubles, bytes, limit } }: StatusReport): string[] {
  const share = limit > 0 ? bytes / limit : 0;
  return [
    ...troubles.map((trouble) => `the outbox cannot be used: ${trouble.replaceAll('_', ' ')}`),
    ...(share > FULL ? [`the outbox is ${Math.round(share * 100)} % full`] : []),
  ];
}

/** What is wrong with an integration. @param now in milliseconds since 1970. */
export function laneProblems(report: LaneReport, now: number): string[] {
  const { id, state, why, pending, oldestReadAt, behindSince } = report;
  const waits = pending > 0 ? `, ${pending} wait` : '';
  const because = why === undefined ? '' : `: ${why}`;
  const age = now - (oldestReadAt ?? now);
  if (state === 'parked' || state === 'paused') return [`${id} is ${state}${waits}${because}`];
  if (state === 'not_running') return [`${id} does not run${waits}${because}`];
  if (state === 'backing_off') return [`${id} fails, and is tried again later${waits}${because}`];
  if (behindSince !== undefined) return [`${id} has used up its share of the outbox${waits}`];
  const isLate = pending > 0 && age > LATE_MS;
  return isLate ? [`${id} is late: the oldest of ${pending} waits ${spanOf(age)}`] : [];
}

function canaryProblems({ id, canary }: LaneReport, now: number): string[] {
  if (canary?.isLost !== true) return [];
  const { lastSuccessAt } = canary;
  const last =
    lastSuccessAt === undefined
      ? 'none ever did'
      : `the last one did ${spanOf(now - lastSuccessAt)} ago`;
  return [`the test alert of ${id} did not arrive; ${last}`];
}

function configurationProblems({ configuration: { refused }, now }: StatusReport): string[] {
  if (refused === undefined) return [];
  const first = refused.diagnostics[0];
  const what = first === undefined ? 'it waits for the outbox' : formatDiagnostic(first);
  return [
    `the configuration was changed ${spanOf(now - refused.since)} ago and refused, the one before is in force: ${what}`,
  ];
}
