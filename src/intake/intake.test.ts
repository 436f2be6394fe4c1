import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { FakeSource } from '../../test/support/fake-source.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { checkpointAt } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { RecordingStore } from '../../test/support/recording-store.ts';
import { Router } from '../routing/router.ts';
import { Intake } from './intake.ts';

const alert = (level: number, id = '1.2') => `{"rule":{"level":${level}},"id":"${id}"}`;

let clock: FakeClock;
let log: RecordingLog;
let store: RecordingStore;
let source: FakeSource;
let woken: number[][];
let abort: AbortController;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  store = new RecordingStore();
  source = new FakeSource();
  woken = [];
  abort = new AbortController();
});

const routerOf = (...levels: number[]) =>
  new Router(
    levels.map((level, i) => ({
      integration: anIntegration({ id: `i${i}`, level }),
      destination: Object.assign(new FakeDestination(), {
        skip: (alert: { textAt(...path: string[]): string | undefined }) =>
          alert.textAt('id') === 'skip me' ? 'not wanted' : undefined,
      }),
      lane: i + 1,
    })),
  );

/** Starts an intake for integrations of these least levels, whose lanes are 1, 2 … */
function start(...levels: number[]): { intake: Intake; ended: Promise<void> } {
  const parts = {
    sources: [source],
    outbox: store.outbox,
    clock,
    log,
    poolBytes: () => 2 ** 30,
    wake: (lanes: ReadonlySet<number>) => woken.push([...lanes]),
  };
  const intake = new Intake(parts, routerOf(...levels));
  return { intake, ended: intake.run(abort.signal) };
}

describe('the intake', () => {
  it('stores what matches an integration with its bytes, its lanes, the counts and the checkpoint', async () => {
    start(3, 10);
    const odd = `${alert(12, 'é')} \t\r`;
    source.give([alert(1), alert(3), odd, alert(11)]);
    await clock.settle();
    const [first] = store.accepted;
    expect(first?.raws).toEqual([alert(3), Buffer.from(odd).toString('latin1'), alert(11)]);
    expect(first?.commit.alerts).toMatchObject([
      { alertId: '1.2', level: 3, lanes: [1] },
      { alertId: 'é', level: 12, lanes: [1, 2] },
      { level: 11, lanes: [1, 2] },
    ]);
    expect(first?.commit.counts).toEqual({ read: 4, matched: 3, skipped: 0, unreadable: 0 });
    expect(first?.commit.checkpoint).toEqual(checkpointAt(source.offset));
    expect(first?.at).toBe(clock.now());
    expect(woken).toEqual([[1, 2]]);
  });

  it('saves the checkpoint with each batch, also of one that matches no integration', async () => {
    start(10);
    const offsets: number[] = [];
    for (const lines of [[alert(1)], [alert(12), alert(1)], ['{']]) {
      source.give(lines);
      offsets.push(source.offset);
      await clock.settle();
    }
    expect(store.accepted.map(({ commit }) => commit.checkpoint)).toEqual(
      offsets.map((offset) => checkpointAt(offset)),
    );
    expect(store.accepted.map(({ raws }) => raws.length)).toEqual([0, 1, 0]);
    expect(woken).toEqual([[1]]);
  });

  it('takes bytes that are no text as they are', async () => {
    start(0);
    const bytes = Buffer.concat([
      Buffer.from('{"rule":{"level":3},"x":"'),
      Buffer.from([0xff, 0x00, 0xc3]),
      Buffer.from('"}'),
    ]);
    source.give([bytes]);
    await clock.settle();
    expect(store.accepted[0]?.raws).toEqual([bytes.toString('latin1')]);
  });

  it('ends when the source does', async () => {
    const { ended } = start(0);
    abort.abort();
    await ended;
    expect(store.accepted).toEqual([]);
  });

  it('uses a new router from the next batch on', async () => {
    const { intake } = start(0);
    source.give([alert(1)]);
    await clock.settle();
    intake.use(routerOf(99, 0, 0));
    source.give([alert(1)]);
    await clock.settle();
    expect(store.accepted.map(({ commit }) => commit.alerts[0]?.lanes)).toEqual([[1], [2, 3]]);
  });
});

