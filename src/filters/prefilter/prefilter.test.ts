import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixture, fixtureLines } from '../../../test/support/vectors.ts';
import { readAlert } from '../../alert/formats/read-alert.ts';
import type { Filters } from '../dialect.ts';
import { compileFilter } from '../filter.ts';
import { compileMatcher } from '../matcher.ts';
import { Prefilter } from './prefilter.ts';

const examples = readFileSync(
  fileURLToPath(new URL('../../../examples/alerts.jsonl', import.meta.url)),
  'utf8',
)
  .split('\n')
  .slice(0, -1);
const recorded = ['samples/w4_99_edge_cases.jsonl', 'conformance/filters/alerts.jsonl']
  .flatMap(fixtureLines)
  .map(String);
const fromOssec = [
  ...fixtureLines('samples/ossec_alerts.json').map(String),
  ...fixture('samples/ossec_alerts.log').toString('utf8').trim().split('\n\n'),
];
const alerts = [...examples, ...recorded, ...fromOssec];

const filters: fc.Arbitrary<Filters> = fc.record({
  level: fc.constantFrom(0, 0, 3, 5, 7, 10, 12, 15),
  ruleIds: fc.option(
    fc.array(fc.constantFrom(0, 1, 7, 550, 553, 5710, 5712, 5760, 87105), { maxLength: 3 }),
    { nil: undefined },
  ),
  group: fc.option(
    fc.constantFrom(
      '',
      'syscheck',
      'sshd,web',
      'a',
      ' sshd',
      'authentication_failed,',
      'Firewall',
      'multiple_drops,|authentication_failed,',
      '!sshd,',
      '^ syslog,',
      'sys,|ck,',
    ),
    { nil: undefined },
  ),
  settings: fc.record({
    groupDialect: fc.constantFrom(undefined, undefined, 'exact', 'sregex'),
    locationDialect: fc.constantFrom(undefined, 'json', 'full'),
  }),
  eventLocation: fc.option(fc.constantFrom('', 'syscheck', '!syscheck', '^/var', '!^/var', '$'), {
    nil: undefined,
  }),
  isEarly: fc.boolean(),
});

const anything: Filters = {
  level: 0,
  ruleIds: undefined,
  group: undefined,
  eventLocation: undefined,
};

/** Changes to a line that an attacker, a broken disk or another version could make. */
const MUTATIONS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.replace('"rule"', '"RULE"'),
  (line) => line.replace('"groups":', '"Groups":["syscheck"],"groups":'),
  (line) => line.replace('"groups":', '"gr\\u006fups":["syscheck"],"groups":'),
  (line) => line.replace('"groups":', '"x":{"groups":["sshd"]},"groups":'),
  (line) => line.replace('"groups":[', '"groups":[["sshd"],'),
  (line) => line.replace('"groups":["', '"groups":[ "'),
  (line) => line.replace('"groups":["', '"groups":["\\u0073shd","'),
  (line) => line.replace('"level":', '"level":1'),
  (line) => line.replace('"level":', '"level":"x","level":'),
  (line) => line.replace(/"level":(\d+)/, '"level":"$1"'),
  (line) => line.replace(/"level":(\d+)/, '"level":$1.9'),
  (line) => line.replace(/"level":(\d+)/, '"level":$1e1'),
  (line) => line.replace('"id":"', '"id":"0'),
  (line) => line.replace('"id":"', '"id":" '),
  (line) => line.replace(/"id":"(\d+)"/, '"id":$1'),
  (line) => line.replace('"description":"', '"description":"\\",\\"groups\\":[\\"sshd\\"]'),
  (line) =>
    line.replace('{"timestamp"', '{"rule":{"level":15,"id":"5712","groups":["sshd"]},"timestamp"'),
  (line) => line.replace('{"timestamp":"', '{"timestamp":"\\u0041'),
  (line) => line.replace('"rule":{', '"rule":{"groups":["syscheck"],'),
  (line) => line.replace(/,"groups":\[[^\]]*\]/, ''),
  (line) => line.replace('"mail":false', '"mail":true'),
  (line) => line.replace('"mail":false', '"mail":false,"Groups":["sshd"]'),
  (line) => line.replace('"firedtimes":', '"firedtimes":1,"mail":false,"x":[],"firedtimes":'),
  (line) => line.replace(/"firedtimes":\d+/, '"firedtimes":'),
  (line) => line.replace('"mitre":{', '"mitre":{"groups":["nosuch"],'),
  (line) => line.replace('"mitre":{', '"mitre":{"}":1,'),
  (line) => line.replace('"mitre":{', '"mitre":{"x":"},\\"firedtimes\\":",'),
  ...[
    '{"x":{}',
    '{"x":{},"firedtimes":1,"mail":false,"groups":["nosuch"]}',
    '{"x":"},"firedtimes":1,"mail":false,"groups":["nosuch"]',
    '{},"x":{"a":1},"firedtimes":1,"mail":false,"groups":["nosuch"]',
    '{"x":[]},"frequency":,"firedtimes":1,"mail":false,"groups":["sshd"]',
  ].map((mitre) => (line: string) => line.replace(/"id":"\d+"/, `$&,"mitre":${mitre}`)),
  ...[
    '"Location":"/var/x","location"',
    '"location":null,"location"',
    '"location":7,"location"',
    '"loc\\u0061tion":"/var/x","location"',
    '"\\u006cocation" :"/var/x","location"',
    '"location":"/v\\u0061r/x","location"',
    '"location" :"/var/x","location"',
    '"x":{"location":"/var/x"},"location"',
    '"x":["location","/var/x"],"location"',
    '"x":"location","location"',
    '"x":"\\",\\"location\\":\\"/var/x\\"","location"',
    '"x":"}","location":"/var/x","location"',
    '"where"',
  ].map((members) => (line: string) => line.replace('"location"', members)),
  (line) => line.replace(/"location":"[^"]*"/, '"location":"/var/log/syslog"'),
  (line) => line.replace('"rule":{', '"rule":{"location":"/var/x",'),
  (line) => `${line} `,
  (line) => `${line}}`,
  (line) => ` ${line}`,
  (line) => line.slice(0, -1),
];

