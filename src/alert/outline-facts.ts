import {
  AGENT_NAMES,
  type AlertFacts,
  cjsonInteger,
  labelOf,
  RULE_NAMES,
  TOP_NAMES,
} from './facts.ts';
import { JsonScanner, OPEN_BRACE, OPEN_BRACKET, QUOTE, type Scalar } from './json-scanner.ts';
import { NONE, type Outline } from './outline.ts';
import { textIn } from './value-in.ts';

const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
const [TRUE, FALSE, NULL] = [0x74, 0x66, 0x6e];

/** The facts of a usual alert, as the scanner finds them; undefined where there is no rule in it. */
export function factsIn(outline: Outline): AlertFacts | undefined {
  const { bytes } = outline;
  // Written out, here and below: lists that are taken apart at once cost more than all the rest.
  let rule = NONE;
  let location = NONE;
  let id = NONE;
  let agent = NONE;
  for (let one = outline.firstIn(NONE); one !== NONE; one = outline.after(one, NONE)) {
    // Of several with the same name the first counts.
    switch (TOP_NAMES.inBytes(bytes, outline.nameStart(one), outline.nameEnd(one))) {
      case 'rule':
        if (rule === NONE) rule = one;
        break;
      case 'location':
        if (location === NONE) location = one;
        break;
      case 'id':
        if (id === NONE) id = one;
        break;
      case 'agent':
        if (agent === NONE) agent = one;
        break;
      case undefined:
        break;
    }
  }
  if (rule === NONE) return undefined;
  const { level, ruleId, groups } = ruleIn(outline, rule);
  const { agentId, agentName } = agentIn(outline, agent);
  return {
    level,
    ruleId,
    groups,
    location: textAt(outline, location),
    id: textAt(outline, id),
    agentId,
    agentName,
  };
}

function ruleIn(outline: Outline, rule: number): Pick<AlertFacts, 'level' | 'ruleId' | 'groups'> {
  const { bytes } = outline;
  let level = NONE;
  let id = NONE;
  let groups = NONE;
  for (let one = outline.firstIn(rule); one !== NONE; one = outline.after(one, rule)) {
    switch (RULE_NAMES.inBytes(bytes, outline.nameStart(one), outline.nameEnd(one))) {
      case 'level':
        if (level === NONE) level = one;
        break;
      case 'id':
        if (id === NONE) id = one;
        break;
      case 'groups':
        if (groups === NONE) groups = one;
        break;
      case undefined:
        break;
    }
  }
  const itsLevel = level === NONE ? undefined : scalarAt(outline, level);
  const itsId = id === NONE ? undefined : scalarAt(outline, id);
  return {
    level: level === NONE ? undefined : itsLevel === undefined ? 0 : cjsonInteger(itsLevel),
    ruleId: itsId?.type === 'boolean' ? undefined : itsId?.text,
    groups: groups === NONE ? undefined : textsAt(outline, groups),
  };
}

function agentIn(outline: Outline, agent: number): Pick<AlertFacts, 'agentId' | 'agentName'> {
  if (agent === NONE) return {};
  const { bytes } = outline;
  let id = NONE;
  let name = NONE;
  for (let one = outline.firstIn(agent); one !== NONE; one = outline.after(one, agent)) {
    const its = AGENT_NAMES.inBytes(bytes, outline.nameStart(one), outline.nameEnd(one));
    if (its === 'id' && id === NONE) id = one;
    else if (its === 'name' && name === NONE) name = one;
  }
  return { agentId: labelOf(textAt(outline, id)), agentName: labelOf(textAt(outline, name)) };
}

function textAt(outline: Outline, member: number): string | undefined {
  return member === NONE ? undefined : scalarAt(outline, member)?.text;
}

function scalarAt(outline: Outline, member: number): Scalar | undefined {
  const { bytes } = outline;
  const start = outline.valueStart(member);
  const end = outline.valueEnd(member);
  const first = bytes[start] as number;
  switch (first) {
    case QUOTE:
      return { type: 'string', text: textIn(bytes, start, end) };
    case TRUE:
      return { type: 'boolean', text: 'true' };
    case FALSE:
      return { type: 'boolean', text: 'false' };
    case NULL:
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return undefined;
    default:
      return { type: 'number', text: bytes.toString('latin1', start, end) };
  }
}

/** The strings of a list; undefined where it is none. */
function textsAt(outline: Outline, member: number): string[] | undefined {
  const { bytes } = outline;
  const start = outline.valueStart(member);
  const end = outline.valueEnd(member);
  if (bytes[start] !== OPEN_BRACKET) return undefined;
  const texts: string[] = [];
  for (let at = start + 1; ; ) {
    const byte = bytes[at] as number;
    if (byte === CLOSE_BRACKET) return texts;
    if (byte === COMMA || byte <= SPACE) {
      at += 1;
      continue;
    }
    // Something else than a string among them is seldom.
    if (byte !== QUOTE) return new JsonScanner(bytes, start, end).strings();
    const from = at;
    for (at += 1; bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
    at += 1;
    texts.push(textIn(bytes, from, at));
  }
}
