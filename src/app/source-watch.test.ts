import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { openTestDatabase } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { quietText } from '../core/quiet-text.ts';
import type { SourceReport } from '../core/status.ts';
import type { Database } from '../outbox/database.ts';
import { countRead, SourceHours } from '../outbox/source-hours.ts';
import { type Zone, zoneOf } from '../times/zone.ts';
import { SourceWatch } from './source-watch.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOURS_KEPT = 8 * 168;

let clock: FakeClock;
let database: Database;
let hours: SourceHours;
let report: SourceReport;
let watch: SourceWatch;

const berlin = zoneOf('Europe/Berlin') as Zone;
const at = (text: string) => Date.parse(text);

function start(): void {
  watch = new SourceWatch({ hours, sources: () => [report], zone: berlin, clock });
}

beforeEach(() => {
  database = openTestDatabase(tempDir());
  hours = new SourceHours(database);
  report = {
    source: 'file',
    path: '/alerts.json',
    lagBytes: 0,
    lagSeconds: 0,
    lastAlertAt: undefined,
    troubles: [],
  };
});

/** What was learnt of the same hour in the weeks before a moment. */
function learnt(moment: number, counts: readonly number[], gapMs = MINUTE): void {
  counts.forEach((count, week) => {
    const before = moment - (counts.length - week) * 168 * HOUR;
    countRead(database, 'file', before, count);
    hours.watched('file', Math.floor(before / HOUR), HOUR, gapMs);
  });
}

/** Time passes; so many alerts come in a minute, the first at once. */
async function pass(minutes: number, alerts: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    if (alerts > 0) {
      report = { ...report, lastAlertAt: clock.now() };
      countRead(database, 'file', clock.now(), alerts);
    }
    for (const _ of ['first', 'second']) {
      await clock.advance(30_000);
      watch.look();
    }
  }
}

const quiet = () => hours.quiet()['file'];

it('notices that no alerts come where there always were many, and when they come again', async () => {
  clock = new FakeClock(at('2026-09-07T14:05:00+02:00'));
  learnt(clock.now(), [1300, 1180, 2000], 2 * MINUTE);
  start();
  await pass(5, 20);
  await pass(8, 0);
  expect(quiet()).toBe(undefined);
  await pass(2, 0);
  const found = quiet();
  expect(found).toMatchObject({ fewest: 1180, weeks: 3 });
  expect(found && quietText(found, clock.now())).toBe(
    'no alerts for 11 min; at this hour there were never fewer than 1,180 (in 3 weeks)',
  );
  await pass(1, 20);
  expect(quiet()).toBe(undefined);
});

it.each([
  ['only two weeks are known', [1300, 1180], MINUTE],
  ['a week brought few', [1300, 1180, 19], MINUTE],
  ['there was a gap as long before', [1300, 1180, 1500], 15 * MINUTE],
])('says nothing where %s', async (_, counts, gapMs) => {
  clock = new FakeClock(at('2026-09-07T14:05:00+02:00'));
  learnt(clock.now(), counts, gapMs);
  start();
  await pass(5, 20);
  await pass(40, 0);
  expect(quiet()).toBe(undefined);
});

it('says nothing while it catches up, while the file is missing, or when it has just begun', async () => {
  clock = new FakeClock(at('2026-09-07T14:05:00+02:00'));
  learnt(clock.now(), [1300, 1180, 1500]);
  start();
  report = { ...report, lagBytes: 1, lastAlertAt: clock.now() - HOUR };
  await pass(20, 0);
  expect(quiet()).toBe(undefined);
  report = { ...report, lagBytes: 0, troubles: ['the alert file is missing'] };
  await pass(20, 0);
  expect(quiet()).toBe(undefined);
  report = { ...report, troubles: [] };
  start();
  await pass(9, 0);
  expect(quiet()).toBe(undefined);
  clock.jump(5 * MINUTE);
  await pass(5, 0);
  expect(quiet()).toBe(undefined);
});

it('goes by the wall clock of the host over summer time', async () => {
  // An hour of UTC later it is the same hour of the day.
  clock = new FakeClock(at('2026-11-02T14:05:00+01:00'));
  for (const text of ['2026-10-12', '2026-10-19']) {
    learnt(at(`${text}T14:05:00+02:00`) + 168 * HOUR, [1200]);
  }
  learnt(at('2026-10-26T14:05:00+01:00') + 168 * HOUR, [1300]);
  start();
  await pass(15, 0);
  expect(quiet()).toMatchObject({ fewest: 1200, weeks: 3 });
});

it('notices an hour with far fewer alerts than ever, and when they are as many again', async () => {
  clock = new FakeClock(at('2026-09-07T14:00:00+02:00'));
  learnt(clock.now(), [1300, 1180, 1500]);
  learnt(clock.now() + HOUR, [1300, 1180, 1500]);
  start();
  await pass(60, 1);
  expect(quiet()).toMatchObject({ count: 60, fewest: 1180 });
  await pass(60, 20);
  expect(quiet()).toBe(undefined);
});

it('does not learn from what was quiet, until that has lasted for a week', async () => {
  clock = new FakeClock(at('2026-09-07T14:00:00+02:00'));
  const first = Math.floor(clock.now() / HOUR);
  learnt(clock.now(), [1300, 1180, 1500]);
  start();
  await pass(8 * 24 * 60, 0);
  const learning = hours.of('file', [first, first + 1, first + 169]);
  expect(learning.map(({ isQuiet }) => isQuiet)).toEqual([true, true, false]);
});

it('learns only from hours in which it watched all the time, and keeps eight weeks', async () => {
  clock = new FakeClock(at('2026-09-07T14:30:00+02:00'));
  const first = Math.floor(clock.now() / HOUR);
  countRead(database, 'file', clock.now() - (HOURS_KEPT + 3) * HOUR, 9);
  start();
  await pass(120, 20);
  expect(hours.of('file', [first, first + 1])).toMatchObject([
    { count: 600, watchedMs: 29.5 * MINUTE },
    { count: 1200, watchedMs: 60 * MINUTE, gapMs: MINUTE },
  ]);
  expect(hours.of('file', [first - HOURS_KEPT - 3])).toEqual([]);
});
