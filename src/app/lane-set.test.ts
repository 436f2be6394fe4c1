import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination, Gate, GONE, SERVER_ERROR } from '../../test/support/fake-destination.ts';
import { aContext, FakeHttp } from '../../test/support/fake-transports.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { largeParts } from '../../test/support/large-parts.ts';
import { anAcceptedAlert, anIntake, openTestDatabase } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { ClosableHttpClient, Destination, LaneHttp } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import { OutboxTroubles } from '../core/outbox-troubles.ts';
import { Scrubber } from '../core/secret.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import type { Database } from '../outbox/database.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { openOutboxDatabase } from '../outbox/state-directory.ts';
import { LaneSet } from './lane-set.ts';
import { OutboxWatch } from './outbox-watch.ts';
import type { RoutedIntegration } from './setup.ts';

let directory: string;
let clock: FakeClock;
let log: RecordingLog;
let database: Database;
let outbox: SqliteOutbox;
let lanes: LaneSet;
let http: FakeLaneHttp;
beforeEach(() => {
  directory = tempDir();
  clock = new FakeClock();
  log = new RecordingLog();
  database = openTestDatabase(directory);
  outbox = new SqliteOutbox(database);
  http = new FakeLaneHttp();
  lanes = new LaneSet(
    {
      outbox,
      groupCommit: new GroupCommit(outbox, clock),
      large: largeParts(clock),
      context: { ...aContext({ clock }), http },
      clock,
      log,
      scrubber: new Scrubber(),
    },
    undefined,
  );
});

/** Counts clients instead of opening connections. */
class FakeLaneHttp implements LaneHttp {
  readonly connections: number[] = [];
  closed = 0;

  forLane(_owner: string, connections: number): ClosableHttpClient {
    this.connections.push(connections);
    const close = async () => void (this.closed += 1);
    return { send: (request, limits) => new FakeHttp().send(request, limits), close };
  }
}

function named(name: string): FakeDestination {
  return Object.assign(new FakeDestination(), { name });
}

function enabled(destination: Destination, changes: Partial<Integration> = {}): RoutedIntegration {
  const integration = anIntegration({ id: 'slack', name: 'slack', ...changes });
  return { integration, destination } as RoutedIntegration;
}

/** Stores alerts for the only lane and wakes it. */
async function give(...raws: string[]): Promise<void> {
  const lane = 1;
  outbox.accept(anIntake(raws.map((raw) => anAcceptedAlert(raw, [lane]))), clock.now());
  lanes.wake(new Set([lane]));
  await clock.settle();
}

describe('a new configuration', () => {
  it('leaves a lane alone whose integration is the same', async () => {
    const destination = named('slack');
    lanes.apply([enabled(destination)]);
    const routes = lanes.apply([enabled(named('slack'))]);
    await give('a');
    expect(destination.raws).toEqual(['a']);
    expect(routes).toMatchObject([{ lane: 1, destination }]);
    expect(log.with('integration enabled')).toHaveLength(1);
  });

  it('gives each lane as many connections as its concurrency, and closes them with it', async () => {
    lanes.apply([enabled(named('slack')), enabled(new FakeDestination(3), { id: 'b' })]);
    lanes.apply([enabled(named('slack'), { settings: { concurrency: 7 } })]);
    await clock.settle();
    expect(http.connections).toEqual([1, 3, 7]);
    expect(http.closed).toBe(2);
    await lanes.stop(7000);
    expect(http.closed).toBe(3);
  });

  it('makes a new lane of one whose settings have changed', async () => {
    const [before, after] = [named('slack'), named('slack')];
    lanes.apply([enabled(before)]);
    lanes.apply([enabled(after, { level: 7 })]);
    await give('a');
    expect([before.raws, after.raws]).toEqual([[], ['a']]);
  });

  it('lets a script take the place of a built-in destination', async () => {
    const [builtin, script] = [named('slack'), named('script')];
    lanes.apply([enabled(builtin)]);
    const routes = lanes.apply([enabled(script)]);
    await give('a');
    expect([builtin.raws, script.raws]).toEqual([[], ['a']]);
    expect(routes).toMatchObject([{ destination: script }]);
  });

  it('delivers no more for an integration that was removed', async () => {
    const destination = named('slack');
    lanes.apply([enabled(destination)]);
    expect(lanes.apply([])).toEqual([]);
    await give('a');
    expect(destination.raws).toEqual([]);
  });
});