/** What the full reading says. */
function matches(line: Buffer, integrations: readonly Filters[]): number[] {
  const read = readAlert(line);
  if (typeof read === 'string') return [];
  const { facts, old } = read;
  return [...integrations.keys()].filter((i) =>
    compileFilter(integrations[i] as Filters)(facts, old),
  );
}

describe('the prefilter', () => {
  it('never says of an alert that it matches no integration when it does', () => {
    let ruledOut = 0;
    fc.assert(
      fc.property(
        fc.array(filters, { maxLength: 5 }),
        fc.nat(alerts.length - 1),
        fc.nat(MUTATIONS.length - 1),
        fc.nat(MUTATIONS.length - 1),
        (integrations, which, first, second) => {
          const mutate = (line: string, i: number) =>
            (MUTATIONS[i] as (line: string) => string)(line);
          const line = Buffer.from(mutate(mutate(alerts[which] as string, first), second));
          const mayMatch = new Prefilter(integrations).mayMatch(line, 0, line.length);
          if (!mayMatch) ruledOut += 1;
          expect(mayMatch || matches(line, integrations).length === 0).toBe(true);
        },
      ),
      { numRuns: 20_000 },
    );
    // It would hold as well for a prefilter that rules nothing out.
    expect(ruledOut).toBeGreaterThan(2000);
  });

  it('never says so with bytes changed at random either', () => {
    fc.assert(
      fc.property(
        fc.array(filters, { minLength: 1, maxLength: 4 }),
        fc.nat(examples.length - 1),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
        (integrations, which, changes) => {
          const line = Buffer.from(examples[which] as string);
          for (const [at, byte] of changes) line[at % line.length] = byte;
          const mayMatch = new Prefilter(integrations).mayMatch(line, 0, line.length);
          expect(mayMatch || matches(line, integrations).length === 0).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('rules out most of the examples where they match no integration', () => {
    const integrations = [
      { level: 13, ruleIds: undefined, group: undefined, eventLocation: undefined },
      { level: 0, ruleIds: [99_999], group: undefined, eventLocation: undefined },
      { level: 3, ruleIds: undefined, group: 'nosuch,other', eventLocation: '/var' },
      { level: 3, ruleIds: undefined, group: undefined, eventLocation: '^/no/such/file' },
    ];
    const prefilter = new Prefilter(integrations);
    const lines = examples.map((line) => Buffer.from(line));
    expect(lines.filter((line) => prefilter.mayMatch(line, 0, line.length))).toEqual([]);
  });

  it('looks at nothing outside its line', () => {
    const prefilter = new Prefilter([{ ...anything, level: 12 }]);
    const low = examples[0] as string;
    const high = low.replace('"level":5', '"level":15');
    const bytes = Buffer.from(`${low}\n${high}\n`);
    const middle = Buffer.byteLength(low);
    expect(prefilter.mayMatch(bytes, 0, middle)).toBe(false);
    expect(prefilter.mayMatch(bytes, middle + 1, bytes.length - 1)).toBe(true);
  });
});

describe('the prefilter on alerts of OSSEC', () => {
  it('leaves them to the full reading', () => {
    const prefilter = new Prefilter([{ ...anything, level: 15, group: 'nosuch' }]);
    expect(fromOssec.filter((text) => text !== '')).toHaveLength(8);
    for (const text of fromOssec) {
      const bytes = Buffer.from(text);
      expect(prefilter.mayMatch(bytes, 0, bytes.length)).toBe(true);
    }
  });
});

describe('the matcher', () => {
  it('says the same as each filter by itself', () => {
    fc.assert(
      fc.property(
        fc.array(filters, { maxLength: 12 }),
        fc.nat(alerts.length - 1),
        (integrations, which) => {
          const line = Buffer.from(alerts[which] as string);
          const read = readAlert(line);
          if (typeof read === 'string') return;
          expect(compileMatcher(integrations).match(read.facts, read.old)).toEqual(
            matches(line, integrations),
          );
        },
      ),
      { numRuns: 5000 },
    );
  });
});
