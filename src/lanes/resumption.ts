import type { Log } from '../core/log.ts';
import type { LogMessage } from '../core/log-catalogue.ts';
import type { OutboxGuard } from './outbox-guard.ts';

/** A lane that was parked and is not any more. */
export interface ResumedLane {
  readonly lane: number;
  /** The integration's id. */
  readonly integration: string;
  readonly outbox: OutboxGuard;
  readonly log: Log;
}

/** Logs that a lane resumes, what waits in it, and how to drop what nobody wants to get any more. */
export function reportResumption(message: LogMessage<'info'>, resumed: ResumedLane): void {
  const { lane, integration, outbox, log } = resumed;
  const { count, oldestReadAt } = outbox.ask('count', (one) => one.waiting(lane))?.answer ?? {};
  if (count === undefined || oldestReadAt === undefined) {
    log.info(message, { integration });
    return;
  }
  log.info(message, {
    integration,
    waiting: count,
    oldest: new Date(oldestReadAt).toISOString(),
    hint: `all of them are delivered; to drop old ones: integratord queue drop --integration ${integration} --in pending --older-than 1h`,
  });
}
