import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { FakeSource } from '../../test/support/fake-source.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { LaneBench } from '../../test/support/lane-bench.ts';
import { offsetOf } from '../../test/support/outbox.ts';
import { sleep } from '../core/clock.ts';
import type { DeliveryContext, Job } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { Outcome } from '../core/outcome.ts';
import { Intake } from '../intake/intake.ts';
import { Router } from '../routing/router.ts';

/*
 * The whole way of an alert, from the line to the service, with crashes, restarts, full disks and a
 * service in all kinds of trouble. In the end every alert was delivered at least once, and more
 * than once only where it was in flight when the process was killed.
 */

/** How the service treats one attempt. It takes an alert at once, and may answer late. */
type Treatment =
  | 'take'
  | 'take slowly'
  | 'fail'
  | 'hang'
  | 'too much'
  | 'lock out'
  | 'crash inside';

type Step =
  | { readonly do: 'write'; readonly alerts: number; readonly batches: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash' | 'restart' | 'operator' | 'disk full' | 'disk free' };

interface Setup {
  readonly integrations: readonly Partial<Integration>[];
  readonly concurrency: number;
  readonly treatments: readonly Treatment[];
  readonly steps: readonly Step[];
}

/** A daemon on a file that grows, and the service it delivers to. */
class World {
  readonly bench = new LaneBench();
  readonly #setup: Setup;
  readonly #file: string[] = [];
  readonly #destinations: FakeDestination[];
  #source = new FakeSource();
  #stopReading = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #attempt = 0;
  /** True once the service is well and stays so. */
  #healed = false;
  /** What the service took, as lane and alert, in this order. */
  readonly taken: string[] = [];
  /** What was begun since the process was started. */
  #begun = new Set<string>();
  /** How often each was in flight when the process was killed. */
  readonly #interrupted = new Map<string, number>();

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#destinations = setup.integrations.map((_, i) => {
      const destination = new FakeDestination(setup.concurrency);
      destination.otherwise = (job, context) =>
        this.#serve(`${i} ${job.alert.textAt('id')}`, job, context);
      return destination;
    });
    this.#start();
  }

  #start(): void {
    const { bench } = this;
    const integrations = this.#setup.integrations.map((changes, i) =>
      anIntegration({ id: `lane-${i}`, ...changes }),
    );
    const lanes = bench.configure(
      ...integrations.map((integration, i) => {
        return { integration, destination: this.#destinations[i] as FakeDestination };
      }),
    );
    const router = new Router(
      integrations.map((integration, i) => {
        const destination = this.#destinations[i] as FakeDestination;
        return { integration, destination, lane: lanes[i]?.id ?? 0 };
      }),
    );
    this.#source = new FakeSource(offsetOf(bench.outbox.checkpoint('test')));
    this.#stopReading = new AbortController();
    const parts = {
      sources: [this.#source],
      outbox: bench.fallible,
      clock: bench.clock,
      log: bench.log,
      poolBytes: () => 2 ** 30,
      wake: (ids: ReadonlySet<number>) => {
        for (const lane of lanes) if (ids.has(lane.id)) lane.wake();
      },
    };
    this.#reading = new Intake(parts, router).run(this.#stopReading.signal);
    for (const lane of lanes) lane.wake();
    this.#feed(3);
  }

  /** Gives the source what the file holds beyond it. */
  #feed(batches: number): void {
    let offset = 0;
    const unread: string[] = [];
    for (const line of this.#file) {
      if (offset >= this.#source.offset) unread.push(line);
      offset += line.length + 1;
    }
    const size = Math.max(1, Math.ceil(unread.length / batches));
    for (let i = 0; i < unread.length; i += size) this.#source.give(unread.slice(i, i + size));
  }

  async #serve(key: string, _job: Job, { clock, signal }: DeliveryContext): Promise<Outcome> {
    this.#begun.add(key);
    const { treatments } = this.#setup;
    const treatment = this.#healed ? 'take' : treatments[this.#attempt++ % treatments.length];
    switch (treatment ?? 'take') {
      case 'take':
        this.taken.push(key);
        return { kind: 'delivered' };
      case 'take slowly':
        this.taken.push(key);
        await sleep(clock, 2500);
        return { kind: 'delivered' };
      case 'fail':
        return { kind: 'retry', reason: 'server_error' };
      case 'hang':
        await sleep(clock, 20_000, signal);
        return { kind: 'retry', reason: 'timeout' };
      case 'too much':
        return { kind: 'retry', reason: 'rate_limited', notBefore: clock.now() + 30_000 };
      case 'lock out':
        return { kind: 'park', reason: 'auth' };
      case 'crash inside':
        throw new Error('a bug');
    }
  }

  async step(step: Step): Promise<void> {
    const { bench } = this;
    switch (step.do) {
      case 'write':
        for (let i = 0; i < step.alerts; i += 1) {
          const level = this.#file.length % 7 === 3 ? 2 : 5;
          this.#file.push(`{"rule":{"level":${level}},"id":"${this.#file.length}"}`);
        }
        this.#feed(step.batches);
        await bench.clock.settle();
        break;
      case 'pass':
        await bench.clock.advance(step.ms);
        break;
      case 'crash':
        this.#noteInterrupted();
        bench.crash();
        this.#start();
        break;
      case 'restart': {
        this.#stopReading.abort();
        const stopped = Promise.all(bench.lanes.map((lane) => lane.stop(9000)));
        await bench.clock.advance(10_000);
        await Promise.all([stopped, this.#reading]);
        // What could not be stored in time will be repeated.
        this.#noteInterrupted();
        bench.crash();
        this.#start();
        break;
      }
      case 'operator':
        if (bench.outboxFails !== undefined) break;
        bench.queue.retry({});
        for (const lane of bench.lanes) {
          const record = bench.outbox.lane(lane.id);
          if (record !== undefined) lane.refresh(record);
        }
        break;
      case 'disk full':
        bench.outboxFails = { except: [] };
        break;
      case 'disk free':
        bench.outboxFails = undefined;
        break;
    }
  }

  #noteInterrupted(): void {
    for (const { state, integration, alert } of this.bench.entries) {
      const key = `${integration.replace('lane-', '')} ${alert}`;
      if (state !== 'leased' || !this.#begun.has(key)) continue;
      this.#interrupted.set(key, (this.#interrupted.get(key) ?? 0) + 1);
    }
    this.#begun.clear();
  }

  /** The service recovers, the disk has room, and everything comes to its end. */
  async end(): Promise<void> {
    this.#healed = true;
    this.bench.outboxFails = undefined;
    await this.bench.clock.until(() => {
      return this.#source.offset === this.#storedOffset && this.bench.isDone;
    });
  }

  get #storedOffset(): number {
    return offsetOf(this.bench.outbox.checkpoint('test'));
  }

  /** What every lane should have got, in the order of the file. */
  get expected(): string[] {
    return this.#setup.integrations.flatMap(({ level = 0 }, i) => {
      const ids = this.#file.flatMap((line, id) =>
        /"level":5/.test(line) || level === 0 ? [id] : [],
      );
      return ids.map((id) => `${i} ${id}`);
    });
  }

  /** What was taken more often than the crashes explain. */
  get unexplained(): string[] {
    const counts = new Map<string, number>();
    for (const key of this.taken) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts]
      .filter(([key, count]) => count > 1 + (this.#interrupted.get(key) ?? 0))
      .map(([key, count]) => `${key}: ${count} times`);
  }
}

