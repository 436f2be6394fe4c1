import { describe, expect, it } from 'vitest';
import { conditionAlert } from '../../../test/support/conditions.ts';
import { conditionOf } from '../condition.ts';
import { underlined } from '../problem.ts';
import { compileExpression, type ExpressionOptions } from './compile.ts';

const alert = {
  rule: {
    level: 5,
    id: '5760',
    firedtimes: 140,
    mail: false,
    groups: ['syslog', 'sshd', 'authentication_failed'],
    mitre: { id: ['T1110.001', 'T1021.004'], tactic: ['Credential Access', 'Lateral Movement'] },
  },
  agent: { id: '002', name: 'web-01', ip: '10.0.0.5' },
  location: '/var/log/auth.log',
  full_log: 'Failed password for root from 203.0.113.77 port 49928 ssh2',
  data: {
    srcip: '203.0.113.77',
    srcport: '49928',
    dstuser: 'Röot',
    flag: true,
    empty: null,
    count: 7,
    'odd key': { 'x.y': 'z' },
    list: ['a', 'b', 3],
    objects: [
      { name: 'one', n: '1' },
      { name: 'two', n: '2' },
    ],
  },
};

const office = new Map([['office', { contains: (time: number) => time >= 1000 }]]);

function check(source: string, options: ExpressionOptions = {}, json: unknown = alert, time = 0) {
  const compiled = compileExpression(source, options);
  if (compiled.check === undefined) throw new Error(JSON.stringify(compiled.problems));
  const condition = conditionOf(compiled.check, true);
  const subject = conditionAlert(json);
  const passed = condition.test(subject, time);
  expect(condition.explain(subject, time).passed).toBe(passed);
  return passed;
}

