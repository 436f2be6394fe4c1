import type { MuteMark } from '../core/grouping.ts';

/** With more keys than this, those that are closed are forgotten. */
const MANY_KEYS = 100_000;

/** The mutes of a configuration in memory: the same as the outbox keeps on the disk. */
export class MemoryMutes {
  readonly #opened = new Map<string, { at: number; until: number }>();
  #forgetAt = MANY_KEYS;

  /** Opens mutes, or keeps them open. @param now in milliseconds since 1970. */
  open(marks: readonly MuteMark[], now: number): void {
    for (const { name, key, forMs } of marks) {
      this.#opened.set(JSON.stringify([name, key]), { at: now, until: now + forMs });
    }
    if (this.#opened.size < this.#forgetAt) return;
    for (const [id, { until }] of this.#opened) if (until <= now) this.#opened.delete(id);
    // Not before there are many new ones: each look costs time in proportion to all.
    this.#forgetAt = Math.max(MANY_KEYS, 2 * this.#opened.size);
  }

  /** When a mute was opened last for a key, in milliseconds since 1970. */
  opened(name: string, key: string): number | undefined {
    return this.#opened.get(JSON.stringify([name, key]))?.at;
  }
}
