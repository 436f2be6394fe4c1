/**
 * How many states a regular expression can be in. A match is linear in the text whatever the
 * expression, but with few states it costs nanoseconds per character, since each is worked out only
 * once, and with many it costs microseconds: seconds for the largest alerts.
 */

/** A compiled expression of re2js: a graph of instructions. */
export interface Program {
  readonly inst: readonly Instruction[];
  readonly start: number;
}

interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** Pairs of the first and last character; a single one stands for itself. */
  readonly runes: ArrayLike<number>;
}

const ALT = 1;
const ALT_MATCH = 2;
const CAPTURE = 3;
const EMPTY_WIDTH = 4;
const MATCH = 6;
const NOP = 7;
const RUNE = 8;
const RUNE_ANY_NOT_NL = 11;

const MOST_INSTRUCTIONS = 2000;
const MOST_STATES = 400;
const MOST_STEPS = 1_000_000;

/** True when it has few states. Conditions such as `\b` are taken as always true, which adds some. */
export function isAlwaysFast({ inst, start }: Program): boolean {
  if (inst.length > MOST_INSTRUCTIONS) return false;
  const characters = classes(inst);
  const seen = new Set<string>();
  const first = closure(inst, [start]);
  const waiting = [first];
  let steps = 0;
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    for (const accepting of characters) {
      steps += state.length;
      if (steps > MOST_STEPS) return false;
      const targets = state.filter((at) => accepting.has(at)).map((at) => inst[at]?.out ?? 0);
      // A match may begin at every character.
      const next = closure(inst, [...targets, start]);
      // The search ends here.
      if (next.some((at) => inst[at]?.op === MATCH)) continue;
      const key = next.join();
      if (seen.has(key)) continue;
      if (seen.size >= MOST_STATES) return false;
      seen.add(key);
      waiting.push(next);
    }
  }
  return true;
}

/** All instructions that are reached without a character, those that wait for one. */
function closure(inst: readonly Instruction[], from: readonly number[]): number[] {
  const seen = new Set<number>();
  const waiting = [...from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const instruction = inst[at];
    if (instruction === undefined || seen.has(at)) continue;
    seen.add(at);
    const { op, out, arg } = instruction;
    if (op === ALT || op === ALT_MATCH) waiting.push(out, arg);
    else if (op === CAPTURE || op === EMPTY_WIDTH || op === NOP) waiting.push(out);
  }
  return [...seen]
    .filter((at) => {
      const { op } = inst[at] as Instruction;
      return op === MATCH || (op >= RUNE && op <= RUNE_ANY_NOT_NL);
    })
    .sort((a, b) => a - b);
}

/** The instructions that accept a character, for each kind of character that makes a difference. */
function classes(inst: readonly Instruction[]): Set<number>[] {
  const edges = new Set<number>([0, 0x0a, 0x0b]);
  for (const { op, runes } of inst) {
    if (op < RUNE || op > RUNE_ANY_NOT_NL) continue;
    for (let at = 0; at < runes.length; at += 1) {
      for (const rune of bothCases(runes[at] as number)) edges.add(rune).add(rune + 1);
    }
  }
  const kinds = new Map<string, Set<number>>();
  for (const rune of edges) {
    const accepting = inst.flatMap((instruction, at) => (accepts(instruction, rune) ? [at] : []));
    kinds.set(accepting.join(), new Set(accepting));
  }
  return [...kinds.values()];
}

function accepts({ op, runes, arg }: Instruction, rune: number): boolean {
  if (op < RUNE || op > RUNE_ANY_NOT_NL) return false;
  if (runes.length === 1) {
    const isFolded = (arg & 1) === 1;
    return rune === runes[0] || (isFolded && bothCases(runes[0] as number).includes(rune));
  }
  for (let at = 0; at + 1 < runes.length; at += 2) {
    if (rune >= (runes[at] as number) && rune <= (runes[at + 1] as number)) return true;
  }
  return op !== RUNE && runes.length === 0;
}

function bothCases(rune: number): number[] {
  if (rune > 0x10ffff) return [rune];
  const text = String.fromCodePoint(rune);
  return [
    rune,
    text.toLowerCase().codePointAt(0) ?? rune,
    text.toUpperCase().codePointAt(0) ?? rune,
  ];
}
