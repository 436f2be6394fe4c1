import type { Alert } from '../../alert/alert.ts';
import type { JsonValue } from '../../alert/json.ts';
import { cut, displayText, printable } from './text.ts';

/** Longest text of one fact, in characters. */
const LONGEST_FACT = 500;

/** Something to know about an alert: what it is, and its text in one line. */
export type Fact = readonly [label: string, text: string];

/**
 * What people want to know of an alert first, in this order. What the alert lacks is left out; there
 * are at least the rule's id and level, if only to say that they are not known.
 */
export function factsOf(alert: Alert): Fact[] {
  const text = (...path: string[]) => oneLine(displayText(alert.at(...path)));
  const rule = `${text('rule', 'id') ?? 'unknown'} (level ${text('rule', 'level') ?? 'unknown'})`;
  const facts: [string, string | undefined][] = [
    ['Rule', joined(': ', [rule, text('rule', 'description')])],
    ['Agent', named(text('agent', 'name'), [text('agent', 'id'), text('agent', 'ip')])],
    ['Agentless host', text('agentless', 'host')],
    ['Manager', named(text('manager', 'name'), [text('cluster', 'node')])],
    ['Location', text('location')],
    ['Time', text('timestamp')],
    ['Alert', text('id')],
    ['Source address', text('data', 'srcip') ?? text('data', 'win', 'eventdata', 'ipAddress')],
    ['User', text('data', 'dstuser') ?? text('data', 'srcuser')],
    ['File', text('syscheck', 'path')],
    ['Groups', list(alert.at('rule', 'groups'))],
    ['MITRE ATT&CK', list(alert.at('rule', 'mitre', 'id'))],
  ];
  return facts.flatMap(([label, value]) =>
    value === undefined ? [] : [[label, cut(value, LONGEST_FACT)] as const],
  );
}

/** A text in one line, without control characters; undefined when nothing is left. */
export function oneLine(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const line = plain(text.replace(/\s+/g, ' ')).trim();
  return line === '' ? undefined : line;
}

/** A text that every service can store: no control characters, no halves of characters. */
export function plain(text: string): string {
  return printable(text).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The strings and numbers of a list, or a single one. */
function list(value: JsonValue | undefined): string | undefined {
  if (!Array.isArray(value)) return oneLine(displayText(value));
  return oneLine(joined(', ', value.map(displayText)));
}

function named(name: string | undefined, details: (string | undefined)[]): string | undefined {
  const more = joined(', ', details);
  if (name === undefined) return more;
  return more === undefined ? name : `${name} (${more})`;
}

function joined(separator: string, parts: (string | undefined)[]): string | undefined {
  const present = parts.filter((part) => part !== undefined && part !== '');
  return present.length === 0 ? undefined : present.join(separator);
}
