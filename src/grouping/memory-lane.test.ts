import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anIdentity, anIntake, openTestDatabase } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { Arrival, Hush } from '../core/grouping.ts';
import type { Database } from '../outbox/database.ts';
import { SqliteOutbox, URGENT_LEVEL } from '../outbox/sqlite-outbox.ts';
import { MemoryLane } from './memory-lane.ts';
import { GroupingPolicy } from './policy.ts';
import type { GroupingRules, Hours } from './rules.ts';

const START = 1_787_000_000_000;
const MINUTE = 60_000;

/** The first so many minutes of every hour. */
function hours(minutes: number): Hours {
  const HOUR = 60 * MINUTE;
  const contains = (time: number) => time % HOUR < minutes * MINUTE;
  return {
    name: 'early',
    contains,
    nextStart: (time) => (contains(time) ? time : Math.ceil(time / HOUR) * HOUR),
  };
}

const by = fc.constantFrom(['rule.id'], ['rule.id', 'agent.id']);
const span = fc.integer({ min: 1, max: 20 }).map((minutes) => minutes * MINUTE + 1);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const anyRules: fc.Arbitrary<GroupingRules> = fc.record({
  at: maybe(fc.integer({ min: 1, max: 59 }).map(hours)),
  outside: fc.constantFrom('hold', 'digest', 'drop'),
  throttle: maybe(fc.record({ same: by, every: span, upTo: span })),
  digest: maybe(
    fc.record({
      by,
      every: span.map((ms) => ({ kind: 'interval', ms }) as const),
      atMost: fc.integer({ min: 1, max: 8 }),
    }),
  ),
  storm: maybe(
    fc.record({
      above: fc.integer({ min: 1, max: 6 }),
      in: span,
      late: span,
      rate: maybe(fc.constantFrom(1 / MINUTE, 1 / (10 * MINUTE))),
    }),
  ),
  urgent: fc.constantFrom(9, 12, Number.POSITIVE_INFINITY),
  source: fc.constant('these'),
});

const anyHush: fc.Arbitrary<Hush> = fc.oneof(
  fc.record({ verdict: fc.constant('mute' as const), by: fc.constant('mute:scans') }),
  fc.record({
    verdict: fc.constant('silence' as const),
    by: fc.constant('silence:1'),
    deliverAt: span.map((ms) => START + 5 * ms),
  }),
  fc.record({
    verdict: fc.constant('silence' as const),
    by: fc.constant('silence:2'),
    silence: fc.record({ key: fc.constant('silence:2'), until: span.map((ms) => START + 5 * ms) }),
    receipt: fc.record({
      key: fc.constantFrom('2', '3'),
      dueAt: span.map((ms) => START + 5 * ms),
      about: fc.constant('patching'),
    }),
  }),
);

const MUTE = { name: 'scans', key: '["1"]', forMs: 10 * MINUTE };

const anyArrival: fc.Arbitrary<Arrival> = fc.record(
  {
    throttleKey: fc.constantFrom('["1"]', '["2"]'),
    groupKey: fc.constantFrom('["1"]', '["2"]', '["3"]'),
    hush: fc.option(anyHush, { nil: undefined, freq: 1 }),
    mutes: fc.constant([MUTE]),
  },
  { requiredKeys: ['throttleKey', 'groupKey'] },
);

interface Accepted {
  readonly level: number;
  readonly arrival: Arrival | undefined;
}

const anyStep = fc.record({
  /** What passes before it. */
  pause: fc.oneof(fc.constant(0), fc.nat(2000), fc.nat(8 * MINUTE), fc.nat(90 * MINUTE)),
  event: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ level: fc.integer({ min: 3, max: 14 }), arrival: maybe(anyArrival) }),
    },
    { weight: 1, arbitrary: fc.constant('take' as const) },
    { weight: 1, arbitrary: fc.constant('mute' as const) },
  ),
});

/** A lane of the outbox on the disk, with numbers that begin at 1. */
class StoredLane {
  readonly #outbox: SqliteOutbox;
  readonly #database: Database;
  readonly #lane: number;
  readonly #base: { delivery: number; bundle: number };

  constructor(database: Database, policy: GroupingPolicy, number: number) {
    this.#database = database;
    this.#outbox = new SqliteOutbox(database);
    database.execute(
      `DELETE FROM delivery; DELETE FROM alert; DELETE FROM bundle; DELETE FROM mute;`,
    );
    const identity = { ...anIdentity(`lane${number}`), policy };
    const lanes = this.#outbox.assignLanes([identity], START);
    this.#lane = lanes.get(`lane${number}`)?.id ?? 0;
    this.#base = { delivery: this.#last('delivery'), bundle: this.#last('bundle') };
  }

