import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anIdentity, aSettlement, openTestDatabase } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { CanaryPlan } from '../core/canary.ts';
import { isNoticeId } from '../core/notice.ts';
import { Canaries } from '../outbox/canaries.ts';
import type { Database } from '../outbox/database.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { CanaryKeeper } from './canary-keeper.ts';
import { canaryTroubles } from './canary-reports.ts';

const HOUR = 3_600_000;
const AT_SIX: CanaryPlan = { minute: 360, zone: 'Europe/Berlin' };

let clock: FakeClock;
let database: Database;
let outbox: SqliteOutbox;
let canaries: Canaries;
let log: RecordingLog;
let plans: Map<string, CanaryPlan>;
let woken: number[];

/** A daemon that runs until the next one. */
function start(): CanaryKeeper {
  const keeper = new CanaryKeeper({
    canaries,
    plans: () => plans,
    lanes: () => new Map([[1, 'slack']]),
    wake: (lanes) => woken.push(...lanes),
    clock,
    log,
  });
  keeper.start();
  return keeper;
}

/** When each test alert was stored, as the clock of Berlin shows it, the oldest first. */
const stored = () =>
  database
    .all<{ read_at: number }>(`SELECT read_at FROM alert_label WHERE rule = 'integratord-canary'`)
    .map(({ read_at: at }) => new Date(at).toLocaleString('sv', { timeZone: 'Europe/Berlin' }));

const lease = () => outbox.lease(1, 10, 1e6, clock.now());

/** What a lane does whose service works. */
function deliver(): void {
  const settlements = lease().map(({ id }) => aSettlement(id, { startedAt: clock.now() }));
  outbox.commit({ settlements });
}

/** Lets time pass, and the lane deliver meanwhile. */
async function pass(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    await clock.advance(HOUR);
    deliver();
  }
}

function begin(text: string): void {
  clock = new FakeClock(Date.parse(text));
  start();
  deliver();
}

beforeEach(() => {
  database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack')], 0);
  canaries = new Canaries(database);
  log = new RecordingLog();
  plans = new Map([['slack', AT_SIX]]);
  woken = [];
});

it('sends one at once, and then one on every day at its time, as an alert that says it is a test', async () => {
  clock = new FakeClock(Date.parse('2026-08-20T11:00:00+02:00'));
  start();
  expect(woken).toEqual([1]);
  const [first] = lease();
  const alert = JSON.parse(String(first?.raw));
  expect(first?.isCanary).toBe(true);
  expect(alert.rule).toMatchObject({ level: 3, id: 'integratord-canary' });
  expect(alert.rule.description).toMatch(/^TEST of integratord: the way to slack works/);
  expect(isNoticeId(alert.id)).toBe(true);
  outbox.release([first?.id as number]);
  await pass(49);
  expect(stored()).toEqual(['2026-08-20 11:00:00', '2026-08-21 06:00:00', '2026-08-22 06:00:00']);
});

it('goes by its wall clock over summer time', async () => {
  plans = new Map([['slack', { ...AT_SIX, minute: 150 }]]);
  begin('2026-10-23T12:00:00+02:00');
  await pass(24 * 3);
  // 02:30 comes twice on the 25th.
  expect(stored().slice(1)).toEqual([
    '2026-10-24 02:30:00',
    '2026-10-25 02:30:00',
    '2026-10-26 02:30:00',
  ]);
  const spring = Date.parse('2027-03-27T12:00:00+01:00');
  clock.jump(spring - clock.now());
  await pass(24 * 2);
  // 02:30 does not come on the 28th.
  expect(stored().slice(-2)).toEqual(['2027-03-28 03:00:00', '2027-03-29 02:30:00']);
});

it('sends none again after a restart, and makes up for one that it was down for', async () => {
  begin('2026-08-20T05:00:00+02:00');
  const settled = canaries.all().get(1);
  clock.kill();
  clock = new FakeClock(Date.parse('2026-08-20T05:30:00+02:00'));
  start();
  expect(canaries.all().get(1)).toEqual(settled);
  clock.kill();
  clock = new FakeClock(Date.parse('2026-08-20T20:00:00+02:00'));
  start();
  deliver();
  await pass(11);
  expect(stored()).toEqual(['2026-08-20 05:00:00', '2026-08-20 20:00:00', '2026-08-21 06:00:00']);
});

