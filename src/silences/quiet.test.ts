import { describe, expect, it } from 'vitest';
import { conditionAlert } from '../../test/support/conditions.ts';
import { aSilence } from '../../test/support/quiet.ts';
import { Quiet } from './quiet.ts';
import { type RecurringRule, RecurringSilence, type SilenceTime } from './recurring.ts';

const alert = (level: number, id = '5710') =>
  conditionAlert({ rule: { level, id, groups: ['sshd'] }, agent: { name: 'web-1' }, data: {} });
const quietOf = (...silences: ReturnType<typeof aSilence>[]) =>
  new Quiet(undefined, { silences, isEnded: () => false });
const holds = (quiet: Quiet, level: number, now: number, integration = 'slack') =>
  quiet.of(alert(level), now)?.silence(integration)?.key;

describe('a silence', () => {
  it('holds back from its beginning until just before its end', () => {
    const quiet = quietOf(aSilence({ from: 1000, until: 2000 }));
    expect([999, 1000, 1999, 2000].map((now) => holds(quiet, 3, now) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('leaves critical alerts alone unless told otherwise', () => {
    expect(holds(quietOf(aSilence()), 14, 5)).toBe('silence:1');
    expect(holds(quietOf(aSilence()), 15, 5)).toBeUndefined();
    expect(holds(quietOf(aSilence({ evenCritical: true })), 15, 5)).toBe('silence:1');
  });

  it('asks for both `only` and `when`', () => {
    const quiet = quietOf(aSilence({ only: { agents: 'web-*' }, when: 'rule.level < 7' }));
    expect(holds(quiet, 6, 5)).toBeDefined();
    expect(holds(quiet, 7, 5)).toBeUndefined();
    expect(holds(quietOf(aSilence({ only: { agents: 'db-*' } })), 6, 5)).toBeUndefined();
  });

  it('that ends last counts, of those for the integration', () => {
    const quiet = quietOf(
      aSilence({ id: 1, until: 100 }),
      aSilence({ id: 2, until: 300, integrations: ['email'] }),
      aSilence({ id: 3, until: 200 }),
    );
    expect(holds(quiet, 3, 5)).toBe('silence:3');
    expect(holds(quiet, 3, 5, 'email')).toBe('silence:2');
    expect(holds(quiet, 3, 150)).toBe('silence:3');
  });

  it('holds nothing back when an alert would be too much work to look at', () => {
    const lots = Array.from({ length: 100_000 }, (_, at) => `n${at}`);
    const large = conditionAlert({ rule: { level: 3, id: '1' }, data: { lots } });
    const silence = aSilence({ when: 'data.lots.exists(one, one.matches("^x.*y$"))' });
    expect(quietOf(silence).of(large, 5)?.silence('slack')).toBeUndefined();
  });
});

/** Holds from `at` for `length`, every `every`. */
const every = (at: number, length: number, period: number): SilenceTime => ({
  name: 'patchday',
  contains: (ms) => ms >= at && (ms - at) % period < length,
  nextStart: (ms) => {
    if (ms < at) return at;
    const within = (ms - at) % period;
    return within < length ? ms : ms - within + period;
  },
  nextEnd: (ms) =>
    (ms - at) % period < length && ms >= at ? ms - ((ms - at) % period) + length : ms,
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const rule: RecurringRule = {
  name: 'patching',
  by: 'integratord.yaml',
  why: 'patch night',
  only: undefined,
  when: undefined,
  integrations: undefined,
  ending: 'summary',
  evenCritical: false,
};
const recurring = (time: SilenceTime) =>
  new RecurringSilence(rule, time, aSilence({ only: { rules: 5710 } }).condition);

describe('a silence that comes again', () => {
  it('is one of its own each time, whenever it is first looked at', () => {
    const start = 100 * DAY;
    const time = every(start, 4 * HOUR, 7 * DAY);
    expect(recurring(time).at(start - 1)).toBeUndefined();
    for (const now of [start, start + HOUR, start + 4 * HOUR - 1]) {
      expect(recurring(time).at(now)?.key).toBe(`patching@${start}`);
    }
    const one = recurring(time);
    expect(one.at(start + 5)?.record).toMatchObject({ from: start, until: start + 4 * HOUR });
    expect(one.at(start + 4 * HOUR)).toBeUndefined();
    expect(one.at(start + 7 * DAY + 1)?.silence).toMatchObject({
      key: `patching@${start + 7 * DAY}`,
      by: 'silence:patching',
      hush: { receipt: { dueAt: start + 7 * DAY + 4 * HOUR, about: 'patching (patch night)' } },
    });
  });

  it('is found among many short ones', () => {
    const time = every(0, 1000, HOUR);
    expect(recurring(time).at(50 * DAY + 500)?.key).toBe(`patching@${50 * DAY}`);
  });

  it('does nothing when it would never end in time', () => {
    expect(recurring(every(0, 31 * DAY, 365 * DAY)).at(5 * DAY)).toBeUndefined();
    expect(recurring(every(0, 364 * DAY, 365 * DAY)).at(100 * DAY)).toBeUndefined();
    expect(recurring(every(0, 30 * DAY, 365 * DAY)).at(29 * DAY)?.key).toBe('patching@0');
  });

  it('is over when someone has ended it', () => {
    const time = every(0, HOUR, DAY);
    const settings = { silences: [recurring(time)], mutes: [] };
    const quiet = new Quiet(settings, { silences: [], isEnded: (key) => key === 'patching@0' });
    expect(holds(quiet, 3, 5)).toBeUndefined();
    expect(holds(quiet, 3, DAY + 5)).toBe(`patching@${DAY}`);
  });
});
