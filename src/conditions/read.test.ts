import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conditionAlert } from '../../test/support/conditions.ts';
import { readConditions, readOnly } from './read.ts';
import { conditionSettings, onlySchema } from './vocabulary/schema.ts';

const alert = conditionAlert({
  rule: {
    level: 7,
    id: '5710',
    groups: ['syslog', 'sshd'],
    mitre: { id: ['T1110.001'], tactic: ['Credential Access'] },
  },
  agent: { id: '004', name: 'web01', ip: '10.1.2.3' },
  manager: { name: 'mgr' },
  cluster: { node: 'node01' },
  decoder: { name: 'sshd' },
  location: '/var/log/auth.log',
  data: {
    srcip: '192.0.2.7',
    port: '22',
    big: '9007199254740993',
    text: 'Hello',
    tags: ['a', 'b'],
    flag: 'true',
    empty: null,
  },
});

function only(value: unknown): boolean {
  const { conditions, problems } = readConditions({ only: value });
  expect(problems).toEqual([]);
  const passed = conditions.refusedBy(alert, 0) === undefined;
  expect(conditions.explain(alert, 0).every((step) => step.passed)).toBe(passed);
  return passed;
}

describe('only', () => {
  it.each([
    { level: 7 },
    { level: '7' },
    { level: '7-11' },
    { level: '>= 7' },
    { level: '<8' },
    { level: [3, '6-7'] },
    { rules: 5710 },
    { rules: '5700-5719' },
    { rules: ['1', '5710'] },
    { groups: 'sshd' },
    { groups: ['web', 'ssh*'] },
    { agents: 'web*' },
    { agents: '004' },
    { agents: 4 },
    { agents: ['10.0.0.0/8'] },
    { agents: '10.1.2.3' },
    { locations: '/var/log/*' },
    { mitre: 'T1110*' },
    { mitre: ['t1110.001'] },
    { mitre: 'credential access' },
    { managers: 'mgr' },
    { nodes: ['node0?'] },
    { decoders: 'sshd' },
    { fields: { 'data.srcip': '192.0.2.7' } },
    { fields: { 'data.srcip': ['10.0.0.0/8', '192.0.2.0/24'] } },
    { fields: { 'data.srcip': { not_in: ['10.0.0.0/8'], cidr: '192.0.0.0/8' } } },
    { fields: { 'data.nothing': { not_in: ['x'] }, 'data.port': { min: 22, max: 22.5 } } },
    { fields: { 'data.port': 22, 'data.flag': true, 'data.tags': 'b' } },
    { fields: { 'data.port': '22.0', 'data.big': '9007199254740993' } },
    { fields: { 'data.text': { glob: 'H*', regex: '(?i)^hello$', exists: true } } },
    { fields: { 'data.nothing': { exists: false }, 'data.empty': { exists: false } } },
    { level: 7, rules: 5710, groups: 'sshd', agents: 'web01' },
    {},
  ])('lets pass with %j', (value) => {
    expect(only(value)).toBe(true);
  });

  it.each([
    { level: 6 },
    { level: '8-16' },
    { level: '> 7' },
    { rules: ['5711', '1-5709'] },
    { groups: 'ssh' },
    { agents: ['web', '005', '10.2.0.0/16'] },
    { mitre: 'T1110' },
    { mitre: 'Impact' },
    { locations: 'auth.log' },
    { level: 7, groups: 'web' },
    { fields: { 'data.srcip': { not_in: ['192.0.2.0/24'] } } },
    { fields: { 'data.nothing': { glob: '*' } } },
    { fields: { 'data.text': { min: 0 } } },
    { fields: { 'data.text': 'hello' } },
    { fields: { 'data.big': '9007199254740992' } },
    { fields: { 'data.port': 22, 'data.text': 'x' } },
    { fields: { data: { in: ['[object Object]'] } } },
  ])('refuses with %j', (value) => {
    expect(only(value)).toBe(false);
  });

  it('says by which key it refuses, with the value found and wanted', () => {
    const { conditions } = readConditions({
      only: { groups: 'sshd', level: '8-11', agents: 'db*' },
    });
    expect(conditions.refusedBy(alert, 0)?.name).toBe('only.level');
    expect(
      conditions
        .explain(alert, 0)
        .map(({ part, passed, step }) => [part.name, passed, step.found, step.wanted]),
    ).toEqual([
      ['only.level', false, '7', '8-11'],
      ['only.groups', true, '["syslog","sshd"]', 'sshd'],
      ['only.agents', false, '"004", "web01", "10.1.2.3"', 'db*'],
    ]);
  });

  it('tells the fast path what an alert must have', () => {
    const value = { level: ['7-9', '>= 12'], rules: [5710, '5712-5719'], groups: ['a', 'b'] };
    expect(readConditions({ only: value, when: 'rule.level <= 10' }).conditions.hints).toEqual({
      levels: { from: 7, to: 10 },
      ruleIds: [
        { from: 5710, to: 5710 },
        { from: 5712, to: 5719 },
      ],
      groups: ['a', 'b'],
    });
    expect(readConditions({ only: { groups: 'a*' }, except: [value] }).conditions.hints).toEqual(
      {},
    );
  });
});

