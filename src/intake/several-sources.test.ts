import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { FakeSource } from '../../test/support/fake-source.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { checkpointAt } from '../../test/support/outbox.ts';
import { FakeQueue, QueueSource } from '../../test/support/queue-source.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { RecordingStore } from '../../test/support/recording-store.ts';
import { Router } from '../routing/router.ts';
import { Intake } from './intake.ts';
import type { IntakeSource } from './source-loop.ts';

const alert = (id: number | string, bytes = 0) =>
  `{"rule":{"level":3},"id":"${id}","x":"${'x'.repeat(bytes)}"}`;
const alerts = (from: number, to: number, bytes = 0) =>
  Array.from({ length: to - from + 1 }, (_, i) => alert(from + i, bytes));

let clock: FakeClock;
let log: RecordingLog;
let store: RecordingStore;
let queue: FakeQueue;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  store = new RecordingStore();
  queue = new FakeQueue();
});

function routerTo(lane: number): Router {
  return new Router([{ integration: anIntegration(), destination: new FakeDestination(), lane }]);
}

/** Starts an intake that reads these. */
function start(...sources: IntakeSource[]) {
  const stop = new AbortController();
  const parts = {
    sources,
    outbox: store.outbox,
    clock,
    log,
    poolBytes: () => 2 ** 30,
    wake: () => undefined,
  };
  const intake = new Intake(parts, routerTo(1));
  return { intake, stop, ended: intake.run(stop.signal) };
}

describe('a source that acknowledges', () => {
  it('is told after the commit, and of all that was in it', async () => {
    start(new QueueSource(queue, clock));
    queue.publish(...alerts(1, 3));
    await clock.advance(10);
    expect(store.accepted.map(({ raws }) => raws)).toEqual([alerts(1, 2), [alert(3)]]);
    expect(queue.acknowledged).toEqual(alerts(1, 3));
  });

  it('is told nothing while nothing can be stored', async () => {
    start(new QueueSource(queue, clock));
    store.failing = true;
    queue.publish(...alerts(1, 3));
    await clock.advance(10_500);
    expect(queue.acknowledged).toEqual([]);
    store.failing = false;
    await clock.advance(1000);
    expect(queue.acknowledged).toEqual(alerts(1, 3));
  });

  it('is told of several large batches at once, when their common commit is done', async () => {
    const told: unknown[] = [];
    const source = new QueueSource(queue, clock, { perBatch: 3 });
    const acknowledge = source.acknowledge.bind(source);
    source.acknowledge = (stored) => {
      told.push([stored.state, store.raws().length]);
      acknowledge(stored);
    };
    queue.publish(...alerts(1, 9, 100_000));
    start(source);
    await clock.advance(10);
    expect(store.accepted).toHaveLength(1);
    expect(told).toEqual([[{ tag: 9 }, 9]]);
  });

  it('delivers again what was committed but not acknowledged before a crash', async () => {
    const first = new QueueSource(queue, clock);
    const { stop, ended } = start(first);
    queue.isCutOff = true;
    queue.publish(...alerts(1, 2));
    await clock.advance(10);
    expect(store.raws()).toEqual(alerts(1, 2));
    await first.close();
    stop.abort();
    await ended;
    queue.isCutOff = false;
    queue.publish(alert(3));
    start(new QueueSource(queue, clock));
    await clock.advance(10);
    expect(store.raws()).toEqual([...alerts(1, 2), ...alerts(1, 3)]);
    expect(queue.acknowledged).toEqual(alerts(1, 3));
  });

  it('has its unreadable records kept with its name and their place', async () => {
    start(new QueueSource(queue, clock));
    queue.publish(alert(1), 'broken');
    await clock.settle();
    const place = `queue, byte ${alert(1).length + 1} after message 0`;
    const expected = { source: 'queue', place, length: 6 };
    expect(store.accepted[0]?.commit.unreadable).toMatchObject([expected]);
    expect(log.with('not an alert')).toMatchObject([{ fields: expected }]);
  });
});

