import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { OutboxSpace } from '../core/outbox-space.ts';
import type { OutboxTroubles } from '../core/outbox-troubles.ts';

const EVERY_MS = 250;
/** The disk may be nearly full again and again, where what was freed is soon used. */
const SAY_EVERY_MS = 10 * 60_000;
/** Deliveries removed at once; fewer where even that does not fit on the disk. */
const ROWS_PER_STEP = 100;
/** Pages given back at once, 1 MiB. */
const PAGES_PER_STEP = 256;

/** Space kept for a full disk. Sizes are bytes. */
export interface Reserve {
  readonly size: number;
  readonly freeBytes: number;
  /** False when there is no room for it. */
  take(): boolean;
  giveUp(): boolean;
}

export interface DiskRoomParts {
  readonly space: Pick<OutboxSpace, 'purge'>;
  readonly disk: {
    emptyLog(): void;
    /** False when nothing is free. */
    shrink(pages: number): boolean;
  };
  readonly reserve: Reserve;
  readonly troubles: OutboxTroubles;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Follows the disk that the outbox is on. Where it is nearly full, delivered alerts are removed
 * before their time, and their space goes back to the file system. Where it is full, even that
 * needs some: then the reserve is given up for it, and taken back before reading continues.
 */
export class DiskRoom {
  readonly #parts: DiskRoomParts;
  #isTight = false;
  #isSaid = false;
  #saidAt = Number.NEGATIVE_INFINITY;
  #rows = ROWS_PER_STEP;
  #cancel: (() => void) | undefined;

  constructor(parts: DiskRoomParts) {
    this.#parts = parts;
  }

  /**
   * To be called before alerts are stored: what little room there is on a full disk is for what gets
   * rid of some.
   * @throws OutboxError from the first write that found the disk full until there is room again.
   */
  check(): void {
    if (!this.#parts.troubles.has('full')) return;
    throw OutboxError.about('Alerts cannot be stored', 'full');
  }

  /** The same outbox, for reading: {@link check} comes before everything that it stores. */
  guard(outbox: Outbox): Outbox {
    return {
      ...outbox,
      accept: (commit, now) => {
        this.check();
        outbox.accept(commit, now);
      },
      catchUp: (step, now) => {
        this.check();
        return outbox.catchUp(step, now);
      },
    };
  }

  /** Looks at once, and then four times a second. */
  start(): void {
    this.#plan(0);
  }

  stop(): void {
    this.#cancel?.();
  }

  #plan(milliseconds: number): void {
    this.#cancel = this.#parts.clock.after(milliseconds, () => {
      this.#plan(this.#look() ? 0 : EVERY_MS);
    });
  }

  /** Does a little. True when there is more to do. */
  #look(): boolean {
    const { reserve, troubles } = this.#parts;
    try {
      const isFull = troubles.has('full');
      const { size, freeBytes } = reserve;
      const isTight = freeBytes < (this.#isTight ? 3 * size : size);
      this.#say(isTight, freeBytes);
      if (isFull) {
        // The reserve itself, and enough not to be full again at once.
        if (freeBytes >= 1.5 * size && reserve.take()) {
          troubles.madeRoom();
          return false;
        }
        reserve.giveUp();
      } else if (!isTight) {
        reserve.take();
        return false;
      } else if (freeBytes >= 2 * size) {
        // It is tight, and may soon be full: then there must be a reserve.
        reserve.take();
      }
      return this.#relieve();
    } catch {
      // The database has said it; and where the directory is gone, that is said too.
      return false;
    }
  }

  /** Gives some space back. False when there is nothing more to give, or it could not. */
  #relieve(): boolean {
    const { space, disk, clock } = this.#parts;
    try {
      disk.emptyLog();
      const pages = Math.ceil((PAGES_PER_STEP * this.#rows) / ROWS_PER_STEP);
      if (disk.shrink(pages)) return true;
      const purged = space.purge('delivered', clock.now() + 1, this.#rows);
      this.#rows = ROWS_PER_STEP;
      return purged > 0;
    } catch (error) {
      if (OutboxError.of(error).trouble !== 'full' || this.#rows === 1) return false;
      this.#rows = Math.ceil(this.#rows / 4);
      return true;
    }
  }

  #say(isTight: boolean, freeBytes: number): void {
    if (isTight === this.#isTight) return;
    this.#isTight = isTight;
    const { log, clock } = this.#parts;
    if (isTight) {
      const now = clock.monotonic();
      this.#isSaid = now - this.#saidAt >= SAY_EVERY_MS;
      if (!this.#isSaid) return;
      this.#saidAt = now;
      log.warn('disk is nearly full; delivered alerts are removed before their time', {
        freeBytes,
      });
    } else if (this.#isSaid) log.info('disk has room again', { freeBytes });
  }
}
