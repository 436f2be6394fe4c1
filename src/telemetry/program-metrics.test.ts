import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anAcceptedAlert, anIntake, openTestDatabase } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { LaneBacklog } from '../core/outbox.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { noCounts } from '../sources/file/status.ts';
import { measuredOutbox } from './measured-outbox.ts';
import { Metrics } from './metrics.ts';
import { ProgramMetrics, type QuotaLeft } from './program-metrics.ts';
import type { MeasuredStatus } from './source-metrics.ts';

function measured() {
  const metrics = new Metrics();
  const clock = new FakeClock();
  const counts = noCounts();
  const world = {
    usedBytes: 10,
    backlog: [] as LaneBacklog[],
    quotas: [] as QuotaLeft[],
    counts,
    status: { lagBytes: 0, lastLinesAt: undefined, lastGrowthAt: undefined, health: [], counts },
  };
  const setStatus = (changes: Partial<MeasuredStatus>) => Object.assign(world.status, changes);
  const program = new ProgramMetrics(metrics, clock, {
    statistics: {
      counts: () => ({ read: 0, matched: 0, skipped: 0, unreadable: 0 }),
      backlog: () => world.backlog,
      walBytes: () => 0,
    },
    source: { status: () => world.status },
    usedBytes: () => world.usedBytes,
    limitBytes: 100,
    laneStates: () => [],
    quotas: () => world.quotas,
    canaries: () => [{ lane: 1, succeededAt: 5000 }],
    quietSources: () => ({ file: {} }),
    silences: () => ({ active: 1, upcoming: 2 }),
    integrationOf: (lane) => (lane === 1 ? 'slack' : undefined),
  });
  /** The value of a sample; undefined when there is no such series. */
  const value = async (series: string) => {
    const lines = (await metrics.text()).split('\n');
    const line = lines.find((text) => text.startsWith(`integratord_${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return { clock, world, program, value, setStatus };
}

it('says why reading is blocked, and no longer than it is', async () => {
  const { clock, program, value, setStatus } = measured();
  const database = openTestDatabase(tempDir());
  const outbox = new SqliteOutbox(database);
  let isFull = true;
  const failing = Object.assign(Object.create(outbox), {
    accept: (...values: Parameters<SqliteOutbox['accept']>) => {
      if (isFull) throw new Error('disk is full');
      outbox.accept(...values);
    },
  }) as SqliteOutbox;
  const store = measuredOutbox(failing, program, clock);

  expect(await value('reading_blocked{why="outbox_failing"}')).toBe(0);
  expect(() => store.accept(anIntake([anAcceptedAlert('a', [1])]), 1)).toThrow('disk is full');
  expect(await value('reading_blocked{why="outbox_failing"}')).toBe(1);
  expect(await value('alerts_read_total{source="file"}')).toBe(0);
  isFull = false;
  store.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
  expect(await value('reading_blocked{why="outbox_failing"}')).toBe(0);
  expect(await value('alerts_read_total{source="file"}')).toBe(1);
  expect(await value('verdicts_total{integration="slack",verdict="send"}')).toBe(1);

  setStatus({ health: [{ kind: 'missing' }] });
  expect(await value('reading_blocked{why="missing"}')).toBe(1);
  expect(await value('reading_blocked{why="unreadable"}')).toBe(0);
});

it('counts skipped alerts as matched, with their verdict, and those that a condition refuses', async () => {
  const { program, value } = measured();
  program.lane('shuffle');
  expect(await value('verdicts_total{integration="shuffle",verdict="skip"}')).toBe(0);
  program.heldBack('shuffle', 'skip');
  program.heldBack('shuffle', 'except');
  expect(await value('verdicts_total{integration="shuffle",verdict="skip"}')).toBe(1);
  expect(await value('verdicts_total{integration="shuffle",verdict="except"}')).toBe(1);
  expect(await value('alerts_matched_total{integration="shuffle"}')).toBe(1);
});

it("takes over the source's totals as they grow", async () => {
  const { world, value } = measured();
  expect(await value('source_lost_bytes_total{source="file"}')).toBe(0);
  world.counts.lostBytes = 5;
  expect(await value('source_lost_bytes_total{source="file"}')).toBe(5);
  expect(await value('source_lost_bytes_total{source="file"}')).toBe(5);
  world.counts.lostBytes = 7;
  expect(await value('source_lost_bytes_total{source="file"}')).toBe(7);
});

it('knows a lag in seconds only while bytes wait', async () => {
  const { clock, value, setStatus } = measured();
  setStatus({ lastLinesAt: clock.now() });
  await clock.advance(60_000);
  expect(await value('read_lag_seconds{source="file"}')).toBe(0);
  setStatus({ lagBytes: 100 });
  expect(await value('read_lag_seconds{source="file"}')).toBe(60);
});

it('forgets the backlog of an integration that is gone', async () => {
  const { world, value } = measured();
  const none = {
    leased: 0,
    parked: 0,
    dead: 0,
    held: 0,
    silenced: 0,
    oldestReadAt: undefined,
    behindSince: undefined,
    losses: 0,
    lostBytes: 0,
  };
  world.backlog = [{ integration: 'slack', pending: 3, ...none }];
  expect(await value('deliveries{integration="slack",state="pending"}')).toBe(3);
  world.backlog = [];
  expect(await value('deliveries{integration="slack",state="pending"}')).toBeUndefined();
});

it('says how many look-ups are left, where there is a limit', async () => {
  const { world, value } = measured();
  world.quotas = [{ integration: 'virustotal', minute: 3, day: Number.POSITIVE_INFINITY }];
  expect(await value('quota_remaining{integration="virustotal",window="minute"}')).toBe(3);
  expect(await value('quota_remaining{integration="virustotal",window="day"}')).toBeUndefined();
  world.quotas = [];
  expect(await value('quota_remaining{integration="virustotal",window="minute"}')).toBeUndefined();
});

it('counts silences, now and later', async () => {
  const { value } = measured();
  expect(await value('silences{state="active"}')).toBe(1);
  expect(await value('silences{state="upcoming"}')).toBe(2);
});

const settled = (outcome: string) =>
  `deliveries_settled_total{integration="slack",outcome="${outcome}"}`;

it('counts what operators drop, unless it had ended before', async () => {
  const { program, value } = measured();
  program.lane('slack');
  const states = ['pending', 'leased', 'parked', 'held', 'dead', 'delivered', 'silenced'] as const;
  for (const state of states) program.dropped({ integration: 'slack', state, count: 2 });
  program.dropped({ integration: 'gone (removed)', state: 'pending', count: 1 });
  expect(await value(settled('dropped'))).toBe(8);
});

it('counts what is silenced for good, and not what a silence only delays', async () => {
  const { program, value } = measured();
  program.lane('slack');
  program.held(1, 'silence', true);
  program.held(1, 'silence', false);
  expect(await value(settled('silenced'))).toBe(1);
  expect(await value('verdicts_total{integration="slack",verdict="silence"}')).toBe(2);
});

it('counts what is given up for lack of room as dead', async () => {
  const { clock, program, value } = measured();
  program.lane('slack');
  const outbox = Object.assign(Object.create(SqliteOutbox.prototype), { shrink: () => 3 });
  const store = measuredOutbox(outbox as SqliteOutbox, program, clock);
  expect(store.shrink(1, 100, 0)).toBe(3);
  expect(await value(settled('dead'))).toBe(3);
});