  accept(level: number, arrival: Arrival | undefined, now: number) {
    const before = this.#last('delivery');
    const arrivals = arrival && new Map([[this.#lane, arrival]]);
    const alert = { raw: Buffer.from('{}'), alertId: '1', level, lanes: [this.#lane], arrivals };
    this.#outbox.accept(anIntake([alert]), now);
    const row = this.#database.get<{
      id: number;
      state: string;
      verdict: string | null;
      due_at: number;
      bundle: number | null;
      member_key: string | null;
    }>('SELECT * FROM delivery WHERE id = ?', before + 1);
    return {
      id: (row?.id ?? 0) - this.#base.delivery,
      state: row?.state,
      verdict: row?.verdict ?? undefined,
      dueAt: row?.due_at,
      bundle: this.#bundle(row?.bundle ?? undefined),
      memberKey: row?.member_key ?? undefined,
    };
  }

  mute(now: number): void {
    this.#outbox.accept(anIntake([], { marks: [MUTE] }), now);
  }

  get nextDue(): number | undefined {
    return this.#outbox.nextDue(this.#lane);
  }

  take(now: number) {
    const [leased] = this.#outbox.lease(this.#lane, 1, 1e9, now);
    if (leased === undefined) return undefined;
    const { id, bundle } = leased;
    return {
      id: id - this.#base.delivery,
      bundle: bundle && {
        id: this.#bundle(bundle.id),
        kind: bundle.kind,
        key: this.#database.get<{ key: string }>('SELECT key FROM bundle WHERE id = ?', bundle.id)
          ?.key,
        count: bundle.count,
      },
    };
  }

  #bundle(id: number | undefined): number | undefined {
    return id === undefined ? undefined : id - this.#base.bundle;
  }

  #last(table: string): number {
    const sql = 'SELECT seq FROM sqlite_sequence WHERE name = ?';
    return this.#database.get<{ seq: number }>(sql, table)?.seq ?? 0;
  }
}

function ofMemory(lane: MemoryLane, now: number) {
  const message = lane.take(now);
  if (message === undefined) return undefined;
  const { id, bundle } = message;
  return {
    id,
    bundle: bundle && { id: bundle.id, kind: bundle.kind, key: bundle.key, count: bundle.count },
  };
}

describe('a lane in memory', () => {
  it('places and sends as the outbox does, whatever the rules, the alerts and the clock', () => {
    const database = openTestDatabase(tempDir());
    let runs = 0;
    fc.assert(
      fc.property(anyRules, fc.array(anyStep, { maxLength: 40 }), (rules, steps) => {
        runs += 1;
        const policy = new GroupingPolicy('slack', rules);
        const stored = new StoredLane(database, policy, runs);
        let mutedAt: number | undefined;
        const lane = new MemoryLane(policy, undefined, () => mutedAt);
        const muted = (at: number) => {
          mutedAt = at;
          stored.mute(at);
          return [lane.nextDue, stored.nextDue];
        };
        const taken = (at: number) => [ofMemory(lane, at), stored.take(at)];
        const accepted = ({ level, arrival }: Accepted, at: number) => {
          const priority = Number(level >= URGENT_LEVEL);
          const placed = lane.accept(level, priority, arrival, at);
          const id = lane.lastAccepted;
          const { state, verdict, dueAt, bundle, memberKey } = placed;
          const mine = { id, state, verdict, dueAt, bundle, memberKey };
          return [mine, stored.accept(level, arrival, at)];
        };
        let now = START;
        for (const { pause, event } of steps) {
          now += pause;
          const [mine, its] =
            event === 'take' ? taken(now) : event === 'mute' ? muted(now) : accepted(event, now);
          expect(mine).toEqual(its);
          expect(lane.nextDue).toEqual(stored.nextDue);
        }
        // What is left goes when it is due, until nothing waits.
        for (let due = lane.nextDue; due !== undefined; due = lane.nextDue) {
          now = Math.max(now, due);
          const [mine, its] = taken(now);
          expect(mine).toEqual(its);
          expect(lane.nextDue).toEqual(stored.nextDue);
        }
      }),
      { numRuns: 250 },
    );
    database.close();
  }, 120_000);

  it('counts what a storm takes away from those that wait', () => {
    const absorbed: number[] = [];
    const storm = { above: 2, in: MINUTE, late: MINUTE };
    const rules = { outside: 'hold', storm, urgent: 12, source: '' } as const;
    const lane = new MemoryLane(new GroupingPolicy('slack', rules), (count) => {
      absorbed.push(count);
    });
    const verdicts = [1, 2, 3, 4].map((at) => {
      return lane.accept(3, 0, { groupKey: '["1"]' }, START + at).verdict;
    });
    expect(verdicts).toEqual([undefined, undefined, 'storm', 'storm']);
    expect(absorbed).toEqual([2]);
    const notice = { isOurs: true, bundle: undefined };
    expect(lane.take(START + 5)).toMatchObject(notice);
    expect(lane.take(START + 5)).toBe(undefined);
    expect(lane.take(START + 3 + MINUTE)).toMatchObject({ bundle: { kind: 'storm', count: 4 } });
  });
});
