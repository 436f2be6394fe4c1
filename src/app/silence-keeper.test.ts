import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anIdentity, openTestDatabase } from '../../test/support/outbox.ts';
import { aSilence, aSilenceRecord } from '../../test/support/quiet.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { NewSilence } from '../core/silence.ts';
import type { Database } from '../outbox/database.ts';
import { Silences } from '../outbox/silences.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { Quiet } from '../silences/quiet.ts';
import { RecurringSilence } from '../silences/recurring.ts';
import { SilenceKeeper } from './silence-keeper.ts';

const MINUTE = 60_000;
/** A Thursday, so that no weekend is near. */
const START = new Date(2026, 7, 20, 11).getTime();
const NO_SETTINGS = { quiet: { silences: [], mutes: [] }, times: new Map() };

let database: Database;
let outbox: SqliteOutbox;
let silences: Silences;
let clock: FakeClock;
let log: RecordingLog;
let woken: number[];
let keeper: SilenceKeeper;

beforeEach(() => {
  database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('email')], 0);
  silences = new Silences(database);
  clock = new FakeClock(START);
  log = new RecordingLog();
  woken = [];
  keeper = aKeeper();
  keeper.load(NO_SETTINGS);
});

function aKeeper(): SilenceKeeper {
  const lanes = new Map([
    [1, 'slack'],
    [2, 'email'],
  ]);
  return new SilenceKeeper({
    silences,
    clock,
    log,
    lanes: () => lanes,
    wake: (some) => woken.push(...some),
  });
}

const add = (changes: Partial<NewSilence> = {}) => {
  const from = clock.now();
  const span = { from, until: from + 60 * MINUTE, name: 'patching' };
  const added = silences.add(aSilenceRecord({ ...span, ...changes }), 'anna', from);
  keeper.refresh();
  return added;
};
/** What a lane was told since it was asked last. */
const told = (lane: number) =>
  outbox.lease(lane, 99, 1e9, clock.now()).map(({ raw }) => {
    const alert = JSON.parse(raw.toString()) as { rule: { description: string } };
    return alert.rule.description;
  });
const hold = (key: string, lane: number, count: number) =>
  database.run('INSERT INTO silence_held (key, lane, n) VALUES (?, ?, ?)', key, lane, count);
const pass = async (ms: number) => {
  await clock.advance(ms);
  keeper.look();
};

describe('a silence that someone added', () => {
  it('is known as soon as that is seen, and told to those whom it concerns', () => {
    expect(keeper.silences).toEqual([]);
    add({ integrations: ['slack'] });
    keeper.look();
    expect(keeper.silences.map(({ key }) => key)).toEqual(['silence:1']);
    expect(told(1)).toEqual([
      'All alerts below level 15 are held back until 2026-08-20 12:00: patching (patch night), ' +
        'by anna. One message afterwards says how many.',
    ]);
    expect(told(2)).toEqual([]);
    expect(woken).toEqual([1]);
    expect(log.with('a silence begins')).toHaveLength(1);
    keeper.look();
    expect(told(1)).toEqual([]);
  });

  it('is told of at its end where its receipt does not say it', async () => {
    add();
    keeper.look();
    told(1);
    told(2);
    hold('silence:1', 1, 3);
    await pass(60 * MINUTE - 1);
    expect(told(2)).toEqual([]);
    await pass(1);
    expect(told(1)).toEqual([]);
    expect(told(2)).toEqual(['patching (patch night) is over. No alert was held back.']);
    await pass(MINUTE);
    expect(told(2)).toEqual([]);
    expect(log.with('a silence is over').map(({ fields }) => fields['held'])).toEqual([3]);
  });

  it.each([
    ['deliver', 1, 'patching (patch night) is over. 1 alert was held back and is sent now.'],
    ['deliver', 2, 'patching (patch night) is over. 2 alerts were held back and are sent now.'],
    ['nothing', 1, 'patching (patch night) is over. 1 alert was not sent.'],
    ['nothing', 5, 'patching (patch night) is over. 5 alerts were not sent.'],
  ] as const)('with then: %s says what becomes of %i', async (ending, count, sentence) => {
    add({ ending });
    keeper.look();
    told(1);
    hold('silence:1', 1, count);
    await pass(60 * MINUTE);
    expect(told(1)).toEqual([sentence]);
  });

  it('is told to be over when someone ends it', async () => {
    const { id } = add();
    await pass(MINUTE);
    told(1);
    silences.end(id, 'bob', clock.now());
    expect(keeper.isEnded('silence:1')).toBe(false);
    keeper.refresh();
    keeper.look();
    expect(keeper.isEnded('silence:1')).toBe(true);
    expect(told(1)).toEqual(['patching (patch night) is over. No alert was held back.']);
  });

  it('is not told of when it was over before anyone saw it, or never began', async () => {
    add({ until: clock.now() + 5 });
    const planned = add({ from: clock.now() + MINUTE });
    silences.end(planned.id, 'bob', clock.now() + 1);
    await pass(10 * MINUTE);
    expect([...told(1), ...told(2)]).toEqual([]);
    expect(log.lines.filter(({ message }) => message === 'a silence begins')).toEqual([]);
  });

  it('is told of after a restart, once', async () => {
    add();
    keeper.look();
    told(1);
    keeper = aKeeper();
    keeper.load(NO_SETTINGS);
    await pass(MINUTE);
    expect(told(1)).toEqual([]);
    keeper = aKeeper();
    await pass(120 * MINUTE);
    expect(told(1)).toEqual([]);
    keeper.load(NO_SETTINGS);
    keeper.look();
    expect(told(1)).toEqual(['patching (patch night) is over. No alert was held back.']);
  });

  it('that cannot be used holds nothing back, and that is logged once', () => {
    add({ when: 'at("office")' });
    keeper.look();
    keeper.refresh();
    keeper.look();
    expect(keeper.silences).toEqual([]);
    expect(told(1)).toEqual([]);
    expect(log.with('is wrong').map(({ fields }) => fields['cause'])).toEqual([
      'when: times has no entry of this name',
    ]);
    keeper.load({ ...NO_SETTINGS, times: new Map([['office', { contains: () => true }]]) });
    expect(keeper.silences).toHaveLength(1);
  });
});