describe('while reading is behind', () => {
  /** A batch so large that another one is expected at once. */
  const large = (name: string) => [alert(3, name.padEnd(2 ** 18, '.'))];
  const stored = () =>
    store.accepted.map(({ raws }) => raws.map((raw) => /"id":"(\w+)/.exec(raw)?.[1]));

  it('what was gathered is stored when nothing more comes for a moment', async () => {
    start(0);
    await clock.settle();
    const { timers } = clock;
    source.give(large('a'));
    await clock.settle();
    await clock.advance(4);
    expect(stored()).toEqual([]);
    await clock.advance(1);
    expect(stored()).toEqual([['a']]);
    expect(woken).toEqual([[1]]);
    source.give([alert(3, 'b')]);
    await clock.settle();
    expect(stored()).toEqual([['a'], ['b']]);
    expect(clock.timers).toBe(timers);
  });

  it('batches that come at once share one commit, with the checkpoint of the last', async () => {
    start(0);
    for (const name of ['a', 'b', 'c']) source.give(large(name));
    await clock.settle();
    await clock.advance(5);
    expect(stored()).toEqual([['a', 'b', 'c']]);
    expect(store.accepted[0]?.commit.checkpoint).toEqual(checkpointAt(source.offset));
    expect(store.accepted[0]?.commit.counts.read).toBe(3);
  });

  it('a commit holds a megabyte at the most before it is stored', async () => {
    start(0);
    for (const name of ['a', 'b', 'c', 'd', 'e']) source.give(large(name));
    await clock.settle();
    expect(stored()).toEqual([['a', 'b', 'c', 'd']]);
    await clock.advance(5);
    expect(stored()).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  });

  it('what was gathered is stored when the source ends', async () => {
    const { ended } = start(0);
    source.give(large('a'));
    await clock.settle();
    abort.abort();
    await ended;
    expect(stored()).toEqual([['a']]);
  });
});

describe('lines that are not alerts', () => {
  it('are counted, and kept with their place, their length and their beginning', async () => {
    start(0);
    const long = `{"rule":${'x'.repeat(10_000)}`;
    source.give([alert(1), '', long, '[1]']);
    await clock.settle();
    const [first] = store.accepted;
    expect(first?.commit.counts).toEqual({ read: 4, matched: 1, skipped: 0, unreadable: 3 });
    const at = alert(1).length + 1;
    expect(first?.commit.unreadable).toMatchObject([
      { source: 'test', place: `/alerts.json, byte ${at}`, length: 0, reason: 'empty line' },
      { place: `/alerts.json, byte ${at + 1}`, length: 10_008, reason: 'invalid JSON' },
      { place: `/alerts.json, byte ${at + 10_010}`, length: 3, reason: 'no rule in it' },
    ]);
    expect(first?.excerpts).toEqual(['', long.slice(0, 4096), '[1]']);
  });

  it('are logged once a minute, with the number of those left out', async () => {
    start(0);
    source.give(['bad', 'worse', 'worst']);
    await clock.settle();
    await clock.advance(59_999);
    source.give(['late']);
    await clock.settle();
    await clock.advance(1);
    source.give(['later']);
    await clock.settle();
    expect(
      log.with('not an alert').map(({ level, fields }) => [level, fields['suppressed']]),
    ).toEqual([
      ['warn', 0],
      ['warn', 3],
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('worst');
    expect(store.accepted.flatMap(({ commit }) => commit.unreadable)).toHaveLength(5);
  });
});

describe('alerts that a destination skips', () => {
  it('are counted and told, once a minute, and not stored', async () => {
    start(0, 0);
    source.give([alert(1, 'skip me'), alert(1), alert(1, 'skip me')]);
    await clock.settle();
    expect(store.accepted[0]?.commit.counts).toEqual({
      read: 3,
      matched: 1,
      skipped: 4,
      unreadable: 0,
    });
    expect(log.with('deliberately not sent')).toMatchObject([
      { level: 'info', fields: { integration: 'i0', reason: 'not wanted', suppressed: 0 } },
    ]);
  });
});

describe('while nothing can be stored', () => {
  it('reading waits, tries every second, and nothing is lost or repeated', async () => {
    start(0);
    store.failing = true;
    source.give([alert(1), alert(2)]);
    source.give([alert(3)]);
    await clock.advance(10_500);
    expect(store.tries).toBe(11);
    expect(source.asked).toBe(1);
    expect(woken).toEqual([]);
    store.failing = false;
    await clock.advance(500);
    expect(store.accepted.map(({ raws }) => raws)).toEqual([[alert(1), alert(2)], [alert(3)]]);
    expect(store.accepted.map(({ commit }) => commit.checkpoint)).toEqual([
      checkpointAt(2 * (alert(1).length + 1)),
      checkpointAt(3 * (alert(1).length + 1)),
    ]);
    expect(woken).toEqual([[1], [1]]);
  });

  it('a stop is obeyed, and nothing more is stored', async () => {
    const { ended } = start(0);
    store.failing = true;
    source.give([alert(1)]);
    await clock.advance(1500);
    abort.abort();
    await ended;
    store.failing = false;
    await clock.advance(5000);
    expect([store.accepted, woken, clock.timers]).toEqual([[], [], 0]);
  });
});
