/** What happened every ten seconds of the last hour, over all integrations: seconds since 1970, and counts. */
export interface Series {
  readonly times: readonly number[];
  readonly delivered: readonly number[];
  readonly failed: readonly number[];
}

/** The time between two points, in milliseconds. */
export const POINT_MS = 10_000;
/** An hour. */
export const MOST_POINTS = 360;
/** What counts as recent: five minutes. */
const RECENT_POINTS = 30;

interface Counts {
  delivered: number;
  failed: number;
}

/** Counts attempts by integration, and keeps an hour of it in memory. */
export class Tally {
  /** What the present ten seconds have, by integration. */
  readonly #present = new Map<string, Counts>();
  /** The points before, the oldest first. */
  readonly #points: { at: number; counts: ReadonlyMap<string, Counts> }[] = [];

  /** An attempt ended. Called for each of them: it must be quick. */
  count(integration: string, isDelivered: boolean): void {
    let counts = this.#present.get(integration);
    if (counts === undefined) {
      counts = { delivered: 0, failed: 0 };
      this.#present.set(integration, counts);
    }
    if (isDelivered) counts.delivered += 1;
    else counts.failed += 1;
  }

  /** Ends a point. @param now in milliseconds since 1970. */
  point(now: number): void {
    this.#points.push({ at: now, counts: new Map(this.#present) });
    this.#present.clear();
    if (this.#points.length > MOST_POINTS) this.#points.shift();
  }

  series(): Series {
    const sumOf = (counts: ReadonlyMap<string, Counts>, kind: keyof Counts) =>
      [...counts.values()].reduce((sum, one) => sum + one[kind], 0);
    return {
      times: this.#points.map(({ at }) => Math.round(at / 1000)),
      delivered: this.#points.map(({ counts }) => sumOf(counts, 'delivered')),
      failed: this.#points.map(({ counts }) => sumOf(counts, 'failed')),
    };
  }

  /** The last five minutes, by integration. */
  recent(): Map<string, Counts> {
    const sums = new Map<string, Counts>();
    const parts = [
      ...this.#points.slice(-RECENT_POINTS).map(({ counts }) => counts),
      this.#present,
    ];
    for (const [integration, { delivered, failed }] of parts.flatMap((part) => [...part])) {
      const sum = sums.get(integration) ?? { delivered: 0, failed: 0 };
      sums.set(integration, {
        delivered: sum.delivered + delivered,
        failed: sum.failed + failed,
      });
    }
    return sums;
  }
}
