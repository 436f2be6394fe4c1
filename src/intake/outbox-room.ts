import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

export interface OutboxRoomParts {
  readonly clock: Clock;
  readonly log: Log;
  /** False while the outbox is full: nothing more is to be read. */
  readonly hasRoom: () => boolean;
}

const RETRY_MS = 1000;

/** Waits while the outbox is full, and says so once, however many sources wait. */
export class OutboxRoom {
  readonly #parts: OutboxRoomParts;
  #isFull = false;

  constructor(parts: OutboxRoomParts) {
    this.#parts = parts;
  }

  /** Resolves when there is room or the signal aborts. Until then the source is the buffer. */
  async wait(signal: AbortSignal): Promise<void> {
    const { clock, hasRoom, log } = this.#parts;
    if (signal.aborted || hasRoom()) return;
    if (!this.#isFull)
      log.error('outbox is full; reading pauses until something is delivered or dropped');
    this.#isFull = true;
    while (!signal.aborted && !hasRoom()) await sleep(clock, RETRY_MS, signal);
    if (signal.aborted || !this.#isFull) return;
    this.#isFull = false;
    log.info('outbox has room again; reading continues');
  }
}
