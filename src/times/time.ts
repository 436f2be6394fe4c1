import { isMoment } from './civil.ts';
import { type DayRule, hasDay } from './day-rule.ts';
import type { Hours } from './hours.ts';
import type { Zone } from './zone.ts';

/**
 * A time of `times`, such as office hours. Moments are milliseconds since 1970.
 *
 * The wall clock of its zone decides. Hours that are set begin at the first moment at which the clock shows
 * their start or more, and end when it does not show less than their end any more. So where the clock is
 * put forward, a start that is never shown is the end of the gap. Where it is put back, an hour that is
 * shown twice belongs to the time twice, in one piece from the first start to the last end.
 */
export interface Time {
  readonly name: string;
  contains(ms: number): boolean;
  /** The first moment from the given one on at which it holds; undefined: not within five years. */
  nextStart(ms: number): number | undefined;
  /** The first moment from the given one on at which it does not hold; undefined as above. */
  nextEnd(ms: number): number | undefined;
}

/** What a time is made of. */
export interface TimeRule extends DayRule {
  readonly zone: Zone;
  /** At least one, by their starts. */
  readonly hours: readonly Hours[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How many days ahead something is looked for: February 29 comes within them. */
const FARTHEST = 5 * 366;
/** Hours reach into the next day, and a clock that is put back at midnight shows a day again. */
const [BEFORE, AFTER] = [2, 2];

/** `[from, to)`. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The time of a rule. */
export class RuleTime implements Time {
  readonly name: string;
  readonly #rule: TimeRule;
  // The last answer and how long it is right: mostly the next question is about the next second.
  #holds = false;
  #from = 0;
  #to = 0;

  constructor(name: string, rule: TimeRule) {
    this.name = name;
    this.#rule = rule;
  }

  contains(ms: number): boolean {
    if (!(ms >= this.#from && ms < this.#to)) this.#look(ms);
    return this.#holds;
  }

  nextStart(ms: number): number | undefined {
    if (!isMoment(ms)) return undefined;
    if (this.contains(ms)) return ms;
    const today = this.#dayAt(ms);
    for (let day = today; day <= today + FARTHEST; day += 1) {
      // Starts are in the order of the days, also where the clock is put back.
      for (const { from } of this.#intervalsOf(day)) if (from > ms) return from;
    }
    return undefined;
  }

  nextEnd(ms: number): number | undefined {
    if (!this.contains(ms)) return isMoment(ms) ? ms : undefined;
    let end = this.#to;
    const today = this.#dayAt(ms);
    for (let day = today - BEFORE; day <= today + FARTHEST; day += 1) {
      for (const { from, to } of this.#intervalsOf(day)) {
        if (from > end) return end;
        end = Math.max(end, to);
      }
      if (this.#rule.zone.firstAt((day + 1) * DAY_MS) > end) return end;
    }
    return undefined;
  }

  /** Finds the answer for a moment, and how long it is right at least. */
  #look(ms: number): void {
    this.#holds = false;
    if (!isMoment(ms)) {
      this.#from = this.#to = 0;
      return;
    }
    const { zone } = this.#rule;
    const today = this.#dayAt(ms);
    this.#from = zone.firstAt(today * DAY_MS);
    this.#to = zone.firstAt((today + AFTER) * DAY_MS);
    for (let day = today - BEFORE; day <= today + AFTER; day += 1) {
      for (const { from, to } of this.#intervalsOf(day)) {
        if (to <= ms) this.#from = Math.max(this.#from, to);
        else if (from > ms) this.#to = Math.min(this.#to, from);
        else {
          this.#holds = true;
          this.#from = from;
          this.#to = to;
          return;
        }
      }
    }
  }

  #dayAt(ms: number): number {
    return Math.floor(this.#rule.zone.wallAt(ms) / DAY_MS);
  }

  /** When it holds through hours that begin on a day, by their starts. */
  #intervalsOf(day: number): Interval[] {
    const { zone, hours } = this.#rule;
    if (!hasDay(this.#rule, day)) return [];
    const midnight = day * DAY_MS;
    return hours
      .map(({ from, to }) => ({
        from: zone.firstAt(midnight + from * MINUTE_MS),
        to: zone.lastBefore(midnight + to * MINUTE_MS),
      }))
      .filter(({ from, to }) => from < to);
  }
}
