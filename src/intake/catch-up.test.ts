import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { KeptLines, KeptSource } from '../../test/support/kept-source.ts';
import { anIdentity, aSettlement, BY_TEST, openTestDatabase } from '../../test/support/outbox.ts';
import { FakeQueue, QueueSource } from '../../test/support/queue-source.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { Router } from '../routing/router.ts';
import { Intake } from './intake.ts';
import type { IntakeSource } from './source-loop.ts';

/** Alerts of a thousand bytes, so that some twenty fill a lane's part of this. */
const POOL = 80_000;
const NAMES = ['all', 'high'];
const LEVELS = [0, 8];

/** An outbox with two lanes, one for all alerts and one for level 8 and above, and what reads for it. */
class World {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly kept = new KeptLines();
  readonly #directory = tempDir();
  readonly database = openTestDatabase(this.#directory);
  readonly outbox = new SqliteOutbox(this.database);
  readonly lanes: readonly number[];
  /** What came out of each lane, in order. */
  readonly delivered: string[][] = [[], []];
  fails = false;
  #abort = new AbortController();
  intake!: Intake;
  #perBatch: number;

  constructor(perBatch = 5) {
    this.#perBatch = perBatch;
    const records = this.outbox.assignLanes(
      NAMES.map((name) => anIdentity(name)),
      0,
    );
    this.lanes = NAMES.map((name) => records.get(name)?.id ?? 0);
    this.start();
  }

  start(source?: IntakeSource): void {
    const abort = new AbortController();
    this.#abort = abort;
    const outbox = new Proxy(this.outbox, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]) => {
          // Whatever a killed process would still do does not happen.
          if (this.fails || abort.signal.aborted) throw new Error('disk I/O error');
          return (member as (...all: unknown[]) => unknown).apply(target, values);
        };
      },
    });
    const stored = this.outbox.checkpoint('kept');
    const sources = [source ?? new KeptSource(this.kept, stored, this.#perBatch)];
    const { clock, log } = this;
    const parts = { sources, outbox, clock, log, poolBytes: () => POOL, wake: () => {} };
    this.intake = new Intake(parts, this.router());
    void this.intake.run(abort.signal);
  }

  router(): Router {
    return new Router(
      NAMES.map((id, i) => ({
        integration: anIntegration({ id, level: LEVELS[i] ?? 0 }),
        destination: new FakeDestination(),
        lane: this.lanes[i] ?? 0,
      })),
    );
  }

  crash(): void {
    this.#abort.abort();
    this.start();
  }

  stop(): void {
    this.#abort.abort();
  }

  write(count: number, level = 3): void {
    for (let i = 0; i < count; i += 1) {
      const id = String(this.kept.lines.length);
      const line = JSON.stringify({ rule: { level }, id, pad: '.'.repeat(900) });
      this.kept.write(line);
    }
  }

  /** Delivers what waits in a lane, at most so many. */
  deliver(position: number, count: number): number {
    const now = this.clock.now();
    const leased = this.outbox.lease(this.lanes[position] ?? 0, count, 2 ** 30, now);
    for (const { raw } of leased) {
      this.delivered[position]?.push((JSON.parse(raw.toString()) as { id: string }).id);
    }
    this.outbox.commit({ settlements: leased.map(({ id }) => aSettlement(id)) });
    return leased.length;
  }

  /** Delivers everything that there is. */
  async finish(): Promise<void> {
    for (let idle = 0; idle < 3; ) {
      await this.clock.advance(1500);
      idle = this.deliver(0, 1000) + this.deliver(1, 1000) === 0 ? idle + 1 : 0;
    }
  }

  /** The ids of all alerts that a lane should get. */
  expected(position: number): string[] {
    const alerts = this.kept.lines.map((line) => JSON.parse(line) as { rule: { level: number } });
    return alerts.flatMap(({ rule }, id) =>
      rule.level >= (LEVELS[position] ?? 0) ? [String(id)] : [],
    );
  }

  waiting(): number[] {
    const bytes = this.outbox.waitingBytes();
    return this.lanes.map((lane) => bytes.get(lane) ?? 0);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('a lane that delivers nothing', () => {
  it('stops storing at its share, and the others go on', async () => {
    world.write(500);
    for (let i = 0; i < 10; i += 1) {
      world.write(1, 9);
      await world.clock.settle();
      world.deliver(1, 10);
    }
    expect(world.delivered[1]).toEqual(world.expected(1));
    expect(world.waiting()[0]).toBeLessThanOrEqual(POOL / 2);
    expect(world.log.with('used up its share')).toMatchObject([{ fields: { integration: 'all' } }]);
    world.stop();
  });

  it('gets everything in order once it delivers again', async () => {
    world.write(300, 9);
    await world.finish();
    world.write(5, 9);
    await world.finish();
    expect(world.delivered).toEqual([world.expected(0), world.expected(1)]);
    expect(world.outbox.cursors('kept').size).toBe(0);
    expect(world.log.with('has caught up').length).toBeGreaterThan(0);
    world.stop();
  });

  it('knows its place after a crash', async () => {
    world.write(200);
    await world.clock.settle();
    world.crash();
    world.write(20);
    await world.clock.settle();
    expect(new SqliteStatistics(world.database).backlog()[0]?.behindSince).toBeDefined();
    await world.finish();
    expect(world.delivered[0]).toEqual(world.expected(0));
    world.stop();
  });

  it('catches up while alerts come without a pause', async () => {
    world.write(200, 9);
    for (let i = 0; i < 100; i += 1) {
      world.write(3, 9);
      await world.clock.advance(100);
      world.deliver(0, 1000);
      world.deliver(1, 1000);
    }
    expect(world.outbox.cursors('kept').size).toBe(0);
    expect(world.delivered).toEqual([world.expected(0), world.expected(1)]);
    world.stop();
  });

  it('counts and says what is gone when it catches up', async () => {
    world.write(100);
    await world.clock.settle();
    world.kept.firstKept = 80;
    await world.finish();
    const lost = world.expected(0).filter((id) => !world.delivered[0]?.includes(id));
    expect(lost.length).toBeGreaterThan(10);
    expect(Math.max(...lost.map(Number))).toBe(79);
    expect(world.log.with('had no room for are lost')).toMatchObject([
      { level: 'error', fields: { integration: 'all' } },
    ]);
    expect(new SqliteStatistics(world.database).backlog()[0]?.losses).toBe(1);
    world.stop();
  });

  it('gets nothing of what it has missed when an operator drops what waits for it', async () => {
    world.write(100);
    await world.clock.settle();
    new Queue(world.database).drop({ integration: 'all' }, BY_TEST);
    world.intake.refresh();
    world.write(2);
    await world.finish();
    expect(world.delivered[0]).toEqual(['100', '101']);
    world.stop();
  });
});

describe('what cannot be read again', () => {
  it('is given up, the lowest and oldest first', async () => {
    world.stop();
    await world.clock.settle();
    const queue = new FakeQueue();
    const one = (id: number, level: number) =>
      JSON.stringify({ rule: { level }, id: String(id), pad: '.'.repeat(900) });
    world.start(new QueueSource(queue, world.clock));
    queue.publish(one(0, 3), one(1, 14));
    for (let id = 2; id < 100; id += 1) queue.publish(one(id, 3));
    await world.clock.advance(5000);
    expect(world.waiting()[0]).toBeLessThanOrEqual(POOL);
    expect(queue.acknowledged).toHaveLength(100);
    const { dead = 0, pending = 0 } = new Queue(world.database).stats()['all'] ?? {};
    expect(dead + pending).toBe(100);
    world.deliver(0, 100);
    expect(world.delivered[0]?.slice(0, 2)).toEqual(['1', String(dead + 1)]);
    expect(world.log.with('were given up')[0]?.fields).toEqual({ integration: 'all', count: dead });
    world.stop();
  });
});

it('every lane gets each of its alerts once and in order, whatever happens', {
  timeout: 120_000,
}, async () => {
  const position = fc.constantFrom(0, 1);
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        count: fc.nat(60),
        level: fc.constantFrom(3, 9),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('deliver' as const), position, count: fc.nat(40) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 300, 1200) }),
    },
    fc.record({
      do: fc.constantFrom('crash' as const, 'fail' as const, 'recover' as const, 'settle' as const),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.array(step, { maxLength: 30 }),
      async (perBatch, steps) => {
        const world = new World(perBatch);
        for (const action of steps) {
          if (action.do === 'write') world.write(action.count, action.level);
          else if (action.do === 'deliver') world.deliver(action.position, action.count);
          else if (action.do === 'pass') await world.clock.advance(action.ms);
          else if (action.do === 'settle') await world.clock.settle();
          else if (action.do === 'crash') world.crash();
          else world.fails = action.do === 'fail';
          const [all = 0, high = 0] = world.waiting();
          expect(all + high).toBeLessThanOrEqual(POOL * 1.2);
        }
        world.fails = false;
        await world.finish();
        expect(world.delivered).toEqual([world.expected(0), world.expected(1)]);
        world.stop();
        world.database.close();
      },
    ),
    { numRuns: 60 },
  );
});
