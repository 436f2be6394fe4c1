import type { JsonValue } from '../alert/json.ts';
import type { Step } from '../conditions/condition.ts';
import type { ConditionPart, PartStep } from '../conditions/read.ts';
import type { ChainStep, SubStep } from './stage.ts';

/** What a condition says of an alert, as a step of its chain. */
export function stepOf({ part, passed, isOver, step }: PartStep): ChainStep {
  const { kind, name } = part;
  const told = telling(step);
  const isPart = told !== step && told.children.length === 0;
  const children = step.children.length === 0 || isPart ? [] : step.children.map(subStepOf);
  const why = isOver ? 'it does not count any more' : passed ? undefined : whyRefused(part, step);
  return {
    stage: kind,
    pass: passed,
    ...(kind !== 'when' && { by: name }),
    ...(told.found !== undefined && { found: valueOf(told.found) }),
    wanted: wantedBy(part, step, told),
    ...(why !== undefined && { why }),
    ...(children.length > 0 && { children }),
  };
}

/** Why a condition refuses, in words. */
export function whyRefused(part: ConditionPart, whole: Step): string {
  const { text, found, wanted } = decisive(whole, part.mustFit);
  const reason = part.why === undefined ? '' : ` (${part.why})`;
  const short = onOneLine(text);
  if (wanted !== undefined && !text.includes(wanted)) {
    return `${short}: ${found ?? 'absent'}; ${part.mustFit ? 'wanted' : 'excluded'}: ${wanted}${reason}`;
  }
  const value = found === undefined ? '' : `, and it is ${found}`;
  if (!part.mustFit && whole.kind === 'all' && whole.children.length > 1) {
    return `${whole.children.map(wordsOf).join(' and ')} fit: it is excluded${reason}`;
  }
  return part.mustFit
    ? `${short} is not so${value}`
    : `${short} is so${value}: it is excluded${reason}`;
}

/** Where all parts must pass, the one that did not; where one must not pass, the one there is. */
function decisive(step: Step, mustFit: boolean): Step {
  const { kind, passed, children } = step;
  const next =
    kind === 'all' && !passed
      ? children.find((child) => !child.passed)
      : !mustFit && children.length === 1
        ? children[0]
        : undefined;
  return next === undefined ? step : decisive(next, mustFit);
}

/** The part whose value stands for the whole: the only one, or the first that made it fail. */
function telling(step: Step): Step {
  const { kind, passed, children } = step;
  if (kind !== 'all') return step;
  const next = children.length === 1 ? children[0] : children.find((child) => !child.passed);
  return next === undefined || (children.length > 1 && passed) ? step : telling(next);
}

function wantedBy({ kind, mustFit }: ConditionPart, whole: Step, told: Step): string {
  if (kind === 'when') return onOneLine(whole.text);
  const { text, wanted } = told;
  const isNamed = wanted !== undefined && !text.includes(wanted) && text.includes('.');
  const words = wanted === undefined ? whole.children.map(wordsOf).join(' and ') || text : wanted;
  const named = isNamed ? `${text} ${words}` : words;
  return onOneLine(mustFit ? named : `not ${named}`);
}

function wordsOf({ text, wanted }: Step): string {
  return wanted === undefined || text.includes(wanted) ? text : `${text} ${wanted}`;
}

function subStepOf({ text, found, wanted, passed, children }: Step): SubStep {
  return {
    text: onOneLine(text),
    pass: passed,
    ...(found !== undefined && { found: valueOf(found) }),
    ...(wanted !== undefined && { wanted: onOneLine(wanted) }),
    ...(children.length > 0 && { children: children.map(subStepOf) }),
  };
}

/** A value as it stood in the alert, or several as a list; the text where only a part of it was kept. */
function valueOf(found: string): JsonValue {
  if (found === 'absent') return null;
  return parsed(found) ?? parsed(`[${found}]`) ?? found;
}

function parsed(json: string): JsonValue | undefined {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return undefined;
  }
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
