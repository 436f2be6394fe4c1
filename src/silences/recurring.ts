import type { Condition } from '../conditions/condition.ts';
import { LONGEST_SILENCE_MS, type NewSilence } from '../core/silence.ts';
import { type Silence, silenceOf } from './silence.ts';

/** A named time of the settings file, as silences need it. Moments are milliseconds since 1970. */
export interface SilenceTime {
  readonly name: string;
  contains(ms: number): boolean;
  /** The first moment from the given one on at which it holds; undefined when there is none. */
  nextStart(ms: number): number | undefined;
  /** The first moment from the given one on at which it does not hold. */
  nextEnd(ms: number): number | undefined;
}

/** What is the same each time. */
export type RecurringRule = Omit<NewSilence, 'from' | 'until'> & { readonly name: string };

/** One time of a silence that comes again. */
export interface Occurrence {
  readonly key: string;
  readonly record: NewSilence;
  readonly silence: Silence;
}

/** A silence of the settings file: each of its times is a silence of its own. */
export class RecurringSilence {
  readonly rule: RecurringRule;
  readonly time: SilenceTime;
  readonly #condition: Condition;
  #present: Occurrence | undefined;

  constructor(rule: RecurringRule, time: SilenceTime, condition: Condition) {
    this.rule = rule;
    this.time = time;
    this.#condition = condition;
  }

  /** The one that it is time for; undefined when it is not. */
  at(now: number): Occurrence | undefined {
    const known = this.#present;
    if (known !== undefined && now >= known.record.from && now < known.record.until) return known;
    this.#present = this.#find(now);
    return this.#present;
  }

  #find(now: number): Occurrence | undefined {
    if (!this.time.contains(now)) return undefined;
    const span = spanAround(this.time, now);
    if (span === undefined) return undefined;
    const { rule } = this;
    const record = { ...rule, ...span };
    const key = `${rule.name}@${span.from}`;
    const silence = silenceOf(record, key, `silence:${rule.name}`, this.#condition);
    return { key, record, silence };
  }
}

/** From when to when a time holds that holds now; undefined where that is longer than a silence may be. */
function spanAround(
  time: SilenceTime,
  now: number,
): { readonly from: number; readonly until: number } | undefined {
  // No silence is as long: so this is before it.
  const before = now - LONGEST_SILENCE_MS - 1;
  if (time.contains(before) && (time.nextEnd(before) ?? now) > now) return undefined;
  for (let ms = before; ; ) {
    const from = time.nextStart(ms);
    const until = from === undefined ? undefined : time.nextEnd(from);
    if (from === undefined || until === undefined || from > now) return undefined;
    if (until > now) return until - from > LONGEST_SILENCE_MS ? undefined : { from, until };
    ms = until;
  }
}

/** The next time of a silence, from now on, if it is too long. */
export function isTooLong(time: SilenceTime, now: number): boolean {
  const from = time.nextStart(now);
  if (from === undefined) return false;
  const until = time.nextEnd(from);
  return until === undefined || until - from > LONGEST_SILENCE_MS;
}
