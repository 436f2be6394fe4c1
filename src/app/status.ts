import type { Clock } from '../core/clock.ts';
import type { LaneBacklog, LaneRecord, Outbox } from '../core/outbox.ts';
import type { OutboxTroubles } from '../core/outbox-troubles.ts';
import type { LaneReport, LaneReportState, SourceReport, StatusReport } from '../core/status.ts';
import { VERSION } from '../core/version.ts';
import { Canaries } from '../outbox/canaries.ts';
import type { Database } from '../outbox/database.ts';
import { Purge } from '../outbox/purge.ts';
import { SourceHours } from '../outbox/source-hours.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import type { FileSource } from '../sources/file/file-source.ts';
import { canaryReport } from './canary-reports.ts';
import type { Reloading } from './reloading.ts';

/** What the state of the daemon is put together from. */
export interface StatusParts {
  readonly clock: Clock;
  readonly mode: StatusReport['mode'];
  readonly startedAt: number;
  readonly configFile: string;
  readonly database: Database;
  readonly limitBytes: number;
  readonly outbox: Pick<Outbox, 'lane' | 'nextDue'>;
  readonly troubles: Pick<OutboxTroubles, 'present'>;
  readonly sources: () => readonly SourceReport[];
  readonly lanes: () => Iterable<{
    readonly id: string;
    readonly state: LaneReportState;
    /** Its lane in the outbox; undefined where it has none. */
    readonly lane: number | undefined;
    /** Why it cannot run as it is configured. */
    readonly cannotRun: string | undefined;
  }>;
  readonly reloading: () => Pick<Reloading, 'refusal' | 'inForceSince' | 'inForce' | 'reload'>;
}

/**
 * Puts together how the daemon is doing.
 * @param backlog what waits, where it is known: to count it takes time in proportion to it.
 */
export function statusOf(
  parts: StatusParts,
  backlog: readonly LaneBacklog[] = new SqliteStatistics(parts.database).backlog(),
): StatusReport {
  const { clock, mode, startedAt, configFile, database, limitBytes } = parts;
  const { inForceSince, refusal } = parts.reloading();
  const now = clock.now();
  return {
    pid: process.pid,
    version: VERSION,
    mode,
    startedAt,
    now,
    sources: withQuiet(parts),
    outbox: {
      path: database.path,
      bytes: new Purge(database).usedBytes(),
      limit: limitBytes,
      troubles: parts.troubles.present,
    },
    integrations: integrationsOf(parts, backlog),
    configuration: {
      file: configFile,
      inForceSince,
      refused: refusal,
    },
  };
}

/**
 * How a source is doing. Times are milliseconds since 1970.
 * @param startedAt when the daemon began.
 */
export function sourceReport(
  alertFile: Pick<FileSource, 'status' | 'name'>,
  startedAt: number,
  now: number,
): SourceReport {
  const { path, lagBytes, lastLinesAt, lastGrowthAt, health } = alertFile.status();
  const idle = Math.max(0, now - (lastLinesAt ?? startedAt)) / 1000;
  return {
    source: alertFile.name,
    path,
    lagBytes,
    lagSeconds: lagBytes > 0 ? Math.round(idle) : 0,
    lastAlertAt: lastGrowthAt,
    troubles: health.map(({ kind }) => TROUBLES[kind] ?? kind),
  };
}

/** Why the alert file, or a part of it, cannot be read. */
const TROUBLES: Readonly<Record<string, string>> = {
  missing: 'the alert file is missing',
  unreachable: 'the folder of the alert file cannot be reached',
  not_a_file: 'it is no file',
  unopenable: 'it cannot be opened: check its rights',
  unreadable: 'it cannot be read',
  no_newline: 'its last line has no end yet',
  archives: 'archives cannot be listed or read',
};

function withQuiet({ sources, database }: StatusParts): SourceReport[] {
  const quiet = new SourceHours(database).quiet();
  return sources().map((one) => ({ ...one, quiet: quiet[one.source] }));
}

function integrationsOf(parts: StatusParts, backlog: readonly LaneBacklog[]): LaneReport[] {
  const statistics = new SqliteStatistics(parts.database);
  const canaries = new Canaries(parts.database).all();
  const plans = parts.reloading().inForce.canaries;
  const now = parts.clock.now();
  const backlogs = new Map(backlog.map((one) => [one.integration, one]));
  const reports = [...parts.lanes()].map(({ id, state, lane, cannotRun }): LaneReport => {
    const backlog = backlogs.get(id);
    backlogs.delete(id);
    const record = lane === undefined ? undefined : parts.outbox.lane(lane);
    const due = lane === undefined || !isWaiting(backlog) ? undefined : parts.outbox.nextDue(lane);
    // What a storm does next is mostly to look whether it is over.
    const isStorm = state === 'storm' && lane !== undefined;
    const next = isStorm && due !== 0 ? statistics.nextBundleAt(lane) : due;
    return {
      id,
      state,
      why: whyNot(record) ?? cannotRun,
      ...countsOf(backlog),
      nextAttemptAt: next === undefined || next === 0 ? undefined : next,
      canary: canaryReport(plans.get(id), canaries.get(lane ?? -1), now),
    };
  });
  // Those that were removed, as long as something of them is left.
  const removed = [...backlogs.values()].filter(
    (one) => one.pending + one.held + one.parked + one.dead > 0,
  );
  return [
    ...reports,
    ...removed.map((backlog): LaneReport => {
      const why = 'it is no longer in the configuration';
      const counts = countsOf(backlog);
      return {
        id: backlog.integration,
        state: 'not_running',
        why,
        ...counts,
        nextAttemptAt: undefined,
      };
    }),
  ];
}

function isWaiting(backlog: LaneBacklog | undefined): boolean {
  return backlog !== undefined && backlog.pending + backlog.held > 0;
}

function countsOf(backlog: LaneBacklog | undefined) {
  const { pending = 0, leased = 0, parked = 0, held = 0, dead = 0 } = backlog ?? {};
  return {
    pending: pending + leased + parked,
    held,
    dead,
    oldestReadAt: backlog?.oldestReadAt,
    behindSince: backlog?.behindSince,
  };
}

function whyNot(record: LaneRecord | undefined): string | undefined {
  if (record?.pause !== undefined) {
    return `${record.pause.who} paused it at ${new Date(record.pause.since).toISOString()}`;
  }
  return record?.parking?.message;
}
