import type { Clock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { Log } from '../core/log.ts';
import type { OutboxSpace } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { OutboxLimits } from '../core/settings.ts';
import { Throttle } from '../core/throttle.ts';

/** How often to check when there is nothing to do. */
const EVERY_MS = 60_000;
/** Rows per transaction: what a single step may cost the lanes in waiting. */
const ROWS_PER_STEP = 500;
/** Pages given back per step. */
const PAGES_PER_STEP = 1000;
/** How much is freed at once when full. */
const LOW_WATER = 0.9;

/** Removes what the outbox no longer needs, in small steps between other work. */
export class Retention {
  readonly #space: OutboxSpace;
  readonly #limits: OutboxLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trouble: Throttle;
  #isMakingRoom = false;
  #cancel: (() => void) | undefined;

  constructor(space: OutboxSpace, limits: OutboxLimits, clock: Clock, log: Log) {
    this.#space = space;
    this.#limits = limits;
    this.#clock = clock;
    this.#log = log;
    this.#trouble = new Throttle(clock, EVERY_MS);
  }

  /** False while the outbox has reached its size: reading must pause. */
  hasRoom(): boolean {
    if (this.#space.usedBytes() < this.#limits.maxBytes) return true;
    this.#isMakingRoom = true;
    this.#plan(0);
    return false;
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
      this.#plan(this.#step() ? 0 : EVERY_MS);
    });
  }

  /** Does a little. True when there is more to do. */
  #step(): boolean {
    const { deliveredDays, deadDays, maxBytes } = this.#limits;
    const now = this.#clock.now();
    try {
      let purged = this.#space.purge('delivered', now - deliveredDays * DAY_MS, ROWS_PER_STEP);
      purged += this.#space.purge('dead', now - deadDays * DAY_MS, ROWS_PER_STEP);
      if (this.#isMakingRoom && purged === 0) purged = this.#makeRoom(now, maxBytes);
      return this.#space.compact(PAGES_PER_STEP) || purged > 0;
    } catch (error) {
      if (error instanceof OutboxError) return false; // the outbox has reported it
      this.#trouble.pass((suppressed) => {
        this.#log.error('outbox cleanup failed', { error, suppressed });
      });
      return false;
    }
  }

  /** Removes delivered alerts before their time, since the outbox is full. */
  #makeRoom(now: number, maxBytes: number): number {
    const purged = this.#space.purge('delivered', now + 1, ROWS_PER_STEP);
    if (purged === 0 || this.#space.usedBytes() < maxBytes * LOW_WATER) this.#isMakingRoom = false;
    return purged;
  }
}
