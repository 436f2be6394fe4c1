import { describe, expect, it } from 'vitest';
import { conditionAlert } from '../../../test/support/conditions.ts';
import { readTimes } from '../../times/read.ts';
import { readMutes } from './read-mutes.ts';
import { type QuietOptions, readSilences } from './read-silences.ts';

const { times } = readTimes({
  patchday: { days: 'tue', week: 2, hours: '22:00-02:00', zone: 'Europe/Berlin' },
  december: { months: 'dec', zone: 'UTC' },
});
const options: QuietOptions = {
  times,
  wrongTimes: new Set(['broken']),
  ids: new Set(['slack', 'email']),
  knownFields: new Set(['data.srcip']),
  now: Date.UTC(2026, 10, 1),
};
const said = (problems: ReturnType<typeof readSilences>['problems']) =>
  problems.map(({ severity, path, message, hint }) => {
    return `${severity} ${path.join('.')}: ${message}${hint === undefined ? '' : ` [${hint}]`}`;
  });

describe('silences of the settings file', () => {
  const right = { name: 'patching', at: 'patchday', why: 'patch night' };

  it('hold back at their times, as they say', () => {
    const written = {
      ...right,
      only: { agents: 'srv-*' },
      when: 'rule.level < 12',
      // oxlint-disable-next-line unicorn/no-thenable -- that is what the setting is called
      then: 'deliver',
      integrations: ['slack'],
      even_critical: true,
    };
    const { silences, problems } = readSilences([written], options);
    expect(problems).toEqual([]);
    const from = Date.parse('2026-11-10T21:00Z');
    const until = Date.parse('2026-11-11T01:00Z');
    const [silence] = silences;
    expect(silence?.at(from - 1)).toBeUndefined();
    const present = silence?.at(from + 5);
    expect(present).toMatchObject({
      key: `patching@${from}`,
      record: {
        name: 'patching',
        from,
        until,
        by: 'integratord.yaml',
        why: 'patch night',
        only: { agents: 'srv-*' },
        when: 'rule.level < 12',
        ending: 'deliver',
        integrations: ['slack'],
        evenCritical: true,
      },
    });
    const fits = (name: string, level = 3) =>
      present?.silence.condition.test(conditionAlert({ rule: { level }, agent: { name } }), from);
    expect([fits('srv-1'), fits('web-1'), fits('srv-1', 12)]).toEqual([true, false, false]);
  });

  it.each([
    [{}, 'error 0: must have "at"'],
    [{ ...right, at: 'patchdy' }, 'error 0.at: there is no time "patchdy"; did you mean patchday?'],
    [
      { ...right, at: 'december' },
      'error 0.at: this time lasts longer than 30 days, which is the longest silence',
    ],
    [
      { ...right, name: '12' },
      'error 0.name: must be a name of 1 to 64 letters, digits, - and _, and not only digits',
    ],
    [{ ...right, why: undefined }, 'error 0: must have "why"'],
    [{ ...right, wy: 'x' }, 'error 0.wy: unknown key "wy"; did you mean why?'],
    [
      { ...right, only: { agent: 'a' } },
      'error 0.only.agent: unknown key "agent"; did you mean agents?',
    ],
    [{ ...right, only: {} }, 'error 0.only: must have at least one key'],
    [
      { ...right, when: 'rule.id == 5710' },
      'error 0.when: rule.id is a text, and this is not ["5710"]',
    ],
    [{ ...right, when: 7 }, 'error 0.when: must be an expression, as a text [rule.level >= 7]'],
    [{ ...right, integrations: [] }, 'error 0.integrations: must be a list of ids of integrations'],
    ['x', 'error 0: must be a mapping'],
  ])('are left out with a mistake: %j', (written, message) => {
    const { silences, problems } = readSilences([written, { ...right, name: 'other' }], options);
    expect(said(problems)).toContain(message);
    expect(silences.map(({ rule }) => rule.name)).toEqual(['other']);
  });

  it('say nothing more of a time that is wrong itself, and warn of unknown integrations', () => {
    const broken = readSilences([{ ...right, at: 'broken' }], options);
    expect(broken).toEqual({ silences: [], problems: [] });
    const unknown = readSilences([{ ...right, integrations: ['slak'] }], options);
    expect(said(unknown.problems)).toEqual([
      'warning 0.integrations.0: no integration has the id "slak"; did you mean slack?',
    ]);
    expect(unknown.silences).toHaveLength(1);
  });

  it('must have different names, and be a list', () => {
    expect(said(readSilences([right, right], options).problems)).toEqual([
      'error 1.name: another silence is called patching',
    ]);
    expect(said(readSilences({}, options).problems)).toEqual(['error : must be a list of entries']);
    expect(readSilences(undefined, options)).toEqual({ silences: [], problems: [] });
  });
});

describe('mutes of the settings file', () => {
  const right = {
    after: { rules: [5712] },
    mute: { rules: [5710, 5503] },
    same: ['data.srcip'],
    for: '10m',
  };

  it('have what they need, and a number for a name', () => {
    const { mutes, problems } = readMutes(
      [right, { ...right, name: 'scans', same: 'data.srcip', integrations: ['slack'] }],
      options,
    );
    expect(problems).toEqual([]);
    expect(mutes.map(({ name, forMs, integrations }) => [name, forMs, integrations])).toEqual([
      ['1', 600_000, undefined],
      ['scans', 600_000, new Set(['slack'])],
    ]);
    const alert = conditionAlert({ rule: { id: '5712' }, data: { srcip: '10.0.0.7' } });
    const [first] = mutes;
    expect(first?.after.test(alert, 0)).toBe(true);
    expect(first?.mute.test(alert, 0)).toBe(false);
    expect(first?.keyOf(alert)).toBe('["10.0.0.7"]');
    expect(first?.after.hints).toEqual({ ruleIds: [{ from: 5712, to: 5712 }] });
  });

  it.each([
    [{ ...right, after: undefined }, 'error 0: must have "after"'],
    [{ ...right, mute: { rule: 5 } }, 'error 0.mute.rule: unknown key "rule"; did you mean rules?'],
    [
      { ...right, same: [] },
      'error 0.same: must be a field such as data.srcip, or a list of 1 to 10 of them',
    ],
    [{ ...right, same: undefined }, 'error 0: must have "same"'],
    [
      { ...right, for: '10' },
      'error 0.for: must be a duration such as 90s, 10m or 1h30m, up to 7d',
    ],
    [
      { ...right, for: '8d' },
      'error 0.for: must be a duration such as 90s, 10m or 1h30m, up to 7d',
    ],
    [
      { ...right, name: 'a b' },
      'error 0.name: must be a name of 1 to 64 letters, digits, - and _, and not only digits',
    ],
  ])('are left out with a mistake: %j', (written, message) => {
    const { mutes, problems } = readMutes([written, right], options);
    expect(said(problems)).toEqual([message]);
    expect(mutes.map(({ name }) => name)).toEqual(['2']);
  });

  it('warn of fields that no known alert has', () => {
    const { mutes, problems } = readMutes([{ ...right, same: 'data.srcipp' }], options);
    expect(said(problems)[0]).toMatch(/^warning 0\.same: .*\[data\.srcip\]$/);
    expect(mutes).toHaveLength(1);
  });
});
