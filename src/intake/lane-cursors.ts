import { deliverySize } from '../core/delivery-size.ts';
import type { LaneCursor, Outbox } from '../core/outbox.ts';
import type { Checkpoint } from '../core/source.ts';
import type { Shares } from './shares.ts';

export interface LaneCursorsParts {
  /** The name of the source. */
  readonly source: string;
  readonly outbox: Pick<Outbox, 'cursors'>;
  readonly shares: Shares;
}

/**
 * The lanes that store nothing of a source for now, because their shares of the outbox are used up:
 * each has a place from which it goes on later. All others store what is read.
 */
export class LaneCursors {
  readonly #parts: LaneCursorsParts;
  #cursors = new Map<number, LaneCursor>();
  /** Of those, the ones whose place is not stored yet. */
  #unstored = new Map<number, Checkpoint>();

  constructor(parts: LaneCursorsParts) {
    this.#parts = parts;
  }

  /** Reads them, at first and again: an operator may have dropped some. */
  load(): void {
    const { outbox, source } = this.#parts;
    const stored = outbox.cursors(source);
    for (const lane of this.#unstored.keys()) {
      const cursor = this.#cursors.get(lane);
      if (cursor !== undefined) stored.set(lane, cursor);
    }
    this.#cursors = stored;
  }

  /** The stored places. */
  get stored(): ReadonlyMap<number, LaneCursor> {
    if (this.#unstored.size === 0) return this.#cursors;
    return new Map([...this.#cursors].filter(([lane]) => !this.#unstored.has(lane)));
  }

  /**
   * The lanes among these that store an alert. Those that have no room for it are behind from now on.
   * @param rawBytes the length of the alert.
   * @param place where it begins; undefined where the source cannot be resumed: then all store it.
   */
  storing(
    lanes: readonly number[],
    rawBytes: number,
    place: (() => Checkpoint) | undefined,
    now: number,
  ): readonly number[] {
    const { shares } = this.#parts;
    const bytes = deliverySize(rawBytes);
    return lanes.filter((lane) => {
      if (this.#cursors.has(lane)) return false;
      if (shares.take(lane, bytes) || place === undefined) return true;
      const checkpoint = place();
      this.#cursors.set(lane, { checkpoint, since: now });
      this.#unstored.set(lane, checkpoint);
      return false;
    });
  }

  /** The places that are to be stored with the next commit. */
  get unstored(): ReadonlyMap<number, Checkpoint> {
    return this.#unstored;
  }

  /** They are stored. */
  committed(): void {
    this.#unstored = new Map();
  }

  /** A lane has stored what comes before a place; undefined: it stores what is read again. */
  move(lane: number, checkpoint: Checkpoint | undefined): void {
    const cursor = this.#cursors.get(lane);
    if (checkpoint === undefined) this.#cursors.delete(lane);
    else if (cursor !== undefined) this.#cursors.set(lane, { ...cursor, checkpoint });
  }
}
