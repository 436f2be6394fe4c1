import type { Clock } from '../core/clock.ts';

export interface SharesParts {
  /** What waits in each lane, in bytes. */
  readonly waitingBytes: () => ReadonlyMap<number, number>;
  /** Bytes that all lanes together may have waiting. */
  readonly poolBytes: () => number;
  readonly clock: Clock;
}

/** How long what is known of the lanes may be used. Until then, what is added is counted here. */
const FRESH_MS = 250;

/**
 * What each lane may have waiting in the outbox, so that none can fill it for the others.
 *
 * A share is the pool, divided by the lanes. A lane that has used up its own may borrow while the
 * lanes together use less than half of the pool. What is borrowed makes the shares smaller, but never
 * by more than half: so there is always room for a lane that has little waiting, and the lanes
 * together stay within the pool (by a sixteenth more at the worst, however they use it).
 */
export class Shares {
  readonly #parts: SharesParts;
  #lanes: ReadonlySet<number> = new Set();
  #waiting = new Map<number, number>();
  #total = 0;
  /** Bytes above the shares, and everything of lanes that have none. */
  #borrowed = 0;
  #pool = 0;
  #freshUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: SharesParts) {
    this.#parts = parts;
  }

  /** The lanes that have a share. */
  set lanes(lanes: ReadonlySet<number>) {
    this.#lanes = lanes;
    this.#freshUntil = Number.NEGATIVE_INFINITY;
  }

  /** Takes so many bytes of a lane's share. False when they would be too many. */
  take(lane: number, bytes: number): boolean {
    this.#refresh();
    const waiting = this.#waiting.get(lane) ?? 0;
    // An alert that is larger than a whole share must get through as well.
    if (waiting > 0 && !this.#allows(waiting + bytes, bytes)) return false;
    const share = this.#share;
    this.#waiting.set(lane, waiting + bytes);
    this.#total += bytes;
    this.#borrowed += Math.max(0, waiting + bytes - share) - Math.max(0, waiting - share);
    return true;
  }

  /** True when a lane has used up so little that it can take a good deal more. */
  hasRoom(lane: number): boolean {
    this.#refresh();
    return (this.#waiting.get(lane) ?? 0) <= this.#allowance / 2;
  }

  /** Bytes that a lane has waiting above what it may have; 0 when it is within its share. */
  excess(lane: number): number {
    this.#refresh();
    const waiting = this.#waiting.get(lane) ?? 0;
    return this.#allows(waiting, 0) ? 0 : waiting - this.#allowance;
  }

  #allows(waiting: number, added: number): boolean {
    return waiting <= this.#allowance || this.#total + added <= this.#pool / 2;
  }

  get #share(): number {
    return this.#pool / Math.max(1, this.#lanes.size);
  }

  /** What a lane may have without borrowing. */
  get #allowance(): number {
    const lendable = Math.min(this.#borrowed, this.#pool / 2);
    return (this.#pool - lendable) / Math.max(1, this.#lanes.size);
  }

  #refresh(): void {
    const now = this.#parts.clock.monotonic();
    if (now < this.#freshUntil) return;
    this.#freshUntil = now + FRESH_MS;
    try {
      this.#waiting = new Map(this.#parts.waitingBytes());
      this.#pool = this.#parts.poolBytes();
    } catch {
      // The outbox cannot be read now. Until it can, what is known is counted on.
      return;
    }
    this.#total = 0;
    this.#borrowed = 0;
    const share = this.#share;
    for (const [lane, waiting] of this.#waiting) {
      this.#total += waiting;
      this.#borrowed += this.#lanes.has(lane) ? Math.max(0, waiting - share) : waiting;
    }
  }
}