describe('an integration that cannot run', () => {
  const unusable = { kind: 'missing_script', reason: 'no script' } as const;
  let isThere: boolean;
  const unable = (destination: Destination): RoutedIntegration => ({
    ...enabled(destination),
    unusable,
    canRun: () => isThere,
  });
  beforeEach(() => {
    isThere = false;
  });

  it('has its alerts stored and waiting, until its settings are right', async () => {
    const destination = named('slack');
    expect(lanes.apply([unable(destination)])).toMatchObject([{ lane: 1, destination }]);
    expect(lanes.delivers('slack')).toBe(false);
    await give('a', 'b');
    expect([...lanes.states()]).toEqual([['slack', 'parked']]);
    lanes.apply([enabled(destination)]);
    await clock.settle();
    expect(destination.raws).toEqual(['a', 'b']);
    expect(lanes.delivers('slack')).toBe(true);
    expect(log.with('can run again')).toMatchObject([{ fields: { waiting: 2 } }]);
  });

  it('is left alone as long as that is so', async () => {
    lanes.apply([unable(named('slack'))]);
    await clock.advance(60_000);
    lanes.apply([unable(named('slack'))]);
    expect(log.with('integration cannot run')).toHaveLength(1);
    expect(outbox.lane(1)?.parking?.since).toBe(clock.now() - 60_000);
  });

  it('delivers as soon as its script is there, without a reload', async () => {
    const destination = named('slack');
    lanes.apply([unable(destination)]);
    await give('a');
    isThere = true;
    await clock.advance(15 * 60_000);
    expect(destination.raws).toEqual(['a']);
    expect(log.with('can run again')).toHaveLength(1);
    expect(outbox.lane(1)?.parking).toBeUndefined();
    lanes.apply([enabled(destination)]);
    await give('b');
    expect(destination.raws).toEqual(['a', 'b']);
    expect(log.with('integration enabled')).toHaveLength(1);
  });
});

it('tries again at once on a reload where a service had everything parked', async () => {
  const destination = named('slack').script(GONE);
  lanes.apply([enabled(destination)]);
  await give('a');
  lanes.apply([enabled(destination)]);
  await clock.settle();
  expect(destination.raws).toEqual(['a', 'a']);
  expect(log.with('service accepts deliveries again')).toHaveLength(1);
});

it('changes nothing when the outbox fails', async () => {
  const [before, after] = [named('slack'), named('slack')];
  lanes.apply([enabled(before)]);
  database.execute(
    'CREATE TEMP TRIGGER full BEFORE UPDATE ON lane BEGIN SELECT RAISE(ABORT, "full"); END',
  );
  expect(() => lanes.apply([enabled(after, { level: 7 })])).toThrow('full');
  database.execute('DROP TRIGGER full');
  await give('a');
  expect([before.raws, after.raws]).toEqual([['a'], []]);
});

