import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../../test/support/outbox.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import type { LeasedDelivery, NewDelivery, NextState } from '../../core/delivery.ts';
import type { Arrival } from '../../core/grouping.ts';
import type { Outcome } from '../../core/outcome.ts';
import { GroupingPolicy } from '../../grouping/policy.ts';
import { type GroupingRules, NO_RULES } from '../../grouping/rules.ts';
import type { Database } from '../database.ts';
import { Purge } from '../purge.ts';
import { Queue } from '../queue.ts';
import { SqliteOutbox } from '../sqlite-outbox.ts';

/*
 * Random rules, alerts, services that fail, reloads, operators, jumps of the clock and crashes. However
 * they come together: every alert is in exactly one message that was delivered, or is dead, or silenced
 * and over; no urgent one waits; and a message that is tried again covers what it covered before.
 */

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 23, 14);
const URGENT = 12;

type Step =
  | { readonly do: 'accept'; readonly alerts: readonly (readonly [key: number, level: number])[] }
  | { readonly do: 'hush'; readonly key: number; readonly how: 'receipt' | 'later' | 'nothing' }
  | { readonly do: 'work'; readonly limit: number; readonly endings: readonly Ending[] }
  | { readonly do: 'pass'; readonly minutes: number }
  | { readonly do: 'jump'; readonly minutes: number }
  | { readonly do: 'reload'; readonly rules: number }
  | { readonly do: 'retry dead' | 'behind' | 'crash' };
type Ending = 'delivered' | 'retry' | 'reject' | 'release' | 'leave';

const minutes = (ms: number) => ms * MINUTE;
const isOffice = (time: number) => time % minutes(120) >= minutes(60);
const HOURS = {
  name: 'office',
  contains: isOffice,
  nextStart: (time: number) =>
    isOffice(time) ? time : Math.floor(time / minutes(120)) * minutes(120) + minutes(60),
};
const EVERY = { kind: 'interval', ms: minutes(30) } as const;
const HOURLY = {
  kind: 'schedule',
  text: 'hourly',
  next: (after: number) => (Math.floor(after / minutes(60)) + 1) * minutes(60),
} as const;

const THROTTLE = { same: ['a'], every: minutes(5), upTo: minutes(30) };
const STORM = { above: 8, in: minutes(5), late: minutes(10) };
const RULES: readonly Partial<GroupingRules>[] = [
  {},
  { throttle: THROTTLE },
  { throttle: { ...THROTTLE, same: ['b'], every: minutes(1) }, storm: STORM },
  { digest: { by: ['a'], every: EVERY, atMost: 5 } },
  { digest: { by: ['a'], every: HOURLY, atMost: 1000 }, at: HOURS, outside: 'digest' },
  { at: HOURS, outside: 'hold', storm: { ...STORM, above: 3, rate: 1 / minutes(1) } },
  { at: HOURS, outside: 'drop', throttle: THROTTLE },
  { throttle: THROTTLE, digest: { by: ['a'], every: EVERY, atMost: 3 } },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      alerts: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 3, max: 13 })), {
        minLength: 1,
        maxLength: 12,
      }),
    }),
  },
  fc.record({
    do: fc.constant('hush' as const),
    key: fc.nat(3),
    how: fc.constantFrom('receipt' as const, 'later' as const, 'nothing' as const),
  }),
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      limit: fc.integer({ min: 1, max: 6 }),
      endings: fc.array(
        fc.constantFrom<Ending>('delivered', 'delivered', 'retry', 'reject', 'release', 'leave'),
        { minLength: 6, maxLength: 6 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.nat(40) }),
  },
  fc.record({ do: fc.constant('jump' as const), minutes: fc.integer({ min: -90, max: 90 }) }),
  fc.record({ do: fc.constant('reload' as const), rules: fc.nat(RULES.length - 1) }),
  fc.record({
    do: fc.constantFrom('retry dead' as const, 'behind' as const, 'crash' as const),
  }),
);