const integrations = fc.constantFrom<readonly Partial<Integration>[]>(
  [{}],
  [{ retries: 0 }, { level: 4 }],
  [{ settings: { rateLimit: { count: 1, seconds: 1, burst: 3 } } }, {}],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      alerts: fc.integer({ min: 1, max: 12 }),
      batches: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 700, 4000, 60_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'crash' as const,
        'crash' as const,
        'restart' as const,
        'operator' as const,
        'disk full' as const,
        'disk free' as const,
        'disk free' as const,
      ),
    }),
  },
);

/** Runs a world to its end. */
async function live(setup: Setup): Promise<World> {
  const world = new World(setup);
  for (const step of setup.steps) await world.step(step);
  await world.end();
  return world;
}

describe('from the line to the service', () => {
  it('every alert is delivered, and more than once only where a crash interrupted it', {
    timeout: 60_000,
  }, async () => {
    const treatment = fc.oneof(
      { weight: 4, arbitrary: fc.constant<Treatment>('take') },
      { weight: 2, arbitrary: fc.constant<Treatment>('take slowly') },
      {
        weight: 4,
        arbitrary: fc.constantFrom<Treatment>(
          'fail',
          'fail',
          'hang',
          'too much',
          'lock out',
          'crash inside',
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          integrations,
          concurrency: fc.constantFrom(1, 3),
          treatments: fc.array(treatment, { minLength: 1, maxLength: 8 }),
          steps: fc.array(step, { minLength: 3, maxLength: 14 }),
        }),
        async (setup) => {
          const world = await live(setup);
          expect(new Set(world.taken)).toEqual(new Set(world.expected));
          expect(world.unexplained).toEqual([]);
          expect(world.bench.states.filter((state) => state !== 'delivered')).toEqual([]);
          world.bench.database.close();
        },
      ),
      { numRuns: 70 },
    );
  });

  it('an ordered lane keeps the order of the file, whatever fails for a moment', {
    timeout: 60_000,
  }, async () => {
    // Crashes between them may make more than three failures in a row of one alert.
    const treatments = fc
      .array(
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom<Treatment>('take', 'take slowly')),
        {
          minLength: 1,
          maxLength: 5,
        },
      )
      .map((rounds) =>
        rounds.flatMap(([fails, end]) => [...Array<Treatment>(fails).fill('fail'), end]),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          integrations: fc.constant([{ retries: 100 }]),
          concurrency: fc.constant(1),
          treatments,
          steps: fc.array(step, { minLength: 3, maxLength: 14 }),
        }),
        async (setup) => {
          const world = await live(setup);
          // A repeat after a crash is no matter of order: the first time counts.
          expect([...new Set(world.taken)]).toEqual(world.expected);
          expect(world.unexplained).toEqual([]);
          world.bench.database.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});
