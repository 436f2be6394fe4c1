import type { MuteMark } from '../core/grouping.ts';

/** Keys that are kept: with more, those that are closed go. */
const MANY = 100_000;

/** The mutes of a configuration, in virtual time. */
export class OpenMutes {
  readonly #opened = new Map<string, { readonly at: number; readonly until: number }>();

  /** Opens mutes, or keeps them open. @param now in milliseconds since 1970. */
  open(marks: readonly MuteMark[], now: number): void {
    for (const { name, key, forMs } of marks) {
      this.#opened.set(nameOf(name, key), { at: now, until: now + forMs });
    }
    if (this.#opened.size < MANY) return;
    for (const [name, { until }] of this.#opened) {
      if (until <= now) this.#opened.delete(name);
    }
  }

  /** When one was opened last. */
  readonly opened = (name: string, key: string): number | undefined => {
    return this.#opened.get(nameOf(name, key))?.at;
  };
}

function nameOf(name: string, key: string): string {
  return JSON.stringify([name, key]);
}
