import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { OutboxError, OutboxObserver, OutboxTrouble } from './outbox-error.ts';

/** A trouble has ended when something could be written, and nothing has failed for so long. */
const QUIET_MS = 2000;
/** Another process that is done within this time is none. */
const PATIENCE_MS = 2000;
/** One that comes back sooner is not said again: it may come and go for hours. */
const SAY_EVERY_MS = 60_000;

interface Episode {
  readonly since: number;
  failedAt: number;
  failures: number;
  isSaid: boolean;
}

/**
 * What is wrong with the outbox, for all that use it: each trouble is said once when it begins and
 * once when it ends, however many lanes meet it.
 */
export class OutboxTroubles implements OutboxObserver {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #episodes = new Map<OutboxTrouble, Episode>();
  readonly #said = new Map<OutboxTrouble, { at: number; suppressed: number }>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** True while there is a trouble, or while this one is there. */
  has(trouble?: OutboxTrouble): boolean {
    return trouble === undefined ? this.#episodes.size > 0 : this.#episodes.has(trouble);
  }

  /** What is wrong at the moment, in the words of the log. */
  get present(): OutboxTrouble[] {
    return [...this.#episodes].flatMap(([trouble, { isSaid }]) => (isSaid ? [trouble] : []));
  }

  /** True when nothing has failed for a while: a try is due, to find whether it works again. */
  get isQuiet(): boolean {
    const now = this.#clock.monotonic();
    return [...this.#episodes.values()].every(({ failedAt }) => now - failedAt >= QUIET_MS);
  }

  failed(error: OutboxError): void {
    const now = this.#clock.monotonic();
    let episode = this.#episodes.get(error.trouble);
    if (episode === undefined) {
      episode = { since: now, failedAt: now, failures: 0, isSaid: false };
      this.#episodes.set(error.trouble, episode);
    }
    episode.failedAt = now;
    episode.failures += 1;
    if (episode.isSaid) return;
    if (error.trouble === 'busy' && now - episode.since < PATIENCE_MS) return;
    const said = this.#said.get(error.trouble);
    if (said !== undefined && now - said.at < SAY_EVERY_MS) {
      if (episode.failures === 1) said.suppressed += 1;
      return;
    }
    episode.isSaid = true;
    this.#said.set(error.trouble, { at: now, suppressed: 0 });
    const suppressed = said?.suppressed ?? 0;
    this.#log.error('outbox cannot be used', { trouble: error.trouble, error, suppressed });
  }

  worked(): void {
    if (this.#episodes.size === 0) return;
    const now = this.#clock.monotonic();
    for (const [trouble, { since, failedAt, failures, isSaid }] of this.#episodes) {
      if (isSaid && now - failedAt < QUIET_MS) continue;
      // On a full disk something small may still find room: only the one that makes room ends it.
      if (trouble === 'full') continue;
      this.#end(trouble, isSaid, { seconds: Math.round((now - since) / 1000), failures });
    }
  }

  /** There is room on the disk again. */
  madeRoom(): void {
    const full = this.#episodes.get('full');
    if (full === undefined) return;
    const seconds = Math.round((this.#clock.monotonic() - full.since) / 1000);
    this.#end('full', full.isSaid, { seconds, failures: full.failures });
  }

  #end(trouble: OutboxTrouble, isSaid: boolean, fields: { seconds: number; failures: number }) {
    this.#episodes.delete(trouble);
    if (isSaid) this.#log.info('outbox can be used again', { trouble, ...fields });
  }
}
