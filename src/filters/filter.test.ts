import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertFacts } from '../alert/facts.ts';
import { atoi, compileFilter } from './filter.ts';

const facts = (changes: Partial<AlertFacts> = {}): AlertFacts => ({
  level: 7,
  ruleId: '5710',
  groups: ['syslog', 'sshd'],
  location: '/var/log/auth.log',
  id: '1.2',
  ...changes,
});

const NONE = { level: 0, ruleIds: undefined, group: undefined, eventLocation: undefined };
const passes = (filter: Partial<Parameters<typeof compileFilter>[0]>, alert = facts()) =>
  compileFilter({ ...NONE, ...filter })(alert);

const NOTHING: AlertFacts = {
  level: undefined,
  ruleId: undefined,
  groups: undefined,
  location: undefined,
  id: undefined,
};

describe('a filter', () => {
  it('that is not set lets an alert without any field pass', () => {
    expect(passes({}, NOTHING)).toBe(true);
  });

  it.each([{ level: 1 }, { ruleIds: [0] }, { group: 'syslog' }, { eventLocation: '' }])(
    'that is set lets no alert without its field pass: %j',
    (filter) => {
      expect(passes(filter, NOTHING)).toBe(false);
    },
  );

  it.each([
    [7, 7, true],
    [8, 7, false],
    [1, 0, false],
    [1, -3, false],
  ])('level %i against %i', (least, level, expected) => {
    expect(passes({ level: least }, facts({ level }))).toBe(expected);
  });

  it.each<[number[], string, boolean]>([
    [[5710], '5710', true],
    [[1, 5710], '5710', true],
    [[571], '5710', false],
    [[5710], ' 5710x', true],
    [[0], 'abc', true],
    [[], '5710', false],
  ])('rules %j against %j', (ruleIds, ruleId, expected) => {
    expect(passes({ ruleIds }, facts({ ruleId }))).toBe(expected);
  });

  it.each<[string, string[], boolean]>([
    ['sshd', ['syslog', 'sshd'], true],
    ['sshd,', ['sshd'], true],
    [',sshd,,', ['sshd'], true],
    ['ssh', ['sshd'], false],
    ['SSHD', ['sshd'], false],
    [' sshd', ['sshd'], false],
    ['web, sshd', ['sshd'], false],
    ['web, sshd', [' sshd'], true],
    ['', ['sshd'], false],
    ['', [''], false],
    ['sshd', [], false],
  ])('group %j against %j', (group, groups, expected) => {
    expect(passes({ group }, facts({ groups }))).toBe(expected);
  });

  it('on the location is a sregex', () => {
    expect(passes({ eventLocation: '^/var/LOG' })).toBe(true);
    expect(passes({ eventLocation: '!auth' })).toBe(false);
    expect(passes({ eventLocation: '!auth' }, facts({ location: undefined }))).toBe(false);
  });

  it('passes together with others only when all pass', () => {
    const parts = {
      level: [7, 8],
      ruleIds: [[5710], [1]],
      group: ['sshd', 'web'],
      eventLocation: ['auth', 'web'],
    } as const;
    const choice = fc.constantFrom(undefined, 0, 1);
    fc.assert(
      fc.property(choice, choice, choice, choice, (level, rule, group, location) => {
        const filter = {
          level: level === undefined ? 0 : parts.level[level],
          ruleIds: rule === undefined ? undefined : parts.ruleIds[rule],
          group: group === undefined ? undefined : parts.group[group],
          eventLocation: location === undefined ? undefined : parts.eventLocation[location],
        };
        const expected = [level, rule, group, location].every((choice) => choice !== 1);
        expect(passes(filter as Parameters<typeof passes>[0])).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('atoi', () => {
  it.each([
    ['5710', 5710],
    ['  \t\n\v\f\r42', 42],
    ['+7', 7],
    ['-7', -7],
    ['- 7', 0],
    ['+-7', 0],
    ['', 0],
    ['x1', 0],
    ['12x', 12],
    ['0x10', 0],
    ['010', 10],
    ['1e3', 1],
    ['1.9', 1],
    ['\u00a05', 0],
    ['٣', 0],
    ['2147483647', 2147483647],
    ['2147483648', -2147483648],
    ['4294967296', 0],
    ['4294967297', 1],
    ['-2147483649', 2147483647],
    ['9007199254740993', 1],
    ['9223372036854775807', -1],
    ['9223372036854775808', -1],
    ['99999999999999999999999999', -1],
    ['-99999999999999999999999999', 0],
    [`${'0'.repeat(40)}12`, 12],
  ])('%j is %i', (text, expected) => {
    expect(atoi(text)).toBe(expected);
  });

  it('cuts any 64-bit number to its low 32 bits', () => {
    const limit = 2n ** 63n;
    fc.assert(
      fc.property(fc.bigInt({ min: -limit, max: limit - 1n }), (value) => {
        expect(atoi(String(value))).toBe(Number(BigInt.asIntN(32, value)));
      }),
      { numRuns: 500 },
    );
  });
});
