import type { Alert } from '../../alert/alert.ts';
import type { Bundle, BundleGroup, VaryingField } from '../../core/bundle.ts';
import { oneLine, plain } from './alert-facts.ts';
import { cut, displayText } from './text.ts';
import { needsDates, spanText, spanTexts } from './time-span.ts';

/**
 * The sentences of a message that covers several alerts. Destinations add only mark-up. Everything here
 * is one line of text that nobody can turn around: no control characters, no marks that change the
 * direction of what stands beside it.
 */

/** In characters. The beginning of a headline must stay short: services cut it at 255. */
const LONGEST_ABOUT = 120;
const LONGEST_TEXT = 300;
const LONGEST_VALUE = 100;
const LONGEST_LINE = 1000;

/** These show in the rule and the agent of a group. */
const SHOWN_FIELDS = ['rule.id', 'rule.description', 'agent.id', 'agent.name'];

/** Marks that turn the direction of the text after them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text as {@link plain}, without marks that turn its direction; at most `longest` characters. */
export function inert(text: string, longest: number): string {
  // What lies far beyond the limit need not be looked at.
  return cut(plain(text.slice(0, longest + 1)).replace(TURNS, '\ufffd'), longest);
}

/** The same in one line; undefined when nothing is left. */
export function inertLine(text: string | undefined, longest: number): string | undefined {
  const line = oneLine(text?.slice(0, 4 * longest))?.replace(TURNS, '\ufffd');
  return line === undefined ? undefined : cut(line, longest);
}

/**
 * What a bundle is: `37 alerts, 14:00:12–14:14:58, highest level 12`. What matters most comes first, since
 * services cut the end.
 */
export function headline(bundle: Bundle): string {
  const { kind, count, highestLevel } = bundle;
  const span = spanText(spanTexts(bundle, needsDates(bundle)));
  const facts = `${span}, highest level ${highestLevel}`;
  const about = inertLine(bundle.about, LONGEST_ABOUT);
  const detail = about === undefined ? '' : ` (${about})`;
  switch (kind) {
    case 'throttle':
      // "times" even for one, so that a program can rely on it.
      return `again ${count} times, ${facts}${detail}: ${subjectOf(bundle)}`;
    case 'digest':
      return `${alerts(count)}, ${facts}${detail}`;
    case 'storm':
      return `storm of ${alerts(count)}, ${facts}${detail}`;
    case 'time':
      return `${alerts(count)} outside of hours, ${facts}${detail}`;
    case 'silence':
      return `held back ${alerts(count)} during ${about ?? 'a silence'}, ${facts}; not sent`;
  }
}

function alerts(count: number): string {
  return count === 1 ? '1 alert' : `${count} alerts`;
}

/** What repeats. */
function subjectOf({ groups, examples }: Bundle): string {
  const example = groups[0]?.example ?? examples[0];
  const what = (example && ruleName(example)) ?? 'an unknown rule';
  const where =
    example && (factOf(example, 'agent', 'name') ?? factOf(example, 'agentless', 'host'));
  return where === undefined ? what : `${what} (${where})`;
}

function ruleName(alert: Alert): string | undefined {
  const id = factOf(alert, 'rule', 'id');
  return factOf(alert, 'rule', 'description') ?? (id === undefined ? undefined : `rule ${id}`);
}

/** A line of the table of a bundle: what its alerts of one key have in common, and what not. */
export interface GroupText {
  readonly count: string;
  readonly first: string;
  readonly last: string;
  /** `14:00:12–14:14:58`. */
  readonly span: string;
  /** `5710 (level 5): sshd: authentication failed.` */
  readonly rule: string;
  /** `bastion (002)`, or the host of an agentless alert. */
  readonly agent: string | undefined;
  /** `data.srcip: 203.0.113.7`, `data.srcuser: root, admin and 5 more`. */
  readonly fields: readonly string[];
}

/** The table of a bundle. Its times have dates where the whole bundle needs them. */
export function groupTexts(bundle: Bundle): GroupText[] {
  const withDates = needsDates(bundle);
  return bundle.groups.map((group) => {
    const times = spanTexts(group, withDates);
    return {
      count: String(group.count),
      ...times,
      span: spanText(times),
      rule: ruleText(group),
      agent: agentText(group.example),
      fields: [...keyFields(bundle.by, group), ...group.varying.map(varyingText)],
    };
  });
}

