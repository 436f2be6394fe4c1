import type { Clock } from '../core/clock.ts';

/** When Shuffle is down: from and until so long after the start, and again after each round. */
const DOWN_FROM_MS = 6000;
const DOWN_UNTIL_MS = 12_000;
const ROUND_MS = 45_000;

/**
 * What goes wrong in the demo, so that one can watch what becomes of it: a service that is down for some
 * seconds now and then. (Somebody else's webhook was removed for good, and a flood comes: see the fake
 * services and the feed.)
 */
export class Story {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #begun: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#begun = clock.monotonic();
  }

  /** True while Shuffle answers nothing but errors. */
  get isShuffleDown(): boolean {
    const at = (this.#clock.monotonic() - this.#begun) % ROUND_MS;
    return at >= DOWN_FROM_MS && at < DOWN_UNTIL_MS;
  }
}
