import { describe, expect, it } from 'vitest';
import { readConditions } from '../../conditions/read.ts';
import { readGrouping } from '../../grouping/settings/read.ts';
import { readMutes } from '../../silences/settings/read-mutes.ts';
import { readSilences } from '../../silences/settings/read-silences.ts';
import { readTimes } from '../../times/read.ts';
import { muteSentence, silenceSentence } from './quiet.ts';
import { routeSentence } from './sentence.ts';

const WRITTEN = {
  office: { days: 'mon-fri', hours: '08:00-18:00', zone: 'Europe/Berlin' },
  patchday: { days: 'tue', week: 2, hours: ['22:00-02:00'], except: '12-24..01-01' },
};
const { times } = readTimes(WRITTEN);
const sources = new Map(
  Object.entries(WRITTEN).map(([name, value]) => [name, JSON.stringify(value)]),
);
const NOW = Date.UTC(2026, 10, 24);

/** The sentence of an integration with these filters and these settings of the settings file. */
function sentence(settings: Record<string, unknown> = {}, filters: object = {}): string {
  const { conditions } = readConditions(settings, { times, now: NOW });
  const { rules } = readGrouping(settings, {
    times,
    wrongTimes: new Set(),
    sourceOf: (name) => sources.get(name) ?? '',
    knownFields: new Set(),
  });
  const integration = {
    level: 0,
    ruleIds: undefined,
    group: undefined,
    eventLocation: undefined,
    settings: {},
    ...filters,
  };
  const to = 'Slack';
  return routeSentence(
    { integration, conditions, grouping: rules, to },
    { times: sources, now: NOW },
  );
}

/** Which alerts it gets, without the rest. */
const which = (settings?: Record<string, unknown>, filters?: object) =>
  sentence(settings, filters).split(', then Slack')[0];
/** What becomes of them. */
const sent = (settings?: Record<string, unknown>, filters?: object) =>
  sentence(settings, filters).split(', then Slack, ')[1];

