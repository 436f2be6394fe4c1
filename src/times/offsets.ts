/** A stretch of time in which a zone keeps one offset, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** What the wall clock shows, less UTC, in milliseconds. */
  readonly offset: number;
}

/** Looked into at once: about a year. A multiple of `STEP`. */
const CHUNK = 54 * 7 * 86_400_000;
/** No zone changes its offset twice within a week. The shortest pause, in Ramadan, lasts four. */
const STEP = 7 * 86_400_000;
/** Enough for all that a time looks ahead; others are found anew. */
const MOST_CHUNKS = 32;

/**
 * When a zone has which offset. `Intl` answers only for a single moment, in about 2 µs, and it is asked
 * once for each week: changes are found by halving, and kept.
 */
export class Offsets {
  readonly #format: Intl.DateTimeFormat;
  readonly #chunks = new Map<number, readonly Stretch[]>();
  #last: Stretch = { from: 0, to: 0, offset: 0 };

  /** @throws RangeError for a zone that this Node does not know. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The stretch that a moment is in. Two that follow each other may have the same offset. */
  at(ms: number): Stretch {
    const last = this.#last;
    if (ms >= last.from && ms < last.to) return last;
    const found = this.#chunk(Math.floor(ms / CHUNK)).find(({ to }) => ms < to) as Stretch;
    this.#last = found;
    return found;
  }

  #chunk(number: number): readonly Stretch[] {
    let chunk = this.#chunks.get(number);
    if (chunk === undefined) {
      if (this.#chunks.size >= MOST_CHUNKS) this.#chunks.clear();
      chunk = this.#find(number * CHUNK, (number + 1) * CHUNK);
      this.#chunks.set(number, chunk);
    }
    return chunk;
  }

  #find(start: number, end: number): Stretch[] {
    const stretches: Stretch[] = [];
    let from = start;
    let offset = this.#ask(start);
    for (let at = start; at < end; at += STEP) {
      const next = this.#ask(at + STEP);
      if (next === offset) continue;
      const to = this.#changeBetween(at, at + STEP, offset);
      stretches.push({ from, to, offset });
      from = to;
      offset = next;
    }
    if (from < end) stretches.push({ from, to: end, offset });
    return stretches;
  }

  /** The first second that has another offset than the moment `before`. */
  #changeBetween(before: number, after: number, offset: number): number {
    let [low, high] = [before / 1000, after / 1000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle * 1000) === offset) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  /** @param ms a whole second. */
  #ask(ms: number): number {
    let [year, month, day, hour, minute, second] = [0, 0, 0, 0, 0, 0];
    for (const { type, value } of this.#format.formatToParts(ms)) {
      if (type === 'year') year += Number(value);
      else if (type === 'era' && value.startsWith('B')) year = 1 - year;
      else if (type === 'month') month = Number(value);
      else if (type === 'day') day = Number(value);
      else if (type === 'hour') hour = Number(value);
      else if (type === 'minute') minute = Number(value);
      else if (type === 'second') second = Number(value);
    }
    return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
  }
}
