import type { GroupDialect, Integration, IntegrationSettings } from '../core/integration.ts';

/** What decides about an integration's filters. */
export type Filters = Pick<Integration, 'level' | 'ruleIds' | 'group' | 'eventLocation'> & {
  readonly isEarly?: boolean | undefined;
  readonly settings?: Pick<IntegrationSettings, 'groupDialect' | 'locationDialect'>;
};

/** What the text of a `<group>` says about its dialect. */
export interface RecognisedGroup {
  readonly dialect: GroupDialect;
  /** True where the other dialect could have been meant, and would match other alerts. */
  readonly isDoubtful: boolean;
}

/**
 * Recognises the dialect of a `<group>`. A pattern has a sign that no list of names has: it is divided
 * by `|`, or begins with `!` or `^`, and one of its parts is finished by a comma, as the manuals of that
 * time ask for. Everything else is a list.
 */
export function recogniseGroup(text: string): RecognisedGroup {
  const begins = /^[!^]/.test(text);
  const parts = text.split('|');
  const isFinished = parts.some((part) => /[^,]\$?,\$?$/.test(part) && part.trim() !== ',');
  if (isFinished && (begins || parts.length > 1)) {
    return { dialect: 'sregex', isDoubtful: parts.some((part) => !/,\$?$/.test(part)) };
  }
  return { dialect: 'exact', isDoubtful: begins || parts.length > 1 };
}

/** The dialect in force for an integration's `<group>`. */
export function groupDialect({
  group,
  settings,
}: Pick<Filters, 'group' | 'settings'>): GroupDialect {
  return settings?.groupDialect ?? (group === undefined ? 'exact' : recogniseGroup(group).dialect);
}

/** The names that a list of groups asks for; undefined when the `<group>` is a pattern or not set. */
export function groupNames(filters: Pick<Filters, 'group' | 'settings'>): string[] | undefined {
  if (filters.group === undefined || groupDialect(filters) === 'sregex') return undefined;
  return filters.group.split(',').filter((name) => name !== '');
}

/**
 * True when an `<event_location>` is compared with the `location` of alerts.json alone, as long as
 * OSSEC did not write the alert.
 */
export function comparesJsonLocation({
  isEarly,
  settings,
}: Pick<Filters, 'isEarly' | 'settings'>): boolean {
  const dialect = settings?.locationDialect;
  return dialect === undefined ? isEarly !== true : dialect === 'json';
}

/** True when a pattern names hosts as only the full location has them: `host->`, `(agent) `. */
export function namesHost(pattern: string): boolean {
  return pattern
    .replace(/^!/, '')
    .split('|')
    .some((part) => part.includes('->') || /^\^?\([^()]+\)/.test(part));
}