describe('an expression', () => {
  it.each([
    'rule.level >= 5',
    'rule.level == 5 && rule.level != 6 && rule.level < 5.5 && 4 < rule.level',
    'rule.id == "5760"',
    'rule.id in ["1", "5760"]',
    'rule.level in [3, 5]',
    '"sshd" in rule.groups',
    '!("web" in rule.groups)',
    'rule.groups.hasAny(["web", "sshd"])',
    'rule.groups.size() == 3 && size(rule.groups) == 3 && size(data.dstuser) == 4',
    'agent.name.glob("web*") && agent.name.glob("web-0?") && !agent.name.glob("Web*")',
    'location.glob("/var/*.log")',
    'agent.ip.inCidr("10.0.0.0/8")',
    '!data.srcip.inCidr(["10.0.0.0/8", "192.168.0.0/16"])',
    'full_log.matches("for (root|admin) from")',
    'full_log.matches(r"port \\d+")',
    'full_log.startsWith("Failed") && full_log.endsWith("ssh2") && full_log.contains("password")',
    'full_log.contains(data.srcip)',
    'data.dstuser.lower() == "röot"',
    'rule.mitre.id.exists(t, t.glob("T1110*"))',
    'rule.mitre.id.all(t, t.startsWith("T1"))',
    'rule.mitre.id.exists_one(t, t == "T1110.001")',
    'rule.mitre.id.filter(t, t.startsWith("T11")).size() == 1',
    'rule.mitre.id.exists(t, ["T11", "T9"].exists(p, t.startsWith(p)))',
    'data.objects.exists(o, o.name == "two" && n(o.n) == 2)',
    'data.objects[1].name == "two" && data.objects[n("0")].name == "one"',
    'data["odd key"]["x.y"] == "z"',
    'field("data.srcip") == "203.0.113.77"',
    'n(data.srcport) > 1000 && n(data.srcport) % 2 == 0',
    'n(data.srcport) - 1 == 49927 && -1 < 0 && 7 / 2 == 3.5',
    'has(data.srcip) && has(data["odd key"]) && !has(data.nothing.at.all)',
    'data.flag',
    'data.flag == true && rule.mail == false && !rule.mail',
    'data.list == "a" && "a" in data.list && 3 in data.list && data.list in ["b"]',
    'data.list.glob("a") && data.count.glob("7")',
    '"mitre" in rule && !("constructor" in rule)',
    'rule.level > 10 ? false : true',
    '(rule.level > 10 ? "x" : agent.id) == "002"',
    'rule.level >= 3 && (rule.level < 4 || "sshd" in rule.groups)',
  ])('is true: %s', (source) => {
    expect(check(source)).toBe(true);
  });

  it.each([
    'data.nothing == "x"',
    'data.nothing == data.nothing',
    'data.nothing < "x"',
    'data.nothing > data.srcip',
    'n(data.nothing) < 7',
    'n(data.srcip) != 0 && false',
    '"x" in data.nothing',
    'data.nothing in ["x"]',
    'data.nothing.matches("")',
    'data.nothing.glob("*")',
    'data.nothing.inCidr("0.0.0.0/0")',
    'data.nothing.startsWith("")',
    'data.srcip.startsWith(data.nothing)',
    'data.nothing.exists(x, true)',
    'data.nothing.all(x, true)',
    'data.nothing.exists_one(x, true)',
    'data.nothing.filter(x, true).size() == 0',
    'data.nothing.size() == 0',
    'data.nothing.deeper[3].still == "x"',
    'data.nothing',
    'data.nothing + 1 > 0',
    '-data.nothing < 0',
    'data.nothing.lower() == ""',
    'has(data.empty)',
    'data.constructor.name == "Object"',
    'has(data.__proto__) || has(data.list.length) || has(data.srcip.length)',
    'data.count / 0 > 0',
    'data.srcip == 203',
    'data.dstuser.inCidr("0.0.0.0/0")',
  ])('is false without an error where something is absent or of another kind: %s', (source) => {
    expect(check(source)).toBe(false);
  });

  it.each(['data.nothing != "x"', '!(data.nothing == "x")', '!data.nothing.inCidr("::/0")'])(
    'is true for an absent field where it denies: %s',
    (source) => {
      expect(check(source)).toBe(true);
    },
  );

  it('asks the time by the names that it is given', () => {
    expect(check('at("office")', { times: office }, alert, 999)).toBe(false);
    expect(check('at("office")', { times: office }, alert, 1000)).toBe(true);
  });

  it('sees level, rule and groups as the filters do', () => {
    const odd = '{"rule":{"Level":9,"ID":5710,"groups":["a",3]},"location":"x"}';
    expect(check('rule.level == 9 && rule.id == "5710" && size(rule.groups) == 1', {}, odd)).toBe(
      true,
    );
  });

  it('reads large alerts without parsing them as a whole', () => {
    const large = { ...alert, data: { ...alert.data, blob: 'x'.repeat(500_000) } };
    expect(
      check('data.srcip == "203.0.113.77" && !has(data.nothing) && has(data.blob)', {}, large),
    ).toBe(true);
  });
});

it.each([
  'rule.groups in []',
  'rule.groups in ["a"].filter(x, false)',
  'rule.groups in rule.groups',
])('gives up on a list that is too long, and lets the alert pass: %s', (source) => {
  const groups = Array.from({ length: 200_000 }, (_, at) => `g${at % 2}`);
  const { check: compiled } = compileExpression(`!(${source}) && ${source}`);
  const step =
    compiled && conditionOf(compiled, true).explain(conditionAlert({ rule: { groups } }), 0);
  expect(step).toMatchObject({ passed: true, tooMuchWork: true });
});

