import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionAlert, conditionAlertOf } from '../../test/support/conditions.ts';
import { expressions, mutatedExpressions } from '../../test/support/expressions.ts';
import { fixtureLines } from '../../test/support/vectors.ts';
import type { AlertFacts } from '../alert/facts.ts';
import { compileExpression } from './cel/compile.ts';
import { type Condition, conditionOf, type Step } from './condition.ts';
import type { Hints, Range } from './hints.ts';
import { readConditions } from './read.ts';
import type { ConditionAlert } from './scope.ts';

/** How many times the usual number of runs; CONDITION_RUNS=100 tries 10,000 and 100,000. */
const TIMES = Number(process.env['CONDITION_RUNS'] ?? 1);
/**
 * The longest that an evaluation may take on any alert, in milliseconds. Only a run that is meant as a
 * measurement is strict: elsewhere a machine may be slow. What is not bounded takes seconds.
 */
const MOST_MILLISECONDS = TIMES > 1 ? 5 : 50;

const rule = { level: 7, id: '5710', groups: ['syslog', 'sshd'], mitre: { id: ['T1110'] } };
const data = { srcip: '10.0.0.1', text: 'abab', list: ['a', 3, null], objects: [{ name: 'a' }, 7] };
const many = (count: number, member: (at: number) => unknown) =>
  Array.from({ length: count }, (_, at) => member(at));

/** Small, odd and hostile alerts, up to 1 MB. */
const alerts: readonly ConditionAlert[] = [
  ...['w4_03_sshd_auth_failed.json', 'w4_08_windows_eventchannel.json'].map((name) =>
    conditionAlertOf(fixtureLines(`samples/${name}`)[0] as Buffer),
  ),
  conditionAlert({ rule, data, agent: { ip: '10.1.1.1' }, location: 'x', full_log: 'aabb' }),
  conditionAlert({ rule: {}, data: null, constructor: 'x' }),
  conditionAlert({ rule, full_log: 'a'.repeat(15_000), data: { ...data, text: 'b'.repeat(900) } }),
  conditionAlert({
    rule,
    full_log: 'ab'.repeat(500_000),
    data: { ...data, text: 'ab'.repeat(20_000) },
  }),
  conditionAlert({
    rule,
    data: { ...data, list: many(100_000, () => 'aa'), text: 'a'.repeat(60_000) },
  }),
  conditionAlert({ rule, data: { objects: many(40_000, (at) => ({ name: `n${at}` })) } }),
  conditionAlert({ rule: { ...rule, groups: many(200_000, () => 'a') }, data }),
  conditionAlert({
    rule,
    data: Object.fromEntries(many(50_000, (at) => [`key${at}`, 'a']) as [string, string][]),
  }),
];

const times = new Map([['office', { contains: (time: number) => time > 0 }]]);

/** The time that the processor took for the quickest of five, in milliseconds. */
function quickest(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5 && least >= MOST_MILLISECONDS; attempt += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** The longest that a condition takes on any alert; 0 where there is none. */
function slowest(condition: Condition | undefined): number {
  if (condition === undefined) return 0;
  return Math.max(...alerts.map((alert) => quickest(() => condition.test(alert, 0))));
}

/** The steps that don't follow from their parts. */
function contradictions(step: Step): Step[] {
  const { passed, tooMuchWork, children } = step;
  const below = children.flatMap(contradictions);
  const isOpen = tooMuchWork === true || children.some((child) => child.tooMuchWork === true);
  return isOpen || (implied(step) ?? passed) === passed ? below : [step, ...below];
}

function implied({ kind, children }: Step): boolean | undefined {
  const [first, second, third] = children.map(({ passed }) => passed);
  switch (kind) {
    case 'all':
      return children.every(({ passed }) => passed);
    case 'any':
      return children.some(({ passed }) => passed);
    case 'not':
      return first === false;
    case 'choice':
      return first === true ? second : third;
    case 'test':
      return undefined;
  }
}

function rulesOut({ levels, ruleIds, groups }: Hints, facts: AlertFacts): boolean {
  const isIn = (range: Range, value: number) => value >= range.from && value <= range.to;
  return (
    (levels !== undefined && !isIn(levels, facts.level ?? Number.NaN)) ||
    (ruleIds !== undefined && !ruleIds.some((range) => isIn(range, Number(facts.ruleId)))) ||
    (groups !== undefined && !groups.some((group) => facts.groups?.includes(group) === true))
  );
}

function compiled(source: string): Condition | undefined {
  const { check, problems } = compileExpression(source, { times });
  for (const { span } of problems) {
    expect(span.offset).toBeGreaterThanOrEqual(0);
    expect(span.offset).toBeLessThanOrEqual(source.length);
  }
  expect(check === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
  return check && conditionOf(check, true);
}

describe('any expression', { timeout: 60_000 * Math.max(2, TIMES) }, () => {
  it('is evaluated quickly, without a crash, on any alert', () => {
    let right = 0;
    fc.assert(
      fc.property(expressions, (source) => {
        const condition = compiled(source);
        if (condition !== undefined) right += 1;
        expect(slowest(condition)).toBeLessThan(MOST_MILLISECONDS);
      }),
      { numRuns: 100 * TIMES },
    );
    expect(right).toBeGreaterThan(10 * TIMES);
  });

  it('is refused or evaluated, also with mistakes in it', () => {
    fc.assert(
      fc.property(mutatedExpressions, (source) => {
        expect(slowest(compiled(source))).toBeLessThan(MOST_MILLISECONDS);
      }),
      { numRuns: 1000 * TIMES },
    );
  });

  it('is explained as it is evaluated', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...alerts), (source, alert) => {
        const condition = compiled(source);
        if (condition === undefined) return;
        const step = condition.explain(alert, 0);
        expect(step.passed).toBe(condition.test(alert, 0));
        expect(contradictions(step)).toEqual([]);
      }),
      { numRuns: 250 * TIMES },
    );
  });

  it('has hints that never rule out an alert that passes', () => {
    const subjects = fc.record({
      level: fc.option(fc.oneof(fc.integer({ min: 0, max: 16 }), fc.constantFrom(7.5, '7', true)), {
        nil: undefined,
      }),
      id: fc.constantFrom('5710', 5710, '7', 'x', undefined),
      groups: fc.option(fc.array(fc.constantFrom('a', 'syslog', 'web'), { maxLength: 2 }), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(expressions, subjects, (source, rule) => {
        const condition = compiled(source);
        const alert = conditionAlert({ rule, data });
        if (condition === undefined || !condition.test(alert, 0)) return;
        expect(rulesOut(condition.hints, alert.facts)).toBe(false);
      }),
      { numRuns: 1000 * TIMES },
    );
  });
});

it('reads anything as conditions', () => {
  const keys = fc.constantFrom(
    'level',
    'rules',
    'agents',
    'groups',
    'mitre',
    'fields',
    'until',
    'why',
    'not_in',
    'glob',
    'regex',
    'cidr',
    'min',
    'data.srcip',
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        7,
        '7-11',
        '>= 7',
        'web*',
        '10.0.0.0/8',
        'T1110',
        '(',
        true,
        null,
        '',
        Number.NaN,
        '5700-5719',
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.record({ only: anything, except: anything, when: anything }), (value) => {
      const { conditions } = readConditions(value);
      for (const alert of alerts) {
        const refused = conditions.refusedBy(alert, 0);
        const steps = conditions.explain(alert, 0);
        expect(steps.find(({ passed }) => !passed)?.part).toBe(refused);
      }
    }),
    { numRuns: 300 * TIMES },
  );
});
