import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';

const RETRY_MS = 1000;

/** Puts a new configuration into force: at once, or as soon as the outbox can be used. */
export class TakeOver {
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Begins it. One that still waits gives way to it.
   * @param apply changes nothing when it throws an OutboxError.
   */
  begin(apply: () => void): void {
    this.cancel();
    if (this.#isDone(apply)) return;
    this.#log.warn('configuration waits for the outbox; the previous one stays active');
    this.#retry(apply);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #retry(apply: () => void): void {
    this.#cancel = this.#clock.after(RETRY_MS, () => {
      if (!this.#isDone(apply)) this.#retry(apply);
    });
  }

  #isDone(apply: () => void): boolean {
    try {
      apply();
      return true;
    } catch (error) {
      if (error instanceof OutboxError) return false;
      throw error;
    }
  }
}
