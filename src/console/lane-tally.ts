import { Durations } from './durations.ts';

/** What came of attempts. */
export interface Counts {
  readonly delivered: number;
  readonly failed: number;
}

/** How the attempts of an integration went lately. */
export interface LaneRecent extends Counts {
  /** Of the last five minutes, in milliseconds: 95 of 100 attempts took no longer. */
  readonly p95: number | undefined;
  /** The last hour, the oldest minute first; of the present one, what there is so far. */
  readonly minutes: readonly Counts[];
}

/** What counts as recent: five minutes of ten seconds. */
const RECENT_POINTS = 30;
const POINTS_A_MINUTE = 6;
const MINUTES = 60;

interface Point extends Counts {
  readonly durations: Durations;
}

/** Counts the attempts of one integration. */
export class LaneTally {
  #delivered = 0;
  #failed = 0;
  #durations: Durations | undefined;
  /** The last five minutes; undefined: nothing was attempted in those ten seconds. */
  readonly #points: (Point | undefined)[] = [];
  /** Of all that is recent. */
  readonly #sum = new Durations();
  readonly #minutes: Counts[] = [];
  #ofMinute = { delivered: 0, failed: 0, points: 0 };

  /** An attempt ended. Called for each of them: it must be quick. */
  count(isDelivered: boolean, durationMs: number): void {
    if (isDelivered) this.#delivered += 1;
    else this.#failed += 1;
    this.#durations ??= new Durations();
    this.#durations.count(durationMs);
  }

  /** Ends ten seconds. Returns what they had. */
  point(): Counts {
    const counts = { delivered: this.#delivered, failed: this.#failed };
    const durations = this.#durations;
    this.#points.push(durations && { ...counts, durations });
    if (durations !== undefined) this.#sum.add(durations, 1);
    if (this.#points.length > RECENT_POINTS) {
      const gone = this.#points.shift();
      if (gone !== undefined) this.#sum.add(gone.durations, -1);
    }
    this.#addToMinute(counts);
    this.#delivered = 0;
    this.#failed = 0;
    this.#durations = undefined;
    return counts;
  }

  get recent(): LaneRecent {
    let { delivered, failed } = { delivered: this.#delivered, failed: this.#failed };
    for (const point of this.#points) {
      delivered += point?.delivered ?? 0;
      failed += point?.failed ?? 0;
    }
    const { points, ...begun } = this.#ofMinute;
    const minutes = points === 0 ? this.#minutes : [...this.#minutes.slice(1 - MINUTES), begun];
    return { delivered, failed, p95: this.#sum.quantile(0.95), minutes };
  }

  #addToMinute({ delivered, failed }: Counts): void {
    const minute = this.#ofMinute;
    minute.delivered += delivered;
    minute.failed += failed;
    minute.points += 1;
    if (minute.points < POINTS_A_MINUTE) return;
    this.#minutes.push({ delivered: minute.delivered, failed: minute.failed });
    if (this.#minutes.length > MINUTES) this.#minutes.shift();
    this.#ofMinute = { delivered: 0, failed: 0, points: 0 };
  }
}
