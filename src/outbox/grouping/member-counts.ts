import type { Database } from '../database.ts';

/** With more bundles than this, all are counted anew: they were sealed long ago, most of them. */
const MOST = 100_000;

/**
 * How many alerts have joined each open bundle of a throttle. There may be thousands of them, and alerts come
 * for others each time: to store their counts would write as much to the disk as to store the alerts. So they
 * are counted once, when one is first met, and are known from then on.
 */
export class MemberCounts {
  readonly #database: Database;
  readonly #counts = new Map<number, number>();
  #generation: number;

  constructor(database: Database) {
    this.#database = database;
    this.#generation = database.generation;
  }

  /** How many have joined a bundle. */
  of(bundle: number): number {
    this.foresee([bundle]);
    return this.#counts.get(bundle) ?? 0;
  }

  /** Counts the members of those that are not known, all at once. */
  foresee(bundles: readonly number[]): void {
    const { generation } = this.#database;
    if (generation !== this.#generation || this.#counts.size > MOST) this.#counts.clear();
    this.#generation = generation;
    const unknown = bundles.filter((bundle) => !this.#counts.has(bundle));
    if (unknown.length === 0) return;
    for (const bundle of unknown) this.#counts.set(bundle, 0);
    const rows = this.#database.all<{ bundle: number; members: number }>(
      `SELECT bundle, COUNT(*) AS members FROM delivery
       WHERE bundle IN (SELECT value FROM json_each(?)) GROUP BY bundle`,
      JSON.stringify(unknown),
    );
    for (const { bundle, members } of rows) this.#counts.set(bundle, members);
  }

  set(bundle: number, joined: number): void {
    this.#counts.set(bundle, joined);
  }
}