describe('a lane whose integration was changed while attempts are under way', () => {
  /** An old lane with an attempt that hangs, and the new one, with another alert waiting. */
  async function change(concurrency = 1) {
    const gate = new Gate();
    const before = Object.assign(new FakeDestination(concurrency), { name: 'slack' });
    const after = Object.assign(new FakeDestination(concurrency), { name: 'slack' });
    before.otherwise = gate.hang;
    if (concurrency > 1) after.otherwise = gate.hang;
    lanes.apply([enabled(before)]);
    await give('a');
    lanes.apply([enabled(after, { level: 7 })]);
    await give('b');
    return { gate, before, after };
  }
  const states = () => [...new Queue(database).list({})].toReversed().map(({ state }) => state);

  it('lets them finish within their own time limit, which a stop would not', async () => {
    const { gate } = await change();
    await clock.advance(60_000);
    gate.release();
    await clock.settle();
    expect(states()).toEqual(['delivered', 'delivered']);
    expect(log.with('cut short')).toEqual([]);
  });

  it('keeps to one at a time, and goes on by itself as soon as the old one is over', async () => {
    const { gate, after } = await change();
    await clock.advance(5000);
    expect(after.raws).toEqual([]);
    gate.release();
    await clock.settle();
    expect(after.raws).toEqual(['b']);
  });

  it('uses what its concurrency has left, and no more', async () => {
    const { gate, after } = await change(2);
    await give('c');
    expect(after.raws).toEqual(['b']);
    gate.release();
    await clock.settle();
    expect(after.raws).toEqual(['b', 'c']);
  });

  it('has the new lane repeat what failed in the old one, without waiting for an alert', async () => {
    const { gate, after } = await change();
    gate.release(SERVER_ERROR);
    await clock.settle();
    expect(after.raws).toEqual(['a', 'b']);
    expect(states()).toEqual(['delivered', 'delivered']);
  });

  it('has the new lane take what an attempt that never ends gives back', async () => {
    const { after } = await change();
    await clock.advance(76_000);
    expect(after.raws).toEqual(['a', 'b']);
    expect(log.with('cut short')).toMatchObject([{ fields: { integration: 'slack', count: 1 } }]);
  });

  it('waits for a lane that was removed and came back meanwhile', async () => {
    const { gate, after } = await change();
    lanes.apply([]);
    lanes.apply([enabled(after, { level: 8 })]);
    await clock.settle();
    expect(after.raws).toEqual([]);
    gate.release();
    await clock.settle();
    expect(after.raws).toEqual(['b']);
  });

  it('is cut short by a stop, with all others', async () => {
    await change();
    expect(lanes.inFlight).toBe(1);
    let isOver = false;
    void lanes.stop(2000).then(() => {
      isOver = true;
    });
    await clock.advance(2500);
    expect(isOver).toBe(true);
    expect(states()).toEqual(['pending', 'pending']);
    expect(log.with('cut short')).toHaveLength(1);
  });
});

describe('the outbox, looked at twice a second', () => {
  let watch: OutboxWatch;
  /** The outbox as `integratord queue` opens it: on a connection of its own. */
  let operator: Queue;
  beforeEach(() => {
    watch = new OutboxWatch({
      outbox,
      lanes,
      files: { missing: () => [], restore: () => {} },
      probe: () => database.probe(),
      troubles: new OutboxTroubles(clock, log),
      clock,
      log,
    });
    watch.start();
    operator = new Queue(openOutboxDatabase(directory));
  });

  it('has the lanes resume what an operator retries', async () => {
    const destination = named('slack').script(GONE);
    lanes.apply([enabled(destination)]);
    await give('a', 'b');
    expect(destination.raws).toEqual(['a']);
    await clock.advance(60_000);
    expect(destination.raws).toEqual(['a']);
    expect(operator.retry({ ids: [1, 2] })).toBe(2);
    await clock.advance(500);
    expect(destination.raws).toEqual(['a', 'a', 'b']);
  });

  it('has the lanes deliver what was dead and is to be tried again', async () => {
    const destination = named('slack').script({ kind: 'reject', reason: 'rejected' });
    lanes.apply([enabled(destination)]);
    await give('a');
    expect(operator.stats()['slack']).toMatchObject({ dead: 1 });
    operator.retry({ ids: [1] });
    await clock.advance(499);
    expect(destination.raws).toEqual(['a']);
    await clock.advance(1);
    expect(destination.raws).toEqual(['a', 'a']);
  });

  it('has what was delivered brought to the disk', async () => {
    // Each wait for the disk counts, so that it has something to commit.
    const syncs = () =>
      Number(
        database.get<{ value: string }>(`SELECT value FROM setting WHERE key = 'syncs'`)?.value ??
          0,
      );
    lanes.apply([enabled(named('slack'))]);
    await give('a');
    await clock.advance(500);
    expect(syncs()).toBe(1);
    await clock.advance(10_000);
    expect(syncs()).toBe(1);
    await give('b');
    await clock.advance(500);
    expect(syncs()).toBe(2);
  });

  it('goes along when the clock is set', async () => {
    const destination = named('slack').script({
      kind: 'retry',
      reason: 'rate_limited',
      notBefore: clock.now() + 10_000,
    });
    lanes.apply([enabled(destination)]);
    await give('a');
    clock.jump(-3_600_000);
    await clock.advance(11_000);
    expect(destination.raws).toEqual(['a', 'a']);
    expect(log.with('system clock was changed')).toMatchObject([{ fields: { seconds: -3600 } }]);
  });

  it('goes on when that fails, and says it once', async () => {
    database.close();
    await clock.advance(3_600_000);
    expect(log.with('outbox cannot be used')).toMatchObject([{ fields: { trouble: 'gone' } }]);
    watch.stop();
    expect(clock.timers).toBe(0);
  });
});
