import { type Counts, type LaneRecent, LaneTally } from './lane-tally.ts';

/** What happened over all integrations: seconds since 1970, and counts of what came before each. */
export interface Series {
  /** The time between two points, in seconds. */
  readonly step: number;
  readonly times: readonly number[];
  readonly delivered: readonly number[];
  readonly failed: readonly number[];
}

/** How far back: an hour, a day, or thirty. */
export const SERIES_SPANS = ['1h', '24h', '30d'] as const;
export type SeriesSpan = (typeof SERIES_SPANS)[number];

/** An hour of the last thirty days. */
export interface Hour extends Counts {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
}

/** The time between two points that are counted, in milliseconds. */
export const POINT_MS = 10_000;
const HOUR_MS = 3_600_000;
/** What is kept of the points: a day. */
const MOST_POINTS = 8640;
const POINTS_AN_HOUR = 360;
/** In the view of a day, a point is five minutes: more than that, nobody tells apart. */
const POINTS_TOGETHER = 30;
const MOST_HOURS = 720;

interface Point extends Counts {
  readonly at: number;
}

/** Counts attempts: by integration for the last hour, of all for a day by ten seconds and thirty by the hour. */
export class Tally {
  readonly #lanes = new Map<string, LaneTally>();
  /** A ring: the next one takes the place of the oldest. */
  readonly #points: Point[] = [];
  #next = 0;
  #hours: Hour[] = [];

  /** An attempt ended. Called for each of them: it must be quick. */
  count(integration: string, isDelivered: boolean, durationMs: number): void {
    let lane = this.#lanes.get(integration);
    if (lane === undefined) {
      lane = new LaneTally();
      this.#lanes.set(integration, lane);
    }
    lane.count(isDelivered, durationMs);
  }

  /** Ends ten seconds. @param now in milliseconds since 1970. */
  point(now: number): void {
    let [delivered, failed] = [0, 0];
    for (const lane of this.#lanes.values()) {
      const counts = lane.point();
      delivered += counts.delivered;
      failed += counts.failed;
    }
    this.#points[this.#next] = { at: now, delivered, failed };
    this.#next = (this.#next + 1) % MOST_POINTS;
    this.#addToHour({ at: Math.floor(now / HOUR_MS) * HOUR_MS, delivered, failed });
  }

  series(span: SeriesSpan): Series {
    if (span === '30d') return seriesOf(this.#hours, HOUR_MS);
    const all = [...this.#points.slice(this.#next), ...this.#points.slice(0, this.#next)];
    if (span === '1h') return seriesOf(all.slice(-POINTS_AN_HOUR), POINT_MS);
    return seriesOf(together(all), POINT_MS * POINTS_TOGETHER);
  }

  /** How it went lately, by integration. */
  recent(): Map<string, LaneRecent> {
    return new Map([...this.#lanes].map(([id, lane]) => [id, lane.recent]));
  }

  /** The hours, the oldest first: what is worth keeping. */
  get hours(): readonly Hour[] {
    return this.#hours;
  }

  /** Takes up the hours that were kept, before those that were counted since. */
  restore(hours: readonly Hour[]): void {
    const counted = this.#hours;
    this.#hours = hours.slice(-MOST_HOURS);
    for (const hour of counted) this.#addToHour(hour);
  }

  #addToHour(hour: Hour): void {
    const last = this.#hours.at(-1);
    if (last === undefined || last.at < hour.at) this.#hours.push(hour);
    else {
      const delivered = last.delivered + hour.delivered;
      this.#hours[this.#hours.length - 1] = {
        at: last.at,
        delivered,
        failed: last.failed + hour.failed,
      };
    }
    if (this.#hours.length > MOST_HOURS) this.#hours.shift();
  }
}

function seriesOf(points: readonly Point[], stepMs: number): Series {
  return {
    step: stepMs / 1000,
    times: points.map(({ at }) => Math.round(at / 1000)),
    delivered: points.map(({ delivered }) => delivered),
    failed: points.map(({ failed }) => failed),
  };
}

/** Several points in one, each always the same ones, so that what is drawn does not flicker. */
function together(points: readonly Point[]): Point[] {
  const sums = new Map<number, Point>();
  const width = POINT_MS * POINTS_TOGETHER;
  for (const { at, delivered, failed } of points) {
    const end = Math.ceil(at / width) * width;
    const sum = sums.get(end);
    sums.set(end, {
      at: end,
      delivered: delivered + (sum?.delivered ?? 0),
      failed: failed + (sum?.failed ?? 0),
    });
  }
  return [...sums.values()];
}
