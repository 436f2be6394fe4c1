import type { RateLimit } from '../../core/integration.ts';
import { spanOf } from '../../core/words.ts';
import { DEFAULT_AT_MOST, type Every, type GroupingRules } from '../../grouping/rules.ts';
import { fieldNames } from './fields.ts';
import { brief } from './lists.ts';

const OUTSIDE = {
  hold: 'held until it begins',
  digest: 'held, and sent as one message when it begins',
  drop: 'not sent',
} as const;

/** The hours of an integration: `at office (mon-fri, 08:00-18:00)`. */
export function hoursPhrases(
  rules: Pick<GroupingRules, 'at'> | undefined,
  times: ReadonlyMap<string, string>,
): string[] {
  if (rules?.at === undefined) return [];
  return [`at ${timeText(rules.at.name, times)}`];
}

/** How what is left is sent, the usual first, each a phrase. */
export function deliveryPhrases(
  rules: GroupingRules | undefined,
  limit: RateLimit | undefined,
): string[] {
  const { throttle, digest, storm, urgent = Number.POSITIVE_INFINITY } = rules ?? {};
  const phrases: string[] = [];
  if (throttle !== undefined) {
    const { same, every, upTo } = throttle;
    const grows = upTo > every ? `, up to ${spanOf(upTo)} while repeats go on` : '';
    const key = fieldNames(same);
    phrases.push(
      digest === undefined
        ? `at most one per ${spanOf(every)} for each ${key}, its repeats as one message${grows}`
        : `repeats of the same ${key} as one message per ${spanOf(every)}${grows}`,
    );
  }
  if (digest !== undefined) {
    const what = throttle === undefined ? 'all' : 'the rest';
    const most = digest.atMost === DEFAULT_AT_MOST ? '' : `, or as soon as ${digest.atMost} wait`;
    const lines = `a line for each ${fieldNames(digest.by)}`;
    phrases.push(`${what} as a digest ${everyText(digest.every)}${most}, ${lines}`);
  }
  if (storm !== undefined) {
    const when = `more than ${storm.above} in ${spanOf(storm.in)}`;
    const late = `or ${spanOf(storm.late)} behind its limit`;
    phrases.push(`in a flood (${when}, ${late}) one message per minute`);
  }
  if (phrases.length === 0) phrases.push('each at once');
  if (rules?.at !== undefined) {
    phrases.push(`outside of ${rules.at.name} ${OUTSIDE[rules.outside]}`);
  }
  if (Number.isFinite(urgent)) phrases.push(`level ${urgent} and above always at once`);
  if (limit !== undefined) {
    const { count, seconds } = limit;
    const messages = count === 1 ? '1 message' : `${count} messages`;
    phrases.push(`never more than ${messages} per ${spanOf(seconds * 1000)}`);
  }
  return phrases;
}

function everyText(every: Every): string {
  return every.kind === 'interval' ? `every ${spanOf(every.ms)}` : `at ${brief(every.text)}`;
}

/**
 * A named time and what it means: `office (mon-fri, 08:00-18:00)`.
 * @param times how each of them is written, as JSON.
 */
export function timeText(name: string, times: ReadonlyMap<string, string>): string {
  const written = parsed(times.get(name));
  const parts = Object.entries(written).map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    return KEYS[key]?.(text) ?? text;
  });
  return parts.length === 0 ? name : `${name} (${brief(parts.join(', '))})`;
}

const KEYS: Readonly<Record<string, (text: string) => string>> = {
  week: (text) => `week ${text} of the month`,
  except: (text) => `not ${text}`,
};

function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
