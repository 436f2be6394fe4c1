import { readAgent } from './alert-labels.ts';
import { type AlertFacts, cjsonInteger, RULE_NAMES, TOP_NAMES } from './facts.ts';
import { JsonScanner, Malformed, OPEN_BRACE, OPEN_BRACKET } from './json-scanner.ts';
import { readOutline } from './outline.ts';
import { factsIn } from './outline-facts.ts';

/**
 * Reads the few fields that decide about an alert straight from its bytes, with the rules of the
 * reference's JSON library (cJSON 1.7): names are compared without regard to case, the first of
 * several equal names counts, control characters may stand unescaped in strings.
 */

/** Why a line is not an alert. */
export type Unreadable =
  | 'empty line'
  | 'invalid JSON'
  | 'no rule in it'
  /** It begins like an alert of the text log, but continues differently. */
  | 'not an alert of alerts.log';

/**
 * The facts of one line, `bytes[start, end)`, or why there are none.
 * @param raw the same bytes by themselves: its outline is then known.
 */
export function scanAlert(
  bytes: Buffer,
  start = 0,
  end = bytes.length,
  raw = start === 0 && end === bytes.length ? bytes : undefined,
): AlertFacts | Unreadable {
  const outline = readOutline(bytes, start, end, raw);
  return (outline && factsIn(outline)) ?? scanUnusual(bytes, start, end);
}

/** The same for every line, byte by byte as the reference does. */
export function scanUnusual(bytes: Buffer, start: number, end: number): AlertFacts | Unreadable {
  const scanner = new JsonScanner(bytes, start, end);
  if (scanner.atEnd()) return 'empty line';
  const draft: Draft = { hasRule: false };
  try {
    if (scanner.peek() === OPEN_BRACE) scanTop(scanner, draft);
    else scanner.value();
    if (!scanner.atEnd()) return 'invalid JSON';
  } catch (error) {
    if (error instanceof Malformed) return 'invalid JSON';
    throw error;
  }
  if (!draft.hasRule) return 'no rule in it';
  const { level, ruleId, groups, location, id, agentId, agentName } = draft;
  return { level, ruleId, groups, location, id, agentId, agentName };
}

interface Draft {
  hasRule: boolean;
  level?: number;
  ruleId?: string;
  groups?: readonly string[];
  location?: string;
  id?: string;
  agentId?: string | undefined;
  agentName?: string | undefined;
}

function scanTop(scanner: JsonScanner, draft: Draft): void {
  scanner.members(TOP_NAMES, (name) => {
    if (name === 'rule') {
      draft.hasRule = true;
      return scanRule(scanner, draft);
    }
    if (name === 'agent') return scanAgent(scanner, draft);
    const scalar = scanner.scalar();
    if (scalar !== undefined) draft[name] = scalar.text;
    return scalar !== undefined;
  });
}

/** Reads the rule object; false, with nothing consumed, when it is not one. */
function scanRule(scanner: JsonScanner, draft: Draft): boolean {
  if (scanner.peek() !== OPEN_BRACE) return false;
  scanner.members(RULE_NAMES, (name) => {
    if (name === 'level') {
      const scalar = scanner.scalar();
      draft.level = scalar === undefined ? 0 : cjsonInteger(scalar);
      return scalar !== undefined;
    }
    if (name === 'id') {
      const scalar = scanner.scalar();
      if (scalar !== undefined && scalar.type !== 'boolean') draft.ruleId = scalar.text;
      return scalar !== undefined;
    }
    if (name === 'groups' && scanner.peek() === OPEN_BRACKET) {
      draft.groups = scanner.strings();
      return true;
    }
    return false;
  });
  return true;
}

/** Reads the agent; false, with nothing consumed, when it is no object. */
function scanAgent(scanner: JsonScanner, draft: Draft): boolean {
  if (scanner.peek() !== OPEN_BRACE) return false;
  readAgent(scanner, draft);
  return true;
}
