import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination, Gate } from '../../test/support/fake-destination.ts';
import { aContext, FakeHttp } from '../../test/support/fake-transports.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { largeParts } from '../../test/support/large-parts.ts';
import { anAcceptedAlert, anIntake, openTestDatabase } from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Scrubber } from '../core/secret.ts';
import { GroupCommit } from '../lanes/group-commit.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { LaneSet } from './lane-set.ts';
import type { RoutedIntegration } from './setup.ts';

let clock: FakeClock;
let outbox: SqliteOutbox;
let queue: Queue;
let lanes: LaneSet;
let gate: Gate;
/** What each script runs, in the order in which it began. */
let begun: string[];
beforeEach(() => {
  clock = new FakeClock();
  const database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  queue = new Queue(database);
  gate = new Gate();
  begun = [];
  const http = { forLane: () => Object.assign(new FakeHttp(), { close: async () => undefined }) };
  lanes = new LaneSet(
    {
      outbox,
      groupCommit: new GroupCommit(outbox, clock),
      large: largeParts(clock),
      context: { ...aContext({ clock }), http },
      clock,
      log: new RecordingLog(),
      scrubber: new Scrubber(),
    },
    undefined,
  );
});

/** A block that runs the script of a path. */
function block(id: string, path = '/x', concurrency?: number): RoutedIntegration {
  const destination = Object.assign(new FakeDestination(), { turnsOn: () => path });
  destination.otherwise = (job) => {
    begun.push(job.alert.raw.toString('utf8'));
    return gate.hang();
  };
  const integration = anIntegration({ id, name: id, settings: { concurrency } });
  return { integration, destination } as unknown as RoutedIntegration;
}

/** Stores alerts `<lane>.<number>`, such as `1.1`, for their lanes, and wakes those. */
async function give(...raws: string[]): Promise<void> {
  const alerts = raws.map((raw) => anAcceptedAlert(raw, [Number(raw.split('.')[0])]));
  outbox.accept(anIntake(alerts), clock.now());
  lanes.wake(new Set([1, 2, 3]));
  await clock.settle();
}

async function finishOne(): Promise<void> {
  gate.release();
  await clock.settle();
}

const states = () => [...queue.list({})].map(({ state }) => state).sort();

it('runs a script for one block at a time; its blocks take turns', async () => {
  lanes.apply([block('a'), block('b'), block('other', '/y')]);
  await give('1.1', '1.2', '1.3', '2.1', '2.2', '3.1');
  expect(begun).toEqual(['1.1', '3.1']);
  for (let left = 5; left > 1; left -= 1) await finishOne();
  expect(begun.filter((raw) => !raw.startsWith('3'))).toEqual(['1.1', '2.1', '1.2', '2.2']);
  expect(gate.waiting).toBe(1);
});

it('has nothing leased for a block that waits for its turn', async () => {
  lanes.apply([block('a'), block('b')]);
  await give('1.1', '2.1', '2.2');
  expect(states()).toEqual(['leased', 'pending', 'pending']);
  expect(lanes.inFlight).toBe(1);
});

it('takes no time to stop a block that waits for its turn, and goes on with the others', async () => {
  lanes.apply([block('a'), block('b'), block('c')]);
  await give('1.1', '2.1', '3.1');
  lanes.apply([block('a'), block('c')]);
  await clock.settle();
  expect(lanes.inFlight).toBe(1);
  await finishOne();
  expect(begun).toEqual(['1.1', '3.1']);
});

it('runs as many at a time as the largest concurrency says', async () => {
  lanes.apply([block('a', '/x', 3), block('b')]);
  await give('1.1', '1.2', '1.3', '1.4', '2.1', '2.2');
  expect(gate.waiting).toBe(3);
  for (let left = 6; left > 0; left -= 1) {
    expect(gate.waiting).toBeLessThanOrEqual(3);
    await finishOne();
  }
  expect(begun).toHaveLength(6);
  expect(begun.indexOf('2.1')).toBeLessThan(5);
});

it('waits also for the run of a block that was changed or whose link leads elsewhere now', async () => {
  lanes.apply([block('a'), block('b', '/y')]);
  await give('1.1', '2.1');
  expect(begun).toEqual(['1.1', '2.1']);
  // Both lead to /x now; one run of it is under way.
  lanes.apply([block('a', '/x', 1), block('b', '/x')]);
  await give('1.2', '2.2');
  expect(begun).toEqual(['1.1', '2.1']);
  await finishOne();
  expect(begun).toHaveLength(3);
  expect(gate.waiting).toBe(2);
});
