import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { OutboxSpace } from '../core/outbox-space.ts';
import type { OutboxLimits } from '../core/settings.ts';
import { Throttle } from '../core/throttle.ts';

/** How often to check when there is nothing to do, and to report at most. */
const EVERY_MS = 60_000;
/** Rows per transaction: what a single step may cost the lanes in waiting, which is some milliseconds. */
const ROWS_PER_STEP = 100;
/** Pages given back per step. */
const PAGES_PER_STEP = 200;
/** How many times as long as a step took nothing is removed after it. */
const PAUSE = 4;
/** The same while there is more than there may be: it must come out faster than it comes in. */
const URGENT_PAUSE = 1;

/**
 * Removes what the outbox no longer needs, in small steps between other work, which has four fifths of the
 * time to itself, or half of it while room is short.
 */
export class Retention {
  readonly #space: OutboxSpace;
  readonly #limits: OutboxLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trouble: Throttle;
  readonly #deaths: Throttle;
  #removedDead = 0;
  /** True while there is more to do: it goes on by itself. */
  #isAtWork = false;
  #cancel: (() => void) | undefined;

  constructor(space: OutboxSpace, limits: OutboxLimits, clock: Clock, log: Log) {
    this.#space = space;
    this.#limits = limits;
    this.#clock = clock;
    this.#log = log;
    this.#trouble = new Throttle(clock, EVERY_MS);
    this.#deaths = new Throttle(clock, EVERY_MS);
  }

  /**
   * Bytes of the outbox for what waits. It is less while there is more in the file than there may be:
   * sizes are estimates.
   */
  poolBytes(): number {
    const { maxBytes, deliveredBytes, deadBytes } = this.#limits;
    const isFull = this.#isFull();
    // What is finished grows fast: the next look would be too late.
    if (!this.#isAtWork && (isFull || this.#isPartFull())) this.#plan(0);
    const pool = maxBytes - deliveredBytes - deadBytes;
    return isFull ? pool / 2 : pool;
  }

  #isFull(): boolean {
    return this.#space.usedBytes() >= this.#limits.maxBytes;
  }

  /** True while more has been delivered, or is dead, than there may be. */
  #isPartFull(): boolean {
    const { deliveredBytes, deadBytes } = this.#limits;
    return (
      this.#space.finishedBytes('delivered') > deliveredBytes ||
      this.#space.finishedBytes('dead') > deadBytes
    );
  }

  start(): void {
    this.#plan(0);
  }

  stop(): void {
    this.#cancel?.();
  }

  #plan(milliseconds: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(milliseconds, () => {
      const began = this.#clock.monotonic();
      const pause = this.#step();
      const took = this.#clock.monotonic() - began;
      this.#isAtWork = pause !== undefined;
      this.#plan(pause === undefined ? EVERY_MS : took * pause);
    });
  }

  /** Does a little. When there is more to do, says how many times as long nothing is to be done first. */
  #step(): number | undefined {
    const { deliveredDays, deadDays, deliveredBytes, deadBytes } = this.#limits;
    const space = this.#space;
    const now = this.#clock.now();
    try {
      let purged = Number(space.settleMembers());
      purged += space.forgetQuiet(now, ROWS_PER_STEP);
      purged += space.purge('delivered', now - deliveredDays * DAY_MS, ROWS_PER_STEP);
      purged += space.purge('dead', now - deadDays * DAY_MS, ROWS_PER_STEP);
      purged += space.purgeTo('delivered', deliveredBytes, ROWS_PER_STEP);
      purged += this.#keepDeadWithin(deadBytes);
      if (!space.compact(PAGES_PER_STEP) && purged === 0) return undefined;
      return this.#isFull() || this.#isPartFull() ? URGENT_PAUSE : PAUSE;
    } catch (error) {
      if (error instanceof OutboxError) return undefined; // the outbox has reported it
      this.#trouble.pass((suppressed) => {
        this.#log.error('outbox cleanup failed', { error, suppressed });
      });
      return undefined;
    }
  }

  /** Nobody has looked at what goes here: it must at least be said. */
  #keepDeadWithin(bytes: number): number {
    const purged = this.#space.purgeTo('dead', bytes, ROWS_PER_STEP);
    this.#removedDead += purged;
    if (this.#removedDead === 0) return 0;
    this.#deaths.pass(() => {
      this.#log.error(
        'dead letters were removed: they took up more than their part of the outbox',
        { count: this.#removedDead },
      );
      this.#removedDead = 0;
    });
    return purged;
  }
}