class World {
  readonly #directory = tempDir();
  #database!: Database;
  #outbox!: SqliteOutbox;
  #rules: Partial<GroupingRules>;
  #now = START;
  #count = 0;
  /** What each bundle covered when it was first sent. */
  readonly #seen = new Map<number, string>();
  /** What was not as it must be. */
  readonly wrong: unknown[] = [];
  /** How often each alert was in a message that was delivered. */
  readonly delivered = new Map<string, number>();

  constructor(rules: Partial<GroupingRules>) {
    this.#rules = rules;
    this.#open();
  }

  #open(): void {
    this.#database = openTestDatabase(this.#directory);
    this.#outbox = new SqliteOutbox(this.#database);
    this.#apply();
  }

  #apply(): void {
    const rules = {
      ...NO_RULES,
      urgent: URGENT,
      source: JSON.stringify(this.#rules),
      ...this.#rules,
    };
    const policy = new GroupingPolicy('slack', rules);
    this.#outbox.assignLanes([{ ...anIdentity('slack'), policy }], this.#now);
  }

  step(step: Step): void {
    switch (step.do) {
      case 'accept':
        return this.#accept(step.alerts.map(([key, level]) => this.#alert(key, level)));
      case 'hush':
        return this.#accept([this.#hushed(step.key, step.how)]);
      case 'work':
        return this.work(step.limit, step.endings);
      case 'pass':
        this.#now += minutes(step.minutes);
        return;
      case 'jump':
        this.#now += minutes(step.minutes);
        this.#outbox.clockJumped(minutes(step.minutes));
        return;
      case 'reload':
        this.#rules = RULES[step.rules] ?? {};
        return this.#apply();
      case 'retry dead':
        new Queue(this.#database).retry({ state: 'dead' });
        return;
      case 'behind': {
        const behind = new Map([[1, { source: 'test', version: 1, state: {} }]]);
        this.#outbox.accept(anIntake([], { behind }), this.#now);
        return;
      }
      case 'crash':
        this.#database.close();
        this.#open();
    }
  }

  #alert(key: number, level: number, changes: Arrival = {}): NewDelivery {
    this.#count += 1;
    const id = String(this.#count);
    const keys: Arrival = { throttleKey: `["${key}"]`, groupKey: `["${key}"]`, ...changes };
    const raw = JSON.stringify({ id, rule: { level } });
    return { ...anAcceptedAlert(raw, [1], level, id), arrivals: new Map([[1, keys]]) };
  }

  #hushed(key: number, how: 'receipt' | 'later' | 'nothing'): NewDelivery {
    const end = this.#now + minutes(20);
    const hush = {
      verdict: 'silence',
      by: 'silence:1',
      ...(how === 'receipt' && { receipt: { key: '1', dueAt: end, about: 'patching' } }),
      ...(how === 'later' && { deliverAt: end }),
    } as const;
    return this.#alert(key, 5, { hush });
  }

  #accept(alerts: readonly NewDelivery[]): void {
    this.#outbox.accept(anIntake(alerts), this.#now);
    for (const { level, raw } of alerts) {
      if (level >= URGENT) this.#isSo('urgent', this.#stateOf(raw), 'pending');
    }
  }

  #isSo(what: string, found: unknown, wanted: unknown): void {
    if (found !== wanted) this.wrong.push([what, found, wanted]);
  }

  #stateOf(raw: Buffer): string | undefined {
    return this.#database.get<{ state: string }>(
      'SELECT state FROM delivery d JOIN alert a ON a.id = d.alert WHERE a.raw = ?',
      raw,
    )?.state;
  }

  work(limit: number, endings: readonly Ending[]): void {
    const leased = this.#outbox.lease(1, limit, 1e6, this.#now);
    for (const [at, delivery] of leased.entries()) {
      this.#sees(delivery);
      const ending = endings[at % endings.length] ?? 'delivered';
      if (ending === 'leave') continue;
      if (ending === 'release') this.#outbox.release([delivery.id]);
      else this.#settle(delivery, ending);
    }
  }

  #settle(delivery: LeasedDelivery, ending: 'delivered' | 'retry' | 'reject'): void {
    const [outcome, next] = ENDINGS(this.#now)[ending];
    if (ending === 'delivered') {
      for (const id of this.#covers(delivery)) {
        this.delivered.set(id, (this.delivered.get(id) ?? 0) + 1);
      }
    }
    const startedAt = this.#now;
    this.#outbox.commit({ settlements: [aSettlement(delivery.id, { startedAt, outcome, next })] });
  }

  /** The ids of the alerts that a message stands for. */
  #covers({ id, bundle }: LeasedDelivery): string[] {
    const rows = this.#database.all<{ alert_id: string }>(
      `SELECT a.alert_id FROM delivery d JOIN alert a ON a.id = d.alert
       WHERE (d.id = ? OR d.bundle = ?) AND d.state <> 'silenced'`,
      id,
      bundle?.id ?? null,
    );
    return rows.map((row) => row.alert_id);
  }

  #sees(delivery: LeasedDelivery): void {
    const { bundle } = delivery;
    if (bundle === undefined) return;
    const counted = bundle.lines.reduce((sum, { count }) => sum + count, 0);
    this.#isSo('lines', counted, bundle.count);
    const covers = JSON.stringify([bundle.key, this.#covers(delivery)]);
    const before = this.#seen.get(bundle.id);
    // What an operator has retried by hand may be one of several messages: none is here.
    this.#isSo('members', covers, before ?? covers);
    this.#seen.set(bundle.id, covers);
  }

  /** Lets everything fall due, with a service that works. */
  finish(): void {
    this.step({ do: 'crash' });
    for (let rounds = 0; rounds < 2000; rounds += 1) {
      this.work(64, ['delivered']);
      const due = this.#outbox.nextDue(1);
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due);
    }
    while (new Purge(this.#database).settleMembers());
  }

  close(): void {
    this.#database.close();
  }

  /** Each alert's id with its state, but for what we said ourselves. */
  ends(): { id: string; state: string; verdict: string | null; isOver: number }[] {
    return this.#database.all(
      `SELECT a.alert_id AS id, d.state, d.verdict, d.finished_at IS NOT NULL AS isOver
       FROM delivery d JOIN alert a ON a.id = d.alert WHERE a.alert_id NOT LIKE 'integratord%'`,
    );
  }

  get count(): number {
    return this.#count;
  }

  usage(): unknown[] {
    return [
      this.#database.all('SELECT kind, bytes FROM usage WHERE bytes <> 0 ORDER BY kind'),
      this.#database.all(
        `SELECT CASE WHEN finished_at IS NULL THEN 'waiting' WHEN state = 'dead' THEN 'dead'
           ELSE 'delivered' END AS kind, SUM(bytes) AS bytes
         FROM delivery GROUP BY 1 ORDER BY 1`,
      ),
    ];
  }
}

