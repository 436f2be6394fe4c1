import { expect, it } from 'vitest';
import { readTimes } from '../../times/read.ts';
import { readGrouping } from './read.ts';

const { times } = readTimes(
  { office: { days: 'mon-fri', hours: '08:00-18:00', zone: 'Europe/Berlin' } },
  { hostZone: 'UTC' },
);

function read(value: Record<string, unknown>, single?: string) {
  const { rules, problems } = readGrouping(value, {
    times,
    wrongTimes: new Set(['broken']),
    sourceOf: () => '',
    knownFields: new Set(['data', 'data.srcip']),
    single,
  });
  const said = problems.map(({ path, message, hint }) => {
    return `${path.join('.')}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  return { rules, said };
}

it('reads everything that decides when alerts are sent, and which together', () => {
  const { rules, said } = read({
    at: 'office',
    outside: 'digest',
    throttle: { same: ['rule.id', 'data.srcip'], every: '15m', up_to: '4h' },
    digest: { by: 'rule.id', every: '1h', at_most: 200 },
    storm: { above: 60, in: '5m' },
    urgent: 12,
  });
  expect(said).toEqual([]);
  expect(rules).toMatchObject({
    at: { name: 'office' },
    outside: 'digest',
    throttle: { same: ['rule.id', 'data.srcip'], every: 900_000, upTo: 14_400_000 },
    digest: { by: ['rule.id'], every: { kind: 'interval', ms: 3_600_000 }, atMost: 200 },
    storm: { above: 60, in: 300_000, late: 600_000 },
    urgent: 12,
  });
});

it('has defaults', () => {
  const { rules } = read({
    throttle: { same: 'rule.id', every: '1m' },
    digest: { every: '08:00' },
  });
  expect(rules).toMatchObject({
    at: undefined,
    outside: 'hold',
    throttle: { every: 60_000, upTo: 60_000 },
    digest: { by: ['rule.id', 'agent.id'], atMost: 1000, every: { kind: 'schedule' } },
    urgent: Number.POSITIVE_INFINITY,
  });
  expect(read({}).rules).toBeUndefined();
});

it('says what is wrong, where, and leaves it out', () => {
  expect(read({ at: 'ofice' })).toEqual({
    rules: undefined,
    said: ['at: there is no time "ofice"; did you mean office?'],
  });
  expect(read({ at: 'broken' }).said).toEqual([]);
  expect(read({ throttle: { same: 'rule.id', every: '5m', up_to: '1m' } }).said).toEqual([
    'throttle.up_to: must not be shorter than `every`',
  ]);
  expect(read({ throttle: { same: ['rule.id', 'data.srcpi'], every: '5m' } }).said).toEqual([
    'throttle.same.1: no known alert has the field data.srcpi (data.srcip)',
  ]);
  const wrong = read({ digest: { every: 'mon-fry 08:00' } });
  expect(wrong.rules).toBeUndefined();
  expect(wrong.said[0]).toMatch(/^digest\.every: .*mon-fry/);
  expect(read({ urgent: 12 }).said).toEqual([
    'urgent: has no effect without `at`, `throttle`, `digest` or `storm`',
  ]);
  expect(read({ outside: 'drop' }).said).toEqual(['outside: has no effect without `at`']);
});

it('sends nothing together where each alert must be delivered by itself', () => {
  const { rules, said } = read(
    { at: 'office', outside: 'digest', throttle: { same: 'rule.id', every: '1m' } },
    'VirusTotal',
  );
  expect(rules).toMatchObject({ at: { name: 'office' }, outside: 'hold', throttle: undefined });
  expect(said).toEqual([
    'throttle: VirusTotal must get each alert by itself, so that nothing can be sent together',
    'outside: VirusTotal must get each alert by itself, so that nothing can be sent together',
  ]);
});