describe('the sentence of an integration', () => {
  it('tells of one without any settings', () => {
    expect(sentence()).toBe('Every alert, then Slack, each at once.');
  });

  it.each([
    [{ level: 7 }, 'Level 7 and above'],
    [{ level: 16 }, 'Level 16'],
    [{ level: 17 }, 'No level at all'],
    [{ ruleIds: [5710] }, 'Rule 5710'],
    [{ ruleIds: [5710, 5712, 5503] }, 'Rule 5710, 5712 or 5503'],
    [{ group: 'sshd,syslog' }, 'Group sshd or syslog'],
    [{ group: ',' }, 'Group ","'],
    [{ group: '^syslog,|sshd,' }, 'Groups matching "^syslog,|sshd,"'],
    [{ group: 'sshd', settings: { groupDialect: 'sregex' } }, 'Groups matching "sshd"'],
    [{ eventLocation: 'web|/var' }, 'Location matching "web|/var"'],
    [{ level: 3, ruleIds: [1], group: 'a' }, 'Level 3 and above, rule 1, group a'],
  ])('tells of the filters %j', (filters, text) => {
    expect(which({}, filters)).toBe(text);
  });

  it.each([
    [{ level: '7-11' }, 'Level 7 to 11'],
    [{ level: [7, 9] }, 'Level 7 or 9'],
    [{ level: [3, '7-9', '>= 14'] }, 'Level 3, 7 to 9 or 14 and above'],
    [{ level: '< 5' }, 'Level 4 and below'],
    [{ level: '>= 0' }, 'Every alert'],
    [{ rules: [5710, '5700-5719'] }, 'Rule 5710 or 5700-5719'],
    [{ groups: ['sshd', 'auth*'] }, 'Group sshd or auth*'],
    [{ agents: ['web*', '004', '10.0.0.0/8'] }, 'Agent web*, 004 or 10.0.0.0/8'],
    [{ locations: '/var/log/*' }, 'Location /var/log/*'],
    [{ mitre: ['T1110', 'Credential Access'] }, 'MITRE T1110 or Credential Access'],
    [{ managers: 'm1' }, 'Manager m1'],
    [{ nodes: 'n1' }, 'Node n1'],
    [{ decoders: 'sshd' }, 'Decoder sshd'],
    [{ fields: { 'data.srcip': '192.0.2.7' } }, 'Where data.srcip is 192.0.2.7'],
    [{ fields: { a: ['x', 'y', true] } }, 'Where a is x, y or true'],
    [{ fields: { a: { not_in: ['x', 'y'] } } }, 'Where a is not x or y'],
    [
      { fields: { a: { in: 'x', glob: 'w*', regex: '^w' } } },
      'Where a is x and like w* and matching /^w/',
    ],
    [{ fields: { a: { min: 5, max: 9 } } }, 'Where a is at least 5 and at most 9'],
    [{ fields: { a: { cidr: ['10.0.0.0/8'] } } }, 'Where a is inside of 10.0.0.0/8'],
    [{ fields: { a: { exists: true }, b: { exists: false } } }, 'With any a, without b'],
    [{ rules: 1, agents: 'web*' }, 'Rule 1, agent web*'],
  ])('tells of only %j', (only, text) => {
    expect(which({ only })).toBe(text);
  });

  it('tells of the levels that filter and condition leave together', () => {
    expect(which({ only: { level: '3-11' } }, { level: 7 })).toBe('Level 7 to 11');
    expect(which({ only: { level: '3-5' } }, { level: 7 })).toBe('No level at all');
  });

  it('names a few of many, and counts the rest', () => {
    const rules = Array.from({ length: 40 }, (_, at) => at + 1);
    expect(which({ only: { rules } })).toBe('Rule 1, 2, 3, 4, 5, 6, 7, 8 or 32 more');
    expect(which({ only: { rules: rules.slice(0, 9) } })).toBe('Rule 1, 2, 3, 4, 5, 6, 7, 8 or 9');
    expect(which({ only: { agents: 'x'.repeat(500) } })).toBe(`Agent ${'x'.repeat(120)}…`);
  });

  it.each([
    [[{ agents: 'lab-*' }], 'Every alert, not agent lab-*'],
    [
      [{ rules: [5710, 60122], agents: 'lab-*' }],
      'Every alert, not (rule 5710 or 60122 with agent lab-*)',
    ],
    [
      [{ agents: 'lab-*', until: '2026-12-31', why: 'scanner of the\nauditors' }],
      'Every alert, not agent lab-* (until 2026-12-31: scanner of the auditors)',
    ],
    [[{ agents: 'a', why: 'noise' }], 'Every alert, not agent a (noise)'],
    [[{ agents: 'a' }, { level: 3 }], 'Every alert, not agent a, not level 3'],
    [[{ agents: 'a', until: '2026-01-31' }], 'Every alert'],
  ])('tells of except %j', (except, text) => {
    expect(which({ except })).toBe(text);
  });

  it('tells of when, as it is written', () => {
    expect(which({ when: 'rule.level > 3 &&\n  rule.firedtimes < 9' })).toBe(
      'Every alert, when `rule.level > 3 && rule.firedtimes < 9`',
    );
  });

  it('tells nothing of what is wrong, and so not in force', () => {
    expect(
      which({ only: { level: 'x', agents: 'web*' }, when: '1 +', except: [{ levels: 3 }] }),
    ).toBe('Agent web*');
    expect(which({ only: 7, except: 'none' })).toBe('Every alert');
  });

  const office = 'office (mon-fri, 08:00-18:00, Europe/Berlin)';
  it.each([
    ['hold', 'held until it begins'],
    ['digest', 'held, and sent as one message when it begins'],
    ['drop', 'not sent'],
  ])('tells of its hours, and outside of them: %s', (outside, text) => {
    expect(sentence({ at: 'office', outside })).toBe(
      `Every alert, at ${office}, then Slack, each at once; outside of office ${text}.`,
    );
  });

  it.each([
    [
      { throttle: { same: ['rule.id', 'agent.id', 'data.srcip'], every: '15m' } },
      'at most one per 15 min for each rule, agent and source, its repeats as one message.',
    ],
    [
      { throttle: { same: 'data.x', every: '15m', up_to: '4h' } },
      'at most one per 15 min for each data.x, its repeats as one message, up to 4 h while repeats go on.',
    ],
    [{ digest: { every: '1h' } }, 'all as a digest every 1 h, a line for each rule and agent.'],
    [
      { digest: { every: 'mon-fri 08:00', by: 'location', at_most: 200 } },
      'all as a digest at mon-fri 08:00, or as soon as 200 wait, a line for each location.',
    ],
    [
      { throttle: { same: 'rule.id', every: '15m' }, digest: { every: '17:00', by: 'rule.id' } },
      'repeats of the same rule as one message per 15 min; the rest as a digest at 17:00, a line for each rule.',
    ],
    [
      { storm: { above: 60, in: '5m' } },
      'in a flood (more than 60 in 5 min, or 10 min behind its limit) one message per minute.',
    ],
    [
      { storm: { above: 60, in: '5m', late: '1h' }, urgent: 12 },
      'in a flood (more than 60 in 5 min, or 1 h behind its limit) one message per minute; level 12 and above always at once.',
    ],
  ])('tells of %j', (settings, text) => {
    expect(sent(settings)).toBe(text);
  });

  it('tells of its limit, and of what it forwards', () => {
    const limit = { rateLimit: { count: 1, seconds: 1, burst: 1 } };
    expect(sent({}, { settings: limit })).toBe('each at once; never more than 1 message per 1 s.');
    const forward = { forward: { to: ['slack', 'iris'], onlyMalicious: true } };
    expect(sent({}, { settings: forward })).toBe(
      'each at once. What it finds malicious also goes to slack or iris.',
    );
  });

  it('puts it all together', () => {
    const settings = {
      only: { level: '7-11' },
      except: [{ agents: 'lab-*' }],
      at: 'office',
      throttle: { same: ['rule.id', 'data.srcip'], every: '15m' },
    };
    expect(sentence(settings, { level: 3 })).toBe(
      `Level 7 to 11, not agent lab-*, at ${office}, then Slack, at most one per 15 min for each rule and source, its repeats as one message; outside of office held until it begins.`,
    );
  });
});

