import type { Clock } from '../../core/clock.ts';

const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/** Does what takes room. False: there is none. */
export type Attempt = () => boolean;

/**
 * Those who wait for room at the same place, one behind the other. Nobody tells when there is some: it is
 * looked for after a pause, which grows for as long as nothing moves.
 */
export class WaitingLine {
  readonly #clock: Clock;
  #attempts: Attempt[] = [];
  #pauseMs = SHORTEST_PAUSE_MS;
  #cancelPause = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#attempts.length === 0;
  }

  /** Waits behind all others. */
  join(attempt: Attempt): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > 1) return;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    this.#pause();
  }

  /** Waits no more. */
  leave(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter((other) => other !== attempt);
    if (this.isEmpty) this.#cancelPause();
  }

  #pause(): void {
    this.#cancelPause = this.#clock.after(this.#pauseMs, () => this.#advance());
  }

  #advance(): void {
    const before = this.#attempts.length;
    while (this.#attempts[0]?.() === true) this.#attempts.shift();
    const hasMoved = this.#attempts.length < before;
    this.#pauseMs = hasMoved ? SHORTEST_PAUSE_MS : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    if (!this.isEmpty) this.#pause();
  }
}
