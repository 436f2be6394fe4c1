import type { GroupingRules } from '../grouping/rules.ts';
import { spanText } from '../grouping/texts.ts';

const OUTSIDE = { hold: 'else held', digest: 'else in one message', drop: 'else dropped' } as const;

/** In words, when the alerts of an integration are sent, and which together; nothing for each at once. */
export function groupingTexts(rules: GroupingRules | undefined): string[] {
  if (rules === undefined) return [];
  const { at, outside, throttle, digest, storm, urgent } = rules;
  const every = digest?.every;
  return [
    ...(at === undefined ? [] : [`at ${at.name}, ${OUTSIDE[outside]}`]),
    ...(throttle === undefined ? [] : [`repeats in one message after ${spanText(throttle.every)}`]),
    ...(every === undefined
      ? []
      : [
          `digest ${every.kind === 'interval' ? `every ${spanText(every.ms)}` : `at ${every.text}`}`,
        ]),
    ...(storm === undefined ? [] : [`a storm above ${storm.above} in ${spanText(storm.in)}`]),
    ...(Number.isFinite(urgent) ? [`level ${urgent} and above at once`] : []),
  ];
}
