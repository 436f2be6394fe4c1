import { describe, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { aSilence, aSilenceRecord } from '../../test/support/quiet.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { Arrival } from '../core/grouping.ts';
import type { SilenceRecord } from '../core/silence.ts';
import { GroupingPolicy } from '../grouping/policy.ts';
import { NO_RULES } from '../grouping/rules.ts';
import { Purge } from './purge.ts';
import { Queue } from './queue.ts';
import { silenceReceipts } from './silence-receipts.ts';
import { Silences } from './silences.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

const DAY = 86_400_000;

function scene() {
  const database = openTestDatabase(tempDir());
  const outbox = new SqliteOutbox(database);
  const ids = ['slack', 'email'];
  const lanes = outbox.assignLanes(
    ids.map((id) => ({ ...anIdentity(id), policy: new GroupingPolicy(id, NO_RULES) })),
    0,
  );
  const slack = lanes.get('slack')?.id ?? 0;
  const silences = new Silences(database);
  const accept = (raw: string, arrival: Arrival, now: number, lane = slack) => {
    const alert = { ...anAcceptedAlert(raw, [lane]), arrivals: new Map([[lane, arrival]]) };
    outbox.accept(anIntake([alert]), now);
  };
  const accepted = (record: SilenceRecord, raw: string, now: number) =>
    accept(raw, { hush: aSilence(record).hush }, now);
  const leased = (now: number) =>
    outbox.lease(slack, 99, 1e9, now).map(({ raw, bundle }) => {
      return bundle === undefined ? raw.toString() : `${bundle.about}: ${bundle.count}`;
    });
  const states = () => [...new Queue(database).list({})].toReversed().map(({ state }) => state);
  return { database, outbox, slack, silences, accept, accepted, leased, states };
}

const written = aSilenceRecord({ from: 1000, until: 9000, name: 'patching' });

describe('silences in the outbox', () => {
  it('say of what they hold back whether it is ever sent', () => {
    const { outbox, silences, accepted, slack } = scene();
    const held: unknown[] = [];
    outbox.onHeld = (lane, verdict, isSilenced) => held.push([lane, verdict, isSilenced]);
    for (const ending of ['summary', 'nothing', 'deliver'] as const) {
      accepted(silences.add({ ...written, ending }, 'root', 500), ending, 2000);
    }
    expect(held).toEqual([
      [slack, 'silence', true],
      [slack, 'silence', true],
      [slack, 'silence', false],
    ]);
  });

  it('are kept as they were added, with who did it', () => {
    const { silences, database } = scene();
    const all: Partial<SilenceRecord> = {
      only: { level: '>= 3', agents: ['a'] },
      when: 'rule.level > 3',
      integrations: ['slack'],
      ending: 'deliver',
      evenCritical: true,
    };
    const first = silences.add({ ...written, ...all }, 'root (sudo by anna)', 500);
    const second = silences.add(aSilenceRecord(), 'bob', 600);
    expect([first.key, second.key]).toEqual(['silence:1', 'silence:2']);
    expect(silences.list()).toEqual([
      { ...written, ...all, id: 1, key: 'silence:1' },
      { ...aSilenceRecord(), id: 2, key: 'silence:2' },
    ]);
    const audit = database.all<{ at: number; who: string; kind: string; detail: string }>(
      'SELECT at, who, kind, detail FROM audit ORDER BY id',
    );
    expect(audit.map(({ at, who, kind }) => [at, who, kind])).toEqual([
      [500, 'root (sudo by anna)', 'silence add'],
      [600, 'bob', 'silence add'],
    ]);
    expect(JSON.parse(audit[0]?.detail ?? '')).toMatchObject({
      key: 'silence:1',
      why: 'patch night',
      by: 'anna',
    });
    expect(new SqliteOutbox(database).untoldDrops()).toEqual([]);
  });

  it('cover what they hold back by one receipt after the end, and count it', () => {
    const { silences, accepted, leased, states } = scene();
    const record = silences.add(written, 'anna', 500);
    accepted(record, 'a', 1000);
    accepted(record, 'b', 2000);
    accepted(record, 'c', 8999);
    expect(leased(8999)).toEqual([]);
    expect(leased(9000)).toEqual(['patching (patch night): 3']);
    accepted(record, 'd', 9000);
    expect(leased(9001)).toEqual(['d']);
    expect(silences.list()[0]?.held).toEqual(new Map([['slack', 3]]));
    expect(states()).toEqual(['silenced', 'silenced', 'silenced', 'leased', 'leased']);
  });

  it('hold on for longer where they are extended, and are told of anew', () => {
    const { silences, accepted, leased, database } = scene();
    const summary = silences.add(written, 'anna', 500);
    const later = silences.add({ ...written, ending: 'deliver' }, 'anna', 500);
    accepted(summary, 'a', 1000);
    accepted(later, 'b', 1000);
    silences.tell(summary, new Set(['begin', 'weekend']), new Map(), 1000);
    for (const { id } of [summary, later]) {
      expect(silences.extend(id, 20_000, 'bob', 2000)).toMatchObject({ until: 20_000 });
    }
    expect(silences.list()[0]?.told).toEqual(new Set());
    expect(leased(19_999)).toEqual([]);
    expect(leased(20_000)).toEqual(['b', 'patching (patch night): 1']);
    const kinds = database.all<{ kind: string }>('SELECT kind FROM audit ORDER BY id');
    expect(kinds.map(({ kind }) => kind).slice(2)).toEqual(['silence extend', 'silence extend']);
  });

  it('are extended neither after their end, nor to one that is sooner', () => {
    const { silences } = scene();
    const { id } = silences.add(written, 'anna', 500);
    expect(silences.extend(id, 9000, 'bob', 2000)).toBeUndefined();
    expect(silences.extend(id, 8000, 'bob', 2000)).toBeUndefined();
    expect(silences.extend(id, 20_000, 'bob', 9000)).toBeUndefined();
    silences.began('cron@1', { ...written, name: 'cron' });
    expect(silences.extend(2, 20_000, 'bob', 2000)).toBeUndefined();
    expect(silences.extend(77, 20_000, 'bob', 2000)).toBeUndefined();
    silences.end(id, 'bob', 3000);
    expect(silences.extend(id, 20_000, 'bob', 3001)).toBeUndefined();
  });

  it('say by whom their ends were told', () => {
    const { silences, accepted, leased, database, outbox } = scene();
    const record = silences.add(written, 'anna', 500);
    accepted(record, 'a', 1000);
    const before = silenceReceipts(database, record.key);
    expect(before).toMatchObject([{ integration: 'slack', dueAt: 9000, delivery: undefined }]);
    expect(leased(9000)).toHaveLength(1);
    outbox.commit({ settlements: [aSettlement(2)] });
    const [receipt] = silenceReceipts(database, record.key);
    expect(receipt).toMatchObject({ delivery: 2, state: 'delivered' });
  });

  it('deliver what they held one by one, or nothing', () => {
    const { silences, accepted, leased } = scene();
    const later = silences.add({ ...written, ending: 'deliver' }, 'anna', 500);
    const never = silences.add({ ...written, ending: 'nothing' }, 'anna', 500);
    accepted(later, 'a', 1000);
    accepted(never, 'b', 1001);
    accepted(later, 'c', 1002);
    expect(leased(8999)).toEqual([]);
    expect(leased(9000)).toEqual(['a', 'c']);
  });

  it('release at once what they hold when they are ended, and hold nothing more', () => {
    const { silences, accepted, leased, outbox, slack, database } = scene();
    const summed = silences.add(written, 'anna', 500);
    const later = silences.add({ ...written, ending: 'deliver' }, 'anna', 500);
    accepted(summed, 'a', 1000);
    accepted(later, 'b', 1000);
    expect(outbox.nextDue(slack)).toBe(9000);
    expect(silences.end(summed.id, 'bob', 2000)).toBe(true);
    expect(silences.end(later.id, 'bob', 2000)).toBe(true);
    expect(silences.end(later.id, 'bob', 2001)).toBe(false);
    // These were on their way.
    accepted(summed, 'c', 2001);
    accepted(later, 'd', 2001);
    expect(leased(2001).sort()).toEqual(['b', 'c', 'd', 'patching (patch night): 1']);
    expect(silences.list().map(({ endedAt }) => endedAt)).toEqual([2000, 2000]);
    const who = database.all<{ who: string }>('SELECT who FROM audit').map((row) => row.who);
    expect(who).toEqual(['anna', 'anna', 'bob', 'bob']);
  });

  it('cannot be ended when they are over', () => {
    const { silences } = scene();
    const { id } = silences.add(written, 'anna', 500);
    expect(silences.end(id, 'bob', 9000)).toBe(false);
    expect(silences.end(77, 'bob', 5)).toBe(false);
  });

  it('tell their news once, to the lanes named', () => {
    const { silences, leased, slack } = scene();
    const record = silences.add(written, 'anna', 500);
    silences.tell(record, new Set(['begin']), new Map([[slack, 'it begins']]), 1000);
    expect(silences.list()[0]?.told).toEqual(new Set(['begin']));
    const [notice] = leased(1000);
    expect(JSON.parse(notice ?? '')).toMatchObject({ rule: { description: 'it begins' } });
  });

  it('of the settings file are noted once each time', () => {
    const { silences, accept, leased } = scene();
    silences.began('patching@1000', written);
    silences.began('patching@1000', { ...written, why: 'else' });
    const [record] = silences.list();
    expect(record).toMatchObject({ key: 'patching@1000', isRecurring: true, why: 'patch night' });
    const hush = {
      verdict: 'silence',
      by: 'silence:patching',
      silence: { key: 'patching@1000', until: 9000 },
      deliverAt: 9000,
    } as const;
    accept('a', { hush }, 1000);
    expect(silences.end(record?.id ?? 0, undefined, 3000)).toBe(true);
    expect(leased(3000)).toEqual(['a']);
  });

  it('are forgotten long after they are over', () => {
    const { silences, database, accepted } = scene();
    accepted(silences.add(written, 'anna', 500), 'a', 1000);
    const purge = new Purge(database);
    purge.forgetQuiet(9000 + 89 * DAY, 100);
    expect(silences.list()).toHaveLength(1);
    purge.forgetQuiet(9000 + 90 * DAY, 100);
    expect(silences.list()).toEqual([]);
    expect(database.all('SELECT * FROM silence_held')).toEqual([]);
  });
});

describe('mutes in the outbox', () => {
  const mark = { name: 'scans', key: '["10.0.0.7"]', forMs: 1000 };

  it('hold back from the last alert that opened them on, also after a restart', () => {
    const { outbox, accept, leased, states, database } = scene();
    outbox.accept(anIntake([], { marks: [mark] }), 1000);
    accept('a', { mutes: [mark] }, 1500);
    outbox.accept(anIntake([], { marks: [mark] }), 1800);
    const again = new SqliteOutbox(database);
    expect(again.checkpoint('test')).toBeDefined();
    accept('b', { mutes: [mark] }, 2799);
    accept('c', { mutes: [{ ...mark, key: '[null]' }] }, 2799);
    accept('d', { mutes: [mark] }, 2800);
    expect(leased(2800)).toEqual(['c', 'd']);
    expect(states()).toEqual(['silenced', 'silenced', 'leased', 'leased']);
    const rows = database.all('SELECT verdict, verdict_by, finished_at FROM delivery WHERE id < 3');
    expect(rows).toEqual([
      { verdict: 'mute', verdict_by: 'mute:scans', finished_at: 1500 },
      { verdict: 'mute', verdict_by: 'mute:scans', finished_at: 2799 },
    ]);
  });

  it('hold back alerts that are stored together with the one that opens them', () => {
    const { outbox, slack, leased } = scene();
    const alert = {
      ...anAcceptedAlert('a', [slack]),
      arrivals: new Map([[slack, { mutes: [mark] }]]),
    };
    outbox.accept(anIntake([alert], { marks: [mark] }), 1000);
    expect(leased(5000)).toEqual([]);
  });

  it('come after silences', () => {
    const { outbox, accept, silences, database } = scene();
    const hush = aSilence(silences.add(written, 'anna', 500)).hush;
    outbox.accept(anIntake([], { marks: [mark] }), 1000);
    accept('a', { hush, mutes: [mark] }, 1500);
    expect(database.all('SELECT verdict FROM delivery')).toEqual([{ verdict: 'silence' }]);
  });

  it('stay open no longer when the clock is set back', () => {
    const { outbox, accept, leased } = scene();
    outbox.accept(anIntake([], { marks: [mark] }), 10_000);
    outbox.clockJumped(-5000);
    accept('a', { mutes: [mark] }, 5500);
    accept('b', { mutes: [mark] }, 6000);
    expect(leased(6000)).toEqual(['b']);
  });

  it('are forgotten when they are over', () => {
    const { outbox, database } = scene();
    outbox.accept(anIntake([], { marks: [mark, { ...mark, key: '["b"]', forMs: 5000 }] }), 1000);
    new Purge(database).forgetQuiet(2000, 100);
    expect(database.all('SELECT key FROM mute')).toEqual([{ key: '["b"]' }]);
  });

  it('are bounded: of very many keys, those that close first go', () => {
    const { database } = scene();
    database.run(
      `INSERT INTO mute (name, key, opened_at, forget_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100100)
       SELECT 'scans', i, 1, 10000 + i FROM n`,
    );
    new Purge(database).forgetQuiet(1000, 500);
    const kept = database.get('SELECT COUNT(*) AS n, MIN(forget_at) AS first FROM mute');
    expect(kept).toEqual({ n: 100_000, first: 10_101 });
  });
});
