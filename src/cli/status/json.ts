import type { CanaryReport } from '../../core/canary.ts';
import type { LaneReport, StatusReport } from '../../core/status.ts';
import type { OriginalBack } from '../../dropin/install/back.ts';
import { isoTime } from '../output.ts';
import type { Judgement } from './verdict.ts';

/** A running daemon's status as JSON. */
export function statusJson(report: StatusReport, { verdict, problems }: Judgement) {
  const { pid, version, mode, startedAt, sources, outbox, configuration, now } = report;
  return {
    state: verdict,
    running: true,
    pid,
    version,
    mode,
    started_at: isoTime(startedAt),
    reading: sources.map((source) => ({
      source: source.source,
      path: source.path,
      lag_bytes: source.lagBytes,
      lag_seconds: source.lagSeconds,
      last_alert_at: isoTime(source.lastAlertAt),
      troubles: source.troubles,
      quiet:
        source.quiet === undefined
          ? null
          : {
              since: isoTime(source.quiet.since),
              fewest: source.quiet.fewest,
              alerts: source.quiet.count ?? 0,
            },
    })),
    outbox: { bytes: outbox.bytes, limit: outbox.limit, troubles: outbox.troubles },
    integrations: report.integrations.map((one) => laneJson(one, now)),
    configuration: {
      file: configuration.file,
      in_force_since: isoTime(configuration.inForceSince),
      refused_since: isoTime(configuration.refused?.since),
    },
    original_back: null,
    problems,
  };
}

/** The same where no daemon runs. */
export function stoppedJson(
  waiting: readonly LaneReport[],
  { verdict, problems }: Judgement,
  back: OriginalBack | undefined,
  now: number,
) {
  return {
    state: verdict,
    running: false,
    pid: null,
    version: null,
    mode: null,
    reading: [],
    outbox: null,
    integrations: waiting.map((one) => laneJson(one, now)),
    original_back: back === undefined ? null : { path: back.path, since: isoTime(back.since) },
    problems,
  };
}

function laneJson(one: LaneReport, now: number) {
  return {
    id: one.id,
    state: one.state,
    why: one.why ?? null,
    pending: one.pending,
    held: one.held,
    dead: one.dead,
    oldest_seconds:
      one.oldestReadAt === undefined
        ? null
        : Math.max(0, Math.round((now - one.oldestReadAt) / 1000)),
    next_attempt_at: isoTime(one.nextAttemptAt),
    canary: one.canary === undefined ? null : canaryJson(one.canary),
  };
}

function canaryJson({ plan, lastSentAt, lastSuccessAt, isLost }: CanaryReport) {
  return {
    plan,
    last_sent_at: isoTime(lastSentAt),
    last_success_at: isoTime(lastSuccessAt),
    lost: isLost,
  };
}
