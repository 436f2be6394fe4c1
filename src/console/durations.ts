/** Each bucket is wider than the one before by this: what is said of a duration is within 9 % of it. */
const FACTOR = 2 ** 0.25;
/** From a millisecond to more than an hour. */
const BUCKETS = 88;

/** Durations of attempts, as how many there were about as long: to count one costs next to nothing. */
export class Durations {
  readonly #counts = new Uint32Array(BUCKETS);

  /** @param ms milliseconds. */
  count(ms: number): void {
    const bucket = ms <= 1 ? 0 : Math.ceil(Math.log2(ms) * 4);
    const at = Math.min(bucket, BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Counts those of another as well, or takes them out again. */
  add(other: Durations, sign: 1 | -1): void {
    for (let at = 0; at < BUCKETS; at += 1) {
      this.#counts[at] = (this.#counts[at] ?? 0) + sign * (other.#counts[at] ?? 0);
    }
  }

  /** Milliseconds that such a share (0 to 1) of them is not longer than; undefined where there is none. */
  quantile(share: number): number | undefined {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    let left = share * total;
    const at = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    // The middle of its bucket.
    return FACTOR ** (at - 0.5);
  }
}