describe('except', () => {
  it('refuses what fits all keys of an entry', () => {
    const except = [{ level: 3 }, { rules: [5710], agents: 'web*', why: 'a test' }];
    const refusal = readConditions({ except }).conditions.refusedBy(alert, 0);
    expect(refusal).toMatchObject({ name: 'except[1]', why: 'a test', path: ['except', 1] });
    const others = [{ rules: [5710], agents: 'lab-*' }];
    expect(readConditions({ except: others }).conditions.refusedBy(alert, 0)).toBeUndefined();
  });

  it('counts until the end of a day in the zone of the host', () => {
    const { conditions } = readConditions({ except: [{ level: 7, until: '2026-12-31' }] });
    const end = new Date(2027, 0, 1).getTime();
    expect(conditions.refusedBy(alert, end - 1)?.name).toBe('except[0]');
    expect(conditions.refusedBy(alert, end)).toBeUndefined();
    expect(conditions.explain(alert, end)[0]).toMatchObject({ isOver: true, passed: true });
  });

  it('warns of an entry that is over', () => {
    const now = new Date(2027, 0, 1).getTime();
    const { problems } = readConditions({ except: [{ level: 7, until: '2026-12-31' }] }, { now });
    expect(problems).toMatchObject([{ severity: 'warning', path: ['except', 0, 'until'] }]);
  });
});