describe('the sentence of a silence and of a mute', () => {
  /** The entry of a silence with `then`, which is the name of the setting. */
  const ending = (how: string, rest: object) => {
    return JSON.parse(
      JSON.stringify({ ...rest, ending: how }).replace('"ending"', '"then"'),
    ) as object;
  };

  const read = (entry: object) => {
    const written = { name: 'patching', at: 'patchday', why: 'patch night', ...entry };
    return readSilences([written], { times, ids: undefined, now: NOW }).silences[0];
  };

  it.each([
    [{}, 'every alert is held back; one message says afterwards how many (patch night).'],
    [
      ending('deliver', {
        only: { agents: 'srv-*' },
        when: 'rule.level < 9',
        integrations: ['slack'],
      }),
      'agent srv-*, when `rule.level < 9` for slack is held back; they are sent afterwards (patch night).',
    ],
    [
      ending('nothing', { even_critical: true }),
      'every alert is held back, also of level 15 and above; nothing is said afterwards (patch night).',
    ],
  ])('tells of the silence %j', (entry, text) => {
    const silence = read(entry);
    if (silence === undefined) throw new Error('it is wrong');
    expect(silenceSentence(silence, sources)).toBe(
      `Silence patching: at patchday (tue, week 2 of the month, 22:00-02:00, not 12-24..01-01), ${text}`,
    );
  });

  it('tells of a mute', () => {
    const { mutes } = readMutes(
      [
        {
          after: { rules: 5712 },
          mute: { rules: [5710, 5503] },
          same: 'data.srcip',
          for: '10m',
          integrations: ['slack'],
        },
      ],
      { ids: undefined },
    );
    expect(mutes.map(muteSentence)).toEqual([
      'After rule 5712, rule 5710 or 5503 with the same source for slack is not sent for 10 min.',
    ]);
  });
});
