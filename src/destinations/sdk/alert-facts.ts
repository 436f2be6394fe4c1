import type { Alert } from '../../alert/alert.ts';
import type { JsonValue } from '../../alert/json.ts';
import { cut, displayText, printable } from './text.ts';

/** Longest text of one fact, in characters. */
const LONGEST_FACT = 500;

/** A fact about an alert: its label, and its text in one line. */
export type Fact = readonly [label: string, text: string];

/**
 * What an operator wants to know about an alert first, in this order. Missing facts are left out, but
 * the rule's id and level are always present, as `unknown` if need be.
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

/** The text in one line, without control characters; undefined when nothing is left. */
export function oneLine(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const line = plain(text.replace(/\s+/g, ' ')).trim();
  return line === '' ? undefined : line;
}

/** Text that every service can store: no control characters, no split surrogate pairs. */
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
