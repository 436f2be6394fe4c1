import * as fc from 'fast-check';

/** Expressions of the language of `when`, most of them right. */
const text = fc.constantFrom(
  '"a"',
  '"syslog"',
  '"web*"',
  '"10.0.0.0/8"',
  '"5710"',
  '""',
  '"é😀"',
  "'x'",
);
const pattern = fc.constantFrom(
  '"a"',
  '"^(a+)+$"',
  '"(a|b)*a(a|b)*b"',
  '"(?i)[a-z]+@[a-z]+"',
  '"(.*)(.*)(.*)x$"',
  '"\\\\b\\\\w+\\\\b.*\\\\d"',
  '"(a?){20}a{20}"',
  '"(a|b)*a(a|b){20}$"',
  '"("',
);
const glob = fc.constantFrom(
  '"*a*b*"',
  '"web-??"',
  '"*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab?"',
  '"*"',
  '"?"',
);
const number = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.constantFrom('7', '5710', '1.5', '9007199254740993', '1e3', '0x10', '3u'),
);
const field = fc.constantFrom(
  'rule.level',
  'rule.id',
  'rule.groups',
  'rule.mitre.id',
  'rule.firedtimes',
  'rule',
  'data',
  'data.srcip',
  'data.text',
  'data.list',
  'data.objects',
  'data.nothing.at.all',
  'data["odd key"]',
  'data.list[0]',
  'data.objects[1].name',
  'field("data.win.system.eventID")',
  'agent.ip',
  'full_log',
  'location',
  'constructor',
  'data.__proto__',
);

const { bool } = fc.letrec<{ bool: string; value: string; list: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    field,
    text,
    number,
    tie('value').map((value) => `n(${value})`),
    tie('value').map((value) => `(${value}).lower()`),
    fc.oneof(tie('value'), tie('list')).map((value) => `size(${value})`),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', '%'), tie('value'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('bool'), tie('value'), tie('value'))
      .map(([condition, a, b]) => `(${condition} ? ${a} : ${b})`),
    fc.constantFrom('x', 'y'),
    tie('value').map((value) => `-${value}`),
  ),
  list: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom('rule.groups', 'data.list', 'data.objects', 'rule.mitre.id', 'data'),
    fc.array(fc.oneof(text, number, field), { maxLength: 5 }).map((items) => `[${items.join()}]`),
    fc
      .tuple(tie('list'), fc.constantFrom('x', 'y'), tie('bool'))
      .map(([list, name, test]) => `${list}.filter(${name}, ${test})`),
  ),
  bool: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc
      .tuple(tie('value'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('value'))
      .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    fc.tuple(tie('value'), tie('list')).map(([a, list]) => `${a} in ${list}`),
    fc
      .tuple(field, fc.constantFrom('startsWith', 'endsWith', 'contains'), fc.oneof(text, field))
      .map(([a, name, b]) => `${a}.${name}(${b})`),
    fc.tuple(field, pattern).map(([a, b]) => `${a}.matches(${b})`),
    fc.tuple(field, glob).map(([a, b]) => `${a}.glob(${b})`),
    field.map((a) => `${a}.inCidr(["10.0.0.0/8", "2001:db8::/32"])`),
    field.map((a) => `${a}.hasAny(["a", "syslog"])`),
    field.map((a) => `has(${a})`),
    fc.constantFrom('at("office")', 'true', 'false', 'data.flag'),
    tie('bool').map((a) => `!(${a})`),
    fc
      .array(tie('bool'), { minLength: 2, maxLength: 4 })
      .chain((parts) =>
        fc.constantFrom('&&', '||').map((operator) => `(${parts.join(` ${operator} `)})`),
      ),
    fc
      .tuple(
        tie('list'),
        fc.constantFrom('exists', 'all', 'exists_one'),
        fc.constantFrom('x', 'y'),
        tie('bool'),
      )
      .map(([list, name, variable, test]) => `${list}.${name}(${variable}, ${test})`),
  ),
}));

export const expressions: fc.Arbitrary<string> = bool;

const PIECES = [
  '(',
  ')',
  '[',
  ']',
  '.',
  '"',
  "'",
  '!',
  '&&',
  '||',
  '==',
  'in',
  '{',
  '?',
  ':',
  ',',
  '\\',
  '\n',
  '\u0000',
  '😀',
  '9'.repeat(400),
  'x.'.repeat(50),
  '//',
  'null',
  'exists(',
  'r"',
  'b"',
];

/** Expressions with pieces taken out, put in, doubled or exchanged. */
export const mutatedExpressions: fc.Arbitrary<string> = fc
  .tuple(
    expressions,
    fc.array(
      fc.record({
        at: fc.nat(),
        length: fc.nat({ max: 8 }),
        piece: fc.oneof(fc.constantFrom(...PIECES), fc.constant(''), fc.string({ maxLength: 3 })),
        doubles: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([source, changes]) =>
    changes.reduce((text, { at, length, piece, doubles }) => {
      const from = at % (text.length + 1);
      const cut = text.slice(from, from + length);
      return `${text.slice(0, from)}${doubles ? cut + cut : ''}${piece}${text.slice(from + length)}`;
    }, source),
  );
