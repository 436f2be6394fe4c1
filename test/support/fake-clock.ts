import type { Clock } from '../../src/core/clock.ts';

interface Timer {
  /** When it fires, on the monotonic scale. */
  readonly at: number;
  readonly callback: () => void;
}

/** Rounds of the event loop without anything to run, after which nothing more will come. */
const QUIET_ROUNDS = 3;
/** Rounds after which something evidently never ends. */
const MOST_ROUNDS = 100_000;

/**
 * A clock in the hands of a test. Time passes only when the test says so; timers fire in the order
 * of their times, and whatever does not wait for time runs to its end before the next one fires.
 */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #timers: Timer[] = [];
  #stopped = false;
  /** What `random()` gives: a constant, unless a test sets another source. */
  randomSource: () => number = () => 0.5;

  constructor(now = Date.UTC(2026, 7, 20, 11, 0, 0)) {
    this.#wall = now;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  random(): number {
    return this.randomSource();
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, milliseconds), callback };
    if (!this.#stopped) this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not fired. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Milliseconds until the next timer; undefined when there is none. */
  get nextTimer(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.at - this.#monotonic;
  }

  /** Sets the wall clock, as an administrator or NTP does. Timers do not notice. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** Forgets all timers, those to come included: the process was killed. */
  kill(): void {
    this.#stopped = true;
    this.#timers = [];
  }

  /** Lets everything run that waits for no time. */
  async settle(): Promise<void> {
    for (let round = 0, quiet = 0; quiet < QUIET_ROUNDS; round += 1) {
      if (round === MOST_ROUNDS) throw new Error('something runs for ever');
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      quiet = process.getActiveResourcesInfo().includes('Immediate') ? 0 : quiet + 1;
    }
  }

  /**
   * Lets so many milliseconds pass at once. What a timer calls runs, and nothing that waits for a
   * promise or for the world outside does.
   */
  tick(milliseconds: number): void {
    const end = this.#monotonic + milliseconds;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#fire(next);
    }
    this.#moveTo(end);
  }

  /** Lets so many milliseconds pass, and everything run that waits for them. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await this.settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#fire(next);
      await this.settle();
    }
    this.#moveTo(end);
  }

  /** Lets time pass from timer to timer until the condition holds. Fails when it never does. */
  async until(condition: () => boolean, limitMs = 48 * 3_600_000): Promise<void> {
    const end = this.#monotonic + limitMs;
    for (;;) {
      await this.settle();
      if (condition()) return;
      const next = this.#next();
      if (next === undefined) throw new Error('the condition does not hold and no timer is left');
      if (next.at > end) throw new Error(`the condition does not hold after ${limitMs} ms`);
      this.#fire(next);
    }
  }

  /**
   * Waits for something that also waits for the world outside, such as a local server. Time stands
   * still until `begin` holds, and passes from then on, a millisecond with every turn of the event
   * loop, so that what is on its way arrives before a time limit of some seconds.
   */
  async passWhile<T>(work: Promise<T>, begin: () => boolean): Promise<T> {
    const state = { isOver: false };
    const end = () => {
      state.isOver = true;
    };
    work.then(end, end);
    while (!state.isOver) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (begin()) this.tick(1);
    }
    return work;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at) next = timer;
    }
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#moveTo(timer.at);
    timer.callback();
  }

  #moveTo(monotonic: number): void {
    const passed = Math.max(0, monotonic - this.#monotonic);
    this.#monotonic += passed;
    this.#wall += passed;
  }
}
