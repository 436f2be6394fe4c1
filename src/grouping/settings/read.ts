import { whyUnknown } from '../../conditions/fields.ts';
import { readDuration } from '../../core/durations.ts';
import { suggestion } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import { Report } from '../../core/problem-report.ts';
import { readEvery } from '../../times/read-every.ts';
import type { Time } from '../../times/time.ts';
import {
  DEFAULT_AT_MOST,
  DEFAULT_BY,
  DEFAULT_LATE_MS,
  type DigestRule,
  type GroupingRules,
  NOTHING_URGENT,
  type StormRule,
  type ThrottleRule,
} from '../rules.ts';
import { type RawGrouping, rightGrouping } from './schema.ts';

export interface GroupingOptions {
  readonly times: ReadonlyMap<string, Time>;
  /** Times that exist, and are wrong: that was said. */
  readonly wrongTimes: ReadonlySet<string>;
  /** How each time is written. */
  readonly sourceOf: (time: string) => string;
  readonly knownFields: ReadonlySet<string>;
  /** The title of the destination, where each alert must be delivered by itself. */
  readonly single?: string | undefined;
}

/** The rules that are right, undefined when there are none, and what is wrong. */
export interface ReadGrouping {
  readonly rules: GroupingRules | undefined;
  readonly problems: readonly Problem[];
}

/** Reads `at`, `outside`, `throttle`, `digest`, `storm` and `urgent`. What is wrong is left out. */
export function readGrouping(
  value: Readonly<Record<string, unknown>>,
  options: GroupingOptions,
): ReadGrouping {
  const raw = rightGrouping(value);
  const report = new Report();
  const reader = new Reader(raw, report, options);
  const [at, throttle] = [reader.at(), reader.throttle()];
  const [digest, storm] = [reader.digest(), reader.storm()];
  const outside = reader.outside();
  reader.urgent();
  const none = at === undefined && throttle === undefined && digest === undefined;
  if (none && storm === undefined) return { rules: undefined, problems: report.problems };
  const time = raw.at === undefined ? '' : options.sourceOf(raw.at);
  const urgent = raw.urgent ?? NOTHING_URGENT;
  const source = JSON.stringify([raw, time]);
  return {
    rules: { at, outside, throttle, digest, storm, urgent, source },
    problems: report.problems,
  };
}

class Reader {
  readonly #raw: RawGrouping;
  readonly #report: Report;
  readonly #options: GroupingOptions;

  constructor(raw: RawGrouping, report: Report, options: GroupingOptions) {
    this.#raw = raw;
    this.#report = report;
    this.#options = options;
  }

  at(): Time | undefined {
    const { at } = this.#raw;
    const { times, wrongTimes } = this.#options;
    if (at === undefined || wrongTimes.has(at)) return undefined;
    const time = times.get(at);
    if (time === undefined) {
      const known = times.size === 0 ? ': there is no `times`' : suggestion(at, [...times.keys()]);
      this.#report.at('at').error(`there is no time ${JSON.stringify(at)}${known}`);
    }
    return time;
  }

  outside(): GroupingRules['outside'] {
    const { at, outside = 'hold' } = this.#raw;
    if (this.#raw.outside !== undefined && at === undefined) {
      this.#report.at('outside').warning('has no effect without `at`');
    }
    if (outside !== 'digest' || this.#mayBundle('outside')) return outside;
    return 'hold';
  }

  throttle(): ThrottleRule | undefined {
    const { throttle } = this.#raw;
    if (throttle === undefined || !this.#mayBundle('throttle')) return undefined;
    const same = this.#fields(throttle.same, 'throttle', 'same');
    const every = readDuration(throttle.every) ?? 0;
    const upTo = readDuration(throttle.up_to ?? throttle.every) ?? every;
    if (upTo < every) {
      this.#report.at('throttle', 'up_to').error('must not be shorter than `every`');
    }
    return { same, every, upTo: Math.max(every, upTo) };
  }

  digest(): DigestRule | undefined {
    const { digest } = this.#raw;
    if (digest === undefined || !this.#mayBundle('digest')) return undefined;
    const every = readEvery(digest.every);
    if (every.kind === 'wrong') {
      const at = this.#report.at('digest', 'every');
      for (const { message, hint } of every.problems) at.error(message, hint);
      return undefined;
    }
    const by = digest.by === undefined ? DEFAULT_BY : this.#fields(digest.by, 'digest', 'by');
    const atMost = digest.at_most ?? DEFAULT_AT_MOST;
    if (every.kind === 'interval') return { by, every, atMost };
    return {
      by,
      every: { ...every, text: digest.every, next: (after) => every.next(after) },
      atMost,
    };
  }

  storm(): StormRule | undefined {
    const { storm } = this.#raw;
    if (storm === undefined || !this.#mayBundle('storm')) return undefined;
    const late = storm.late === undefined ? undefined : readDuration(storm.late);
    return { above: storm.above, in: readDuration(storm.in) ?? 0, late: late ?? DEFAULT_LATE_MS };
  }

  urgent(): void {
    const { urgent, at, throttle, digest, storm } = this.#raw;
    if (urgent === undefined || (at ?? throttle ?? digest ?? storm) !== undefined) return;
    this.#report
      .at('urgent')
      .warning('has no effect without `at`, `throttle`, `digest` or `storm`');
  }

  #mayBundle(key: keyof RawGrouping): boolean {
    const { single } = this.#options;
    if (single === undefined) return true;
    this.#report
      .at(key)
      .error(`${single} must get each alert by itself, so that nothing can be sent together`);
    return false;
  }

  #fields(written: string | readonly string[], ...path: string[]): readonly string[] {
    const fields = typeof written === 'string' ? [written] : written;
    for (const [position, field] of fields.entries()) {
      const unknown = whyUnknown(field.split('.'), this.#options.knownFields);
      if (unknown === undefined) continue;
      const place = typeof written === 'string' ? path : [...path, position];
      this.#report.at(...place).warning(unknown.message, unknown.hint);
    }
    return [...new Set(fields)];
  }
}