describe('a wrong expression', () => {
  const wrong = (source: string, options: ExpressionOptions = {}) => {
    const { check, problems } = compileExpression(source, options);
    expect(check).toBeUndefined();
    const { message, span, hint } = problems.at(-1) ?? {
      message: '',
      span: { offset: -1, length: 0 },
    };
    return `${message}${hint === undefined ? '' : ` [${hint}]`}\n${underlined(source, span)}`;
  };

  it.each([
    [
      'rule.id == 5710',
      'rule.id is a text, and this is not ["5710"]\nrule.id == 5710\n           ^^^^',
    ],
    [
      'rule.id in [5710]',
      'rule.id is a text, and this is not ["5710"]\nrule.id in [5710]\n            ^^^^',
    ],
    [
      'rule.level >= "7"',
      'rule.level is a number, and this is a text [7]\nrule.level >= "7"\n              ^^^',
    ],
    ['rule.level = 7', '= does not compare [==]\nrule.level = 7\n           ^'],
    [
      'rule.level > 3 and true',
      'and is not an operator [&&]\nrule.level > 3 and true\n               ^^^',
    ],
    [
      'rule.groups == "web"',
      'a list of texts cannot be compared like this ["web" in rule.groups]\nrule.groups == "web"\n^^^^^^^^^^^',
    ],
    ['7 in rule.groups', 'rule.groups is a text, and this is not ["7"]\n7 in rule.groups\n^'],
    [
      'data.srcip == null',
      'null is not compared; an absent field is found with has [!has(data.srcip)]\ndata.srcip == null\n              ^^^^',
    ],
    [
      '"a" in full_log',
      'in needs a list, and this is a text [full_log.contains(…)]\n"a" in full_log\n       ^^^^^^^^',
    ],
    [
      'full_log.matches("(a")',
      'this is no regular expression of RE2: missing closing ): `(a`\nfull_log.matches("(a")\n                 ^^^^',
    ],
    [
      'agent.name.globb("x")',
      'there is no function globb; did you mean glob?\nagent.name.globb("x")\n           ^^^^^',
    ],
    ['haz(data.x)', 'there is no function haz; did you mean has?\nhaz(data.x)\n^^^'],
    [
      'agent.ip.inCidr("10.0.0.0/33")',
      '"10.0.0.0/33" is no network ["10.0.0.0/8"]\nagent.ip.inCidr("10.0.0.0/33")\n                ^^^^^^^^^^^^^',
    ],
    ['agent.name', 'this is a text, and a condition is needed\nagent.name\n^^^^^^^^^^'],
    [
      'rule.level && true',
      'this is a number, and a condition is needed\nrule.level && true\n^^^^^^^^^^',
    ],
    [
      'agent.name + "x" == "y"',
      'one can calculate with numbers; this is a text\nagent.name + "x" == "y"\n^^^^^^^^^^',
    ],
    ['{"a": 1} == 1', 'there are no maps in conditions\n{"a": 1} == 1\n^^^^^^^^'],
    [
      'rule.groups.map(x, x) == 1',
      'there is no function map; there are glob, matches, inCidr, startsWith, endsWith, contains, lower, size, hasAny, exists, all, exists_one, filter\nrule.groups.map(x, x) == 1\n            ^^^',
    ],
    [
      'at("ofice")',
      'times has no entry of this name; did you mean office?\nat("ofice")\n   ^^^^^^^',
    ],
    ['rule.level >=', 'the expression ends too early\nrule.level >=\n             ^'],
    [
      'rule.level >= 7 &&\n  rule.id == 3',
      'rule.id is a text, and this is not ["3"]\n  rule.id == 3\n             ^',
    ],
    ['', 'the expression is empty\n\n^'],
    [
      'a.exists(x, b.exists(y, c.exists(z, true)))',
      'this stands in two others of its kind, and only one is possible\na.exists(x, b.exists(y, c.exists(z, true)))\n                        ^^^^^^^^^^^^^^^^^',
    ],
    ['b"x" == data.y', 'bytes are not used in conditions [a text in quotes]\nb"x" == data.y\n^^^^'],
  ])('is explained at its place: %s', (source, text) => {
    expect(wrong(source, { times: office })).toBe(text);
  });

  it('says of a time that was left out that it is wrong itself', () => {
    const options = { times: office, wrongTimes: new Set(['night']) };
    expect(wrong('at("night")', options)).toBe(
      'this time is wrong itself, so it cannot be asked\nat("night")\n   ^^^^^^^',
    );
  });

  it.each([
    ['characters', `rule.level > 1${' '.repeat(2000)}`],
    ['parts', Array.from({ length: 260 }, () => 'a==b').join('||')],
    ['levels', `${'!'.repeat(40)}data.x`],
    ['parentheses', `${'('.repeat(90)}data.x${')'.repeat(90)}`],
  ])('is refused where it has too many %s', (_, source) => {
    expect(wrong(source)).toMatch(/may|nested/);
  });

  it('may have lists of many members, and long chains', () => {
    const list = Array.from({ length: 600 }, (_, at) => at % 10).join();
    expect(check(`data.count in [${list}]`)).toBe(true);
    expect(check(Array.from({ length: 200 }, () => 'true').join('&&'))).toBe(true);
  });
});