it.each([
  ['a little', -2 * HOUR],
  ['over midnight', -8 * HOUR],
  ['by days', -50 * HOUR],
])('sends no second one on a day when the clock is set back %s', async (_, by) => {
  begin('2026-08-20T06:30:00+02:00');
  await pass(1);
  const before = stored().length;
  clock.jump(by);
  await pass(1);
  expect(stored()).toHaveLength(before);
  await pass(Math.ceil(-by / HOUR) > 24 ? 24 : 24 - by / HOUR);
  const days = stored().slice(before);
  expect(new Set(days).size).toBe(days.length);
  expect(days.length).toBeGreaterThan(0);
});

it('sends none twice where the clock goes ahead and back', async () => {
  begin('2026-08-20T12:00:00+02:00');
  clock.jump(24 * 365 * HOUR);
  await pass(1);
  clock.jump(-24 * 365 * HOUR);
  await pass(18);
  expect(stored().slice(-1)).toEqual(['2026-08-21 06:00:00']);
  await pass(24);
  expect(stored().slice(-1)).toEqual(['2026-08-22 06:00:00']);
});

it('replaces one that still waits, so that they never pile up, and tells of the loss once', async () => {
  begin('2026-08-20T12:00:00+02:00');
  const arrived = canaries.all().get(1)?.succeededAt;
  expect(arrived).toBe(clock.now() + 10);
  await clock.advance(18 * HOUR);
  expect(lease()).toHaveLength(1);
  outbox.release([2]);
  const troubles = () => canaryTroubles(canaries.all().values(), () => 'slack', clock.now());
  expect(troubles()).toEqual([]);
  await clock.advance(2 * HOUR);
  expect(troubles()).toMatchObject([{ key: 'canary:slack', about: 'slack' }]);
  await clock.advance(3 * 24 * HOUR);
  const waiting = lease();
  expect(waiting).toHaveLength(1);
  expect(canaries.all().get(1)?.succeededAt).toBe(arrived);
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'a test alert did not arrive', fields: { integration: 'slack' } },
  ]);
  outbox.release(waiting.map(({ id }) => id));
  deliver();
  expect(troubles()).toEqual([]);
  await clock.advance(30_000);
  expect(log.lines.at(-1)?.message).toBe('test alerts arrive again');
});

it('tells at once of one that was given up', async () => {
  clock = new FakeClock(Date.parse('2026-08-20T12:00:00+02:00'));
  start();
  const [first] = lease();
  const settlement = aSettlement(first?.id as number, {
    outcome: { kind: 'reject', reason: 'rejected' },
    next: { state: 'dead', reason: 'rejected' },
  });
  outbox.commit({ settlements: [settlement] });
  await clock.advance(30_000);
  const troubles = canaryTroubles(canaries.all().values(), () => 'slack', clock.now());
  expect(troubles[0]?.sentence).toContain('None has ever arrived.');
  expect(log.lines.map(({ message }) => message)).toEqual(['a test alert did not arrive']);
  // The next one takes its place.
  await clock.advance(24 * HOUR);
  expect(database.all(`SELECT id FROM delivery WHERE state = 'dead'`)).toEqual([]);
});

it('waits for one that is being attempted', async () => {
  clock = new FakeClock(Date.parse('2026-08-20T12:00:00+02:00'));
  start();
  const [first] = lease();
  await clock.advance(24 * HOUR);
  expect(stored()).toHaveLength(1);
  outbox.release([first?.id as number]);
  await clock.advance(30_000);
  expect(stored()).toEqual(['2026-08-21 12:00:30']);
});

it('sends one at once when its time was changed, and none when it is taken out', async () => {
  begin('2026-08-20T12:00:00+02:00');
  plans = new Map([['slack', { ...AT_SIX, minute: 840 }]]);
  await pass(3);
  expect(stored()).toEqual(['2026-08-20 12:00:00', '2026-08-20 12:00:30', '2026-08-20 14:00:00']);
  plans = new Map();
  await pass(24);
  expect(stored()).toHaveLength(3);
  expect(canaries.all().size).toBe(0);
});
