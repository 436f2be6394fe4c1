import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import { Throttle } from '../core/throttle.ts';
import { ClockWatch } from './clock-watch.ts';

/**
 * How often to check whether `integratord queue` changed something, and to make sure that the results
 * of attempts are on the disk.
 */
const LOOK_MS = 500;
const REPORT_EVERY_MS = 60_000;

/** Who has to know what the watch finds. */
export interface WatchedLanes {
  /** Another process changed something in the outbox. */
  refresh(): void;
  /** The clock was set. */
  clockJumped(): void;
}

export interface OutboxWatchParts {
  readonly outbox: Pick<Outbox, 'sync' | 'changedElsewhere' | 'clockJumped'>;
  readonly lanes: WatchedLanes;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Looks at the outbox twice a second: brings results to the disk, and notices what
 * `integratord queue retry` and `drop` changed, and that the clock was set.
 */
export class OutboxWatch {
  readonly #parts: OutboxWatchParts;
  readonly #clockWatch: ClockWatch;
  readonly #trouble: Throttle;
  #cancel: (() => void) | undefined;

  constructor(parts: OutboxWatchParts) {
    this.#parts = parts;
    this.#clockWatch = new ClockWatch(parts.clock);
    this.#trouble = new Throttle(parts.clock, REPORT_EVERY_MS);
  }

  /** Begins to look; goes on, whatever fails, until it is stopped. */
  start(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(): void {
    const { outbox, lanes, log } = this.#parts;
    try {
      outbox.sync();
      if (outbox.changedElsewhere()) lanes.refresh();
      this.#followClock();
    } catch (error) {
      this.#trouble.pass((suppressed) => {
        log.error('outbox poll failed', { error, suppressed });
      });
    }
  }

  /** Times stored before the clock was set would be wrong after it. */
  #followClock(): void {
    const jump = this.#clockWatch.jump();
    if (jump === 0) return;
    const { outbox, lanes, log } = this.#parts;
    log.warn('system clock was changed; retry times are adjusted', {
      seconds: Math.round(jump / 1000),
    });
    outbox.clockJumped(jump);
    lanes.clockJumped();
  }
}