function ENDINGS(now: number): Record<'delivered' | 'retry' | 'reject', [Outcome, NextState]> {
  const reason = 'timeout';
  return {
    delivered: [{ kind: 'delivered' }, { state: 'delivered' }],
    retry: [
      { kind: 'retry', reason },
      { state: 'pending', notBefore: now + 1000, reason },
    ],
    reject: [
      { kind: 'reject', reason: 'rejected' },
      { state: 'dead', reason: 'rejected' },
    ],
  };
}

const RUNS = Number(process.env['GROUPING_RUNS'] ?? 150);

it(
  'conserves every alert',
  () => {
    fc.assert(
      fc.property(
        fc.nat(RULES.length - 1),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        (first, steps) => {
          const world = new World(RULES[first] ?? {});
          try {
            for (const each of steps) world.step(each);
            world.finish();
            expect(world.wrong).toEqual([]);
            const ends = world.ends();
            expect(ends).toHaveLength(world.count);
            for (const { id, state, isOver } of ends) {
              expect(isOver).toBe(1);
              expect(state).toMatch(/^(?:delivered|covered|dead|silenced)$/);
              const times = world.delivered.get(id) ?? 0;
              expect([id, state, times]).toEqual([
                id,
                state,
                /^(?:delivered|covered)$/.test(state) ? 1 : 0,
              ]);
            }
            const [kept, real] = world.usage();
            expect(kept).toEqual(real);
          } finally {
            world.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
    // A second for each on a busy machine.
  },
  RUNS * 1000,
);