describe('two sources', () => {
  it('are stored with a checkpoint each', async () => {
    const [a, b] = [new FakeSource(0, 'a'), new FakeSource(0, 'b')];
    start(a, b);
    a.give([alert(1)]);
    b.give(alerts(2, 3));
    await clock.settle();
    expect(store.accepted.map(({ commit }) => commit.checkpoint)).toEqual([
      checkpointAt(a.offset, 'a'),
      checkpointAt(b.offset, 'b'),
    ]);
  });

  it('share the router, also a new one', async () => {
    const [a, b] = [new FakeSource(0, 'a'), new FakeSource(0, 'b')];
    const { intake } = start(a, b);
    intake.use(routerTo(7));
    a.give([alert(1)]);
    b.give([alert(2)]);
    await clock.settle();
    const lanes = store.accepted.map(({ commit }) => commit.alerts[0]?.lanes);
    expect(lanes).toEqual([[7], [7]]);
  });

  it('go on alone when the other one never has anything', async () => {
    const source = new FakeSource(0, 'a');
    start(new FakeSource(0, 'silent'), source);
    for (const id of [1, 2]) {
      source.give([alert(id)]);
      await clock.settle();
    }
    expect(store.raws()).toEqual(alerts(1, 2));
  });

  it('go on alone while alerts of the other one cannot be stored', async () => {
    const [a, b] = [new FakeSource(0, 'a'), new FakeSource(0, 'b')];
    start(a, b);
    store.failing = new Set(['a']);
    a.give([alert(1)]);
    await clock.advance(1500);
    for (const id of [2, 3]) {
      b.give([alert(id)]);
      await clock.settle();
    }
    expect(store.raws()).toEqual(alerts(2, 3));
    store.failing = false;
    await clock.advance(1000);
    expect(store.raws('a')).toEqual([alert(1)]);
  });

  it('both have to end before a stop is done', async () => {
    let end: () => void = () => {};
    const slow: IntakeSource = {
      name: 'slow',
      next: () => new Promise((resolve) => (end = () => resolve(undefined))),
    };
    const { stop, ended } = start(new FakeSource(0, 'a'), slow);
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    stop.abort();
    await clock.settle();
    expect(hasEnded).toBe(false);
    end();
    await ended;
  });
});

describe('whatever happens', () => {
  const event = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('publish' as const),
        count: fc.integer({ min: 1, max: 5 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(0, 1, 5, 1000),
      }),
    },
    fc.record({ do: fc.constantFrom('disk' as const, 'link' as const), works: fc.boolean() }),
    fc.record({ do: fc.constantFrom('crash' as const, 'restart' as const) }),
  );

  it('every message is stored before it is acknowledged, none is lost, and only a restart repeats one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
        clock = new FakeClock();
        store = new RecordingStore();
        queue = new FakeQueue();
        let published = 0;
        let hasStopped = false;
        let source = new QueueSource(queue, clock);
        let running = start(source);
        const check = () => {
          const stored = new Set(store.raws());
          expect(queue.acknowledged.filter((text) => !stored.has(text))).toEqual([]);
        };
        for (const step of events) {
          switch (step.do) {
            case 'publish':
              queue.publish(...alerts(published + 1, published + step.count));
              published += step.count;
              break;
            case 'pass':
              await clock.advance(step.ms);
              break;
            case 'disk':
              store.failing = !step.works;
              break;
            case 'link':
              queue.isCutOff = !step.works;
              break;
            case 'crash':
            case 'restart': {
              const { failing } = store;
              hasStopped = true;
              // What a crash leaves unstored stays so.
              if (step.do === 'crash') store.failing = true;
              running.stop.abort();
              await running.ended;
              await source.close();
              store.failing = failing;
              source = new QueueSource(queue, clock);
              running = start(source);
            }
          }
          check();
        }
        store.failing = false;
        queue.isCutOff = false;
        // Whatever was stored but not acknowledged is acknowledged with the next message.
        queue.publish(alert('last'));
        await clock.advance(2000);
        check();
        const all = [...alerts(1, published), alert('last')];
        expect(queue.acknowledged).toEqual(all);
        expect([...new Set(store.raws())]).toEqual(all);
        const repeats = store.raws().length - all.length;
        expect(repeats > 0 && !hasStopped).toBe(false);
        running.stop.abort();
        await running.ended;
      }),
      { numRuns: 200 },
    );
  });
});