describe('warnings of an expression', () => {
  const warnings = (source: string, options: ExpressionOptions = {}) =>
    compileExpression(source, options).problems.map(({ message, hint }) => `${message} [${hint}]`);

  it('name the nearest known field', () => {
    const knownFields = new Set(['data', 'data.srcip', 'data.win.system.eventID']);
    expect(warnings('data.srcipp == "x"', { knownFields })).toEqual([
      'no known alert has the field data.srcipp [data.srcip]',
    ]);
    expect(warnings('level >= 7')).toEqual(['no known alert has the field level [rule.level]']);
    expect(warnings('agent.labels.env == "x" && data.own == "y"')).toEqual([]);
  });

  it('say where a text is compared with a number', () => {
    expect(warnings('data.srcport > 1000')).toEqual([
      'data.srcport is probably a text: Wazuh makes texts of all values in data [n(data.srcport)]',
    ]);
    expect(warnings('data.x == true')[0]).toContain('["true"]');
  });

  it('say where a number loses digits', () => {
    expect(warnings('n(data.x) == 9007199254740993')).toHaveLength(1);
    expect(warnings('n(data.x) == 9007199254740992')).toHaveLength(0);
  });
});

describe('hints of an expression', () => {
  it.each([
    ['rule.level >= 7', { levels: { from: 7, to: 2 ** 31 } }],
    ['7 <= rule.level && rule.level < 12', { levels: { from: 7, to: 12 } }],
    ['rule.level > 6.5', { levels: { from: 7, to: 2 ** 31 } }],
    [
      'rule.id == "5710" || rule.id in ["1", "2"]',
      { ruleIds: [5710, 1, 2].map((id) => ({ from: id, to: id })) },
    ],
    ['"a" in rule.groups || rule.groups.hasAny(["b"])', { groups: ['a', 'b'] }],
    ['rule.level >= 7 || data.x == "y"', {}],
    ['!(rule.level >= 7)', {}],
    ['rule.level != 7', {}],
    ['rule.id == "x"', {}],
    ['rule.level == 3 ? rule.level > 2 : rule.level > 8', { levels: { from: 2, to: 2 ** 31 } }],
  ])('%s', (source, hints) => {
    expect(compileExpression(source).check?.hints).toEqual(hints);
  });
});

it('explains every part with what was found and wanted', () => {
  const source = 'rule.firedtimes < 100 || (rule.level >= 12 && !("web" in rule.groups))';
  const { check: compiled } = compileExpression(source);
  const explained = compiled && conditionOf(compiled, true).explain(conditionAlert(alert), 0);
  expect(explained).toEqual({
    kind: 'any',
    text: source,
    passed: false,
    children: [
      {
        kind: 'test',
        text: 'rule.firedtimes < 100',
        found: '140',
        wanted: '< 100',
        passed: false,
        children: [],
      },
      {
        kind: 'all',
        text: 'rule.level >= 12 && !("web" in rule.groups)',
        passed: false,
        children: [
          {
            kind: 'test',
            text: 'rule.level >= 12',
            found: '5',
            wanted: '>= 12',
            passed: false,
            children: [],
          },
          {
            kind: 'not',
            text: '!("web" in rule.groups)',
            passed: true,
            children: [
              {
                kind: 'test',
                text: '"web" in rule.groups',
                found: '["syslog","sshd","authentication_failed"]',
                wanted: 'with "web"',
                passed: false,
                children: [],
              },
            ],
          },
        ],
      },
    ],
  });
});
