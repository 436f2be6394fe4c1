import type { Conditions } from '../../conditions/read.ts';
import type { IntegrationSettings } from '../../core/integration.ts';
import type { Filters } from '../../filters/dialect.ts';
import type { GroupingRules } from '../../grouping/rules.ts';
import { exceptPhrases, whenPhrases, writtenOnly } from './conditions.ts';
import { deliveryPhrases, hoursPhrases } from './delivery.ts';
import { filterPhrases } from './filters.ts';
import { levelsText } from './levels.ts';
import { anyOf } from './lists.ts';

/** An integration, as far as it decides which alerts it gets and when they are sent. */
export interface Described {
  readonly integration: Omit<Filters, 'settings'> & { readonly settings: IntegrationSettings };
  readonly conditions: Conditions | undefined;
  readonly grouping: GroupingRules | undefined;
  /** Where it delivers to, in words: `Slack`. */
  readonly to: string;
}

/** What else a sentence needs. */
export interface SentenceOptions {
  /** How each time of `times` is written, as JSON. */
  readonly times: ReadonlyMap<string, string>;
  /** Milliseconds since 1970: what is over by then is not told. */
  readonly now: number;
}

/**
 * Which alerts an integration gets and how they are sent, as one sentence made from its settings: `Level 7
 * to 11, not agent lab-*, at office (mon-fri, 08:00-18:00), then Slack, at most one per 15 min for each rule
 * and source, its repeats as one message.` A condition that was wrong, and so is not in force, is not told.
 */
export function routeSentence(route: Described, { times, now }: SentenceOptions): string {
  const { integration, conditions, grouping, to } = route;
  const { levels, rest } = writtenOnly(conditions);
  const level = levelsText(integration.level, levels);
  const which = [...(level === undefined ? [] : [level]), ...filterPhrases(integration), ...rest];
  const asked = [
    which.length === 0 ? 'every alert' : which.join(', '),
    ...exceptPhrases(conditions, now),
    ...whenPhrases(conditions),
    ...hoursPhrases(grouping, times),
  ];
  const sent = deliveryPhrases(grouping, integration.settings.rateLimit);
  return `${capital(asked.join(', '))}, then ${to}, ${sent.join('; ')}.${forwarded(integration)}`;
}

function forwarded({ settings }: Described['integration']): string {
  const { forward } = settings;
  if (forward === undefined) return '';
  const what = forward.onlyMalicious ? 'What it finds malicious' : 'What it finds out';
  return ` ${what} also goes to ${anyOf(forward.to)}.`;
}

/** With a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
