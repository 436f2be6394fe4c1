import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination, GONE } from '../../test/support/fake-destination.ts';
import { aContext } from '../../test/support/fake-transports.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { largeParts } from '../../test/support/large-parts.ts';
import { anAcceptedAlert, anIntake, openTestDatabase } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import { Scrubber } from '../core/secret.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import type { Database } from '../outbox/database.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { openOutboxDatabase } from '../outbox/state-directory.ts';
import { LaneSet } from './lane-set.ts';
import { OutboxWatch } from './outbox-watch.ts';
import type { EnabledIntegration } from './setup.ts';

let directory: string;
let clock: FakeClock;
let log: RecordingLog;
let database: Database;
let outbox: SqliteOutbox;
let lanes: LaneSet;
beforeEach(() => {
  directory = tempDir();
  clock = new FakeClock();
  log = new RecordingLog();
  database = openTestDatabase(directory);
  outbox = new SqliteOutbox(database);
  lanes = new LaneSet(
    {
      outbox,
      groupCommit: new GroupCommit(outbox, clock, log),
      large: largeParts(clock),
      context: aContext({ clock }),
      clock,
      log,
      scrubber: new Scrubber(),
    },
    undefined,
  );
});

function named(name: string): FakeDestination {
  return Object.assign(new FakeDestination(), { name });
}

function enabled(destination: Destination, changes: Partial<Integration> = {}): EnabledIntegration {
  const integration = anIntegration({ id: 'slack', name: 'slack', ...changes });
  return { integration, destination } as EnabledIntegration;
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

describe('the outbox, looked at twice a second', () => {
  let watch: OutboxWatch;
  /** The outbox as `integratord queue` opens it: on a connection of its own. */
  let operator: Queue;
  beforeEach(() => {
    watch = new OutboxWatch({ outbox, lanes, clock, log });
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

  it('goes on when that fails, and tells it once a minute', async () => {
    database.close();
    await clock.advance(59_000);
    expect(log.with('outbox poll failed')).toHaveLength(1);
    await clock.advance(2_000);
    expect(log.with('outbox poll failed')).toHaveLength(2);
    watch.stop();
    expect(clock.timers).toBe(0);
  });
});