describe('a wrong condition', () => {
  it.each([
    [{ only: { levl: 7 } }, 'only.levl: unknown key "levl"; did you mean level?'],
    [{ only: { level: 'high' } }, 'only.level: must be a level such as 7, "7-11" or ">= 7"'],
    [
      { only: { level: [7, '9-8'] } },
      'only.level.1: no alert has such a level: levels go from 0 to 16',
    ],
    [{ only: { level: '>= 17' } }, 'only.level: no alert has such a level: levels go from 0 to 16'],
    [
      { only: { level: true } },
      'only.level: must be a text, a number, or a list of 1 to 1000 of them',
    ],
    [
      { only: { rules: ['5710', 'sshd'] } },
      'only.rules.1: must be the id of a rule, such as 5710, or a range such as "5700-5719"',
    ],
    [
      { only: { groups: [] } },
      'only.groups: must be a text, a number, or a list of 1 to 1000 of them',
    ],
    [{ only: [1] }, 'only: must be a mapping with keys such as level, rules, groups, agents'],
    [
      { only: { fields: { 'data.x': { globb: 'a' } } } },
      'only.fields.data.x.globb: unknown test "globb"; did you mean glob?',
    ],
    [
      { only: { fields: { 'data.x': { regex: ['a', '('] } } } },
      'only.fields.data.x.regex.1: this is no regular expression of RE2: missing closing ): `(`',
    ],
    [
      { only: { fields: { 'data.x': { cidr: '10.0.0.0/99' } } } },
      'only.fields.data.x.cidr: must be a network such as 10.0.0.0/8',
    ],
    [{ only: { fields: { 'data.x': { min: '7' } } } }, 'only.fields.data.x.min: must be a number'],
    [
      { only: { fields: { 'data.x': {} } } },
      'only.fields.data.x: must have a value, a list, or tests such as {exists: true}',
    ],
    [
      { only: { fields: { 'data.x': 2 ** 60 } } },
      'only.fields.data.x: a number of this length loses digits; put it in quotes',
    ],
    [{ only: { fields: {} } }, 'only.fields: must have 1 to 1000 paths such as data.srcip'],
    [{ except: { level: 7 } }, 'except: must be a list of entries'],
    [
      { except: [{ why: 'x' }] },
      'except.0: must have a key that says which alerts; without one it would be all of them',
    ],
    [
      { except: [{ level: 7, until: '2026-02-30' }] },
      'except.0.until: must be a date such as 2026-12-31',
    ],
    [{ except: [{ level: 7, until: 2026 }] }, 'except.0.until: must be a date such as 2026-12-31'],
    [{ except: [{ level: 7, why: 7 }] }, 'except.0.why: must be a text'],
    [{ except: [{ level: 7, wy: 'x' }] }, 'except.0.wy: unknown key "wy"; did you mean why?'],
    [{ when: 7 }, 'when: must be an expression, as a text'],
  ])('is an error that lets the alert pass: %j', (value, text) => {
    const { conditions, problems } = readConditions(value);
    expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([text]);
    expect(problems[0]?.severity).toBe('error');
    expect(conditions.refusedBy(alert, 0)).toBeUndefined();
  });

  it('leaves the other keys of only in force', () => {
    const { conditions } = readConditions({ only: { levl: 3, groups: 'web' } });
    expect(conditions.refusedBy(alert, 0)?.name).toBe('only.groups');
  });

  it('is shown inside of the expression', () => {
    const { problems } = readConditions({ when: 'rule.level > 3 && rule.id == 5710' });
    expect(problems).toEqual([
      {
        severity: 'error',
        path: ['when'],
        isKey: false,
        message: 'rule.id is a text, and this is not',
        hint: '"5710"',
        span: { offset: 29, length: 4 },
      },
    ]);
  });

  it('is only warned of where it may be right', () => {
    const fields = { 'data.srcipp': 'x', 'rule.levl': 3 };
    const knownFields = new Set(['data.srcip']);
    const { problems } = readConditions(
      { only: { fields, mitre: 'Credential Acess' } },
      { knownFields },
    );
    expect(problems.map(({ severity, path, hint }) => [severity, path.at(-1), hint])).toEqual([
      ['warning', 'mitre', 'Credential Access'],
      ['warning', 'data.srcipp', 'data.srcip'],
      ['warning', 'rule.levl', 'rule.level'],
    ]);
  });
});

it('reads the vocabulary of only as one condition', () => {
  expect(readOnly({ agents: 'web*', level: 7 }).condition?.test(alert, 0)).toBe(true);
  expect(readOnly({}).condition).toBeUndefined();
  expect(readOnly({ agents: 'web*', levl: 7 }).condition).toBeUndefined();
});

describe('the schema of conditions', () => {
  it('lets editors complete them', () => {
    const schema = z.toJSONSchema(z.strictObject(conditionSettings), { io: 'input' });
    expect(schema).toMatchObject({
      properties: {
        only: {
          allOf: [{ properties: { level: { description: expect.stringContaining('">= 7"') } } }],
        },
        except: { allOf: [{ items: { properties: { until: { type: 'string' } } } }] },
        when: { allOf: [{ type: 'string' }], description: expect.stringContaining('CEL') },
      },
    });
  });

  it('lets wrong ones through to the reader', () => {
    const value = { only: { levl: 7 }, when: 7 };
    expect(z.strictObject(conditionSettings).parse(value)).toEqual(value);
  });

  it('takes what the reader takes', () => {
    const fields = { 'data.srcip': { not_in: ['10.0.0.0/8'], exists: true }, 'data.x': [1, 'a'] };
    const only = { level: ['7-11', 3], rules: 5710, agents: ['web*', '004'], fields };
    expect(readConditions({ only }).problems).toEqual([]);
    expect(onlySchema.safeParse(only).success).toBe(true);
    expect(onlySchema.safeParse({ levl: 7 }).success).toBe(false);
  });
});