describe('an end shortly before a weekend', () => {
  const friday = (hour: number) => new Date(2026, 7, 21, hour).getTime();

  it('is told of twelve hours before the weekend', async () => {
    add({ until: friday(18) });
    keeper.look();
    told(1);
    await pass(friday(12) - clock.now() - 1);
    expect(told(1)).toEqual([]);
    await pass(1);
    expect(told(1)).toEqual([
      'patching (patch night) ends at 2026-08-21 18:00, shortly before the weekend: ' +
        'from then on its alerts are sent again.',
    ]);
    await pass(MINUTE);
    expect(told(1)).toEqual([]);
  });

  it('is told of at the beginning where that is later', async () => {
    await pass(friday(14) - clock.now());
    add({ until: new Date(2026, 7, 22).getTime() });
    keeper.look();
    expect(told(1)[0]).toMatch(/ It ends shortly before the weekend\.$/);
    await pass(MINUTE);
    expect(told(1)).toEqual([]);
  });

  it.each([
    ['on Friday morning', friday(11)],
    ['on Saturday', new Date(2026, 7, 22, 0, 1).getTime()],
    ['on Thursday', new Date(2026, 7, 20, 18).getTime()],
  ])('is none %s', async (_, until) => {
    add({ until });
    keeper.look();
    expect(told(1)).toEqual([expect.not.stringContaining('weekend')]);
    await pass(until - clock.now() - 1);
    expect(told(1)).toEqual([]);
  });
});

describe('a silence of the settings file', () => {
  /** Holds in the second half of each hour. */
  const into = (ms: number) => (ms - START + 10_000 * 60 * MINUTE) % (60 * MINUTE);
  const contains = (ms: number) => into(ms) >= 30 * MINUTE;
  const time = {
    name: 'halves',
    contains,
    nextStart: (ms: number) => (contains(ms) ? ms : ms - into(ms) + 30 * MINUTE),
    nextEnd: (ms: number) => (contains(ms) ? ms - into(ms) + 60 * MINUTE : ms),
  };
  const { from: _, until: __, ...common } = aSilenceRecord({ by: 'integratord.yaml' });
  const rule = { ...common, name: 'halves' };
  const settings = () => {
    const one = new RecurringSilence(rule, time, aSilence().condition);
    return { ...NO_SETTINGS, quiet: { silences: [one], mutes: [] } };
  };
  const first = START + 30 * MINUTE;

  it('begins and ends by itself, each time as one of its own', async () => {
    keeper.load(settings());
    await pass(0);
    expect(silences.list()).toEqual([]);
    await pass(30 * MINUTE);
    expect(silences.list().map(({ key }) => key)).toEqual([`halves@${first}`]);
    expect(told(1)).toHaveLength(1);
    await pass(30 * MINUTE);
    expect(told(1)).toEqual(['halves (patch night) is over. No alert was held back.']);
    await pass(30 * MINUTE);
    expect(silences.list()).toHaveLength(2);
    expect(told(1)[0]).toContain('All alerts below level 15 are held back until');
  });

  it('ends when the settings do not have it any more, but not because they are not read yet', async () => {
    keeper.load(settings());
    await pass(35 * MINUTE);
    keeper = aKeeper();
    keeper.look();
    expect(silences.list()[0]?.endedAt).toBeUndefined();
    keeper.load(settings());
    keeper.look();
    expect(silences.list()[0]?.endedAt).toBeUndefined();
    keeper.load(NO_SETTINGS);
    keeper.look();
    expect(silences.list()[0]?.endedAt).toBe(clock.now());
  });

  it('stays ended when someone has ended it', async () => {
    const its = settings();
    keeper.load(its);
    await pass(35 * MINUTE);
    silences.end(1, 'bob', clock.now());
    keeper.refresh();
    await pass(MINUTE);
    expect(silences.list()).toHaveLength(1);
    const alert = { facts: {}, alert: () => undefined } as never;
    expect(new Quiet(its.quiet, keeper).of(alert, clock.now())?.silence('slack')).toBeUndefined();
  });
});
