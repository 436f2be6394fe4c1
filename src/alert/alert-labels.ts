import { AGENT_NAMES, labelOf } from './facts.ts';
import { JsonScanner, Malformed, OPEN_BRACE } from './json-scanner.ts';
import { MemberNames } from './member-names.ts';

/** What people tell alerts apart by. Absent fields are undefined. */
export interface AlertLabels {
  ruleId?: string | undefined;
  description?: string | undefined;
  agentId?: string | undefined;
  agentName?: string | undefined;
}

const TOP_NAMES = new MemberNames('rule', 'agent');
const RULE_NAMES = new MemberNames('id', 'description');
const RULE_ID = new MemberNames('id');

/** Thrown once everything is found: what follows need not be read. Made once, for it costs its trace. */
const FOUND = new Error('found');

/**
 * The labels of an alert, straight from its bytes: they are mostly among the first few hundred. What is
 * no alert has none.
 */
export function alertLabels(raw: Buffer): AlertLabels {
  return labelsOf(raw, RULE_NAMES);
}

/** The same without the description: for every alert that is stored, this is done. */
export function shortLabels(raw: Buffer): Omit<AlertLabels, 'description'> {
  return labelsOf(raw, RULE_ID);
}

function labelsOf(raw: Buffer, ruleNames: MemberNames<'id' | 'description'>): AlertLabels {
  const labels: AlertLabels = {};
  try {
    const scanner = new JsonScanner(raw, 0, raw.length);
    if (scanner.peek() !== OPEN_BRACE) return labels;
    let left = 2;
    scanner.members(TOP_NAMES, (name) => {
      if (scanner.peek() !== OPEN_BRACE) return false;
      if (name === 'rule') readRule(scanner, labels, ruleNames);
      else readAgent(scanner, labels);
      left -= 1;
      if (left === 0) throw FOUND;
      return true;
    });
  } catch (error) {
    // What stands before the damage counts.
    if (error !== FOUND && !(error instanceof Malformed)) throw error;
  }
  return labels;
}

function readRule(
  scanner: JsonScanner,
  labels: AlertLabels,
  names: MemberNames<'id' | 'description'>,
): void {
  scanner.members(names, (name) => {
    const text = textOf(scanner);
    if (text === undefined) return false;
    if (name === 'id') labels.ruleId = text;
    else labels.description = text;
    return true;
  });
}

/** Reads the id and the name of an agent from its object. */
export function readAgent(
  scanner: JsonScanner,
  labels: Pick<AlertLabels, 'agentId' | 'agentName'>,
): void {
  scanner.members(AGENT_NAMES, (name) => {
    const text = textOf(scanner);
    if (text === undefined) return false;
    if (name === 'id') labels.agentId = text;
    else labels.agentName = text;
    return true;
  });
}

function textOf(scanner: JsonScanner): string | undefined {
  return labelOf(scanner.scalar()?.text);
}