/** The fields whose values make a key; undefined where there are none. */
export function keyText({ by }: Pick<Bundle, 'by'>): string | undefined {
  return by.length === 0 ? undefined : by.map(fieldName).join(', ');
}

/** A line of the table as one line of text. */
export function groupLine({ count, rule, agent, span, fields }: GroupText): string {
  const parts = [`${count} × ${rule}`, agent, span, ...fields];
  return cut(parts.filter((part) => part !== undefined).join(' · '), LONGEST_LINE);
}

function ruleText({ example, highestLevel }: BundleGroup): string {
  const id = factOf(example, 'rule', 'id') ?? 'unknown';
  const description = factOf(example, 'rule', 'description');
  const rule = `${id} (level ${highestLevel})`;
  return description === undefined ? rule : `${rule}: ${description}`;
}

function agentText(alert: Alert): string | undefined {
  const id = factOf(alert, 'agent', 'id');
  const name = factOf(alert, 'agent', 'name');
  if (name !== undefined) return id === undefined ? name : `${name} (${id})`;
  return id ?? factOf(alert, 'agentless', 'host');
}

function factOf(alert: Alert, ...path: string[]): string | undefined {
  return inertLine(displayText(alert.at(...path)), LONGEST_TEXT);
}

function keyFields(by: readonly string[], { values }: BundleGroup): string[] {
  return by.flatMap((field, at) => {
    if (SHOWN_FIELDS.includes(field)) return [];
    // A missing field is a value of its own.
    return [`${fieldName(field)}: ${inertLine(values[at], LONGEST_VALUE) ?? '(none)'}`];
  });
}

function varyingText({ field, values, more }: VaryingField): string {
  const list = values.map((value) => inertLine(value, LONGEST_VALUE) ?? '(none)').join(', ');
  return `${fieldName(field)}: ${list}${more > 0 ? ` and ${more} more` : ''}`;
}

function fieldName(field: string): string {
  return inertLine(field, LONGEST_VALUE) ?? '(none)';
}

/** `and 12 more keys`; undefined when all keys are shown. */
export function moreKeys(
  { groups, moreGroups }: Bundle,
  shown = groups.length,
): string | undefined {
  const more = groups.length - shown + moreGroups;
  if (more <= 0) return undefined;
  return more === 1 ? 'and 1 more key' : `and ${more} more keys`;
}

/**
 * How to see what a message does not show: `and 180 more: integratord queue list --bundle 812`; undefined
 * when it shows all.
 * @param shown how many alerts it shows in full.
 * @param quote stands around the command.
 */
export function moreAlerts({ count, id }: Bundle, shown: number, quote = ''): string | undefined {
  const more = count - shown;
  if (more <= 0) return undefined;
  return `and ${more} more: ${quote}integratord queue list --bundle ${id}${quote}`;
}

/**
 * A message as plain text, without its headline: the table, the examples with their logs, and how to see the
 * rest.
 * @param longestLog in characters.
 */
export function bundleText(bundle: Bundle, longestLog: number): string {
  const examples = bundle.examples.flatMap((alert) => {
    const log = exampleLog(alert, longestLog);
    return ['', exampleTitle(alert), ...(log === undefined ? [] : [log])];
  });
  const rest = [moreKeys(bundle), moreAlerts(bundle, bundle.examples.length)];
  return [...groupTexts(bundle).map(groupLine), ...examples, '', ...rest]
    .filter((line) => line !== undefined)
    .join('\n')
    .trim();
}

/** What an example is, above its log: `5712 (level 10): sshd: brute force · web01 (001) · 2026-…`. */
export function exampleTitle(alert: Alert): string {
  const id = factOf(alert, 'rule', 'id') ?? 'unknown';
  const description = factOf(alert, 'rule', 'description');
  const rule = `${id} (level ${alert.level})${description === undefined ? '' : `: ${description}`}`;
  const parts = [rule, agentText(alert), factOf(alert, 'timestamp')];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** The log of an example; undefined when it has none. */
export function exampleLog(alert: Alert, longest: number): string | undefined {
  const log = displayText(alert.at('full_log'));
  const text = log === undefined ? '' : inert(log, longest).trim();
  return text === '' ? undefined : text;
}
