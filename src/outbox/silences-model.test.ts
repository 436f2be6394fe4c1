import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { conditionAlert } from '../../test/support/conditions.ts';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { aSilenceRecord } from '../../test/support/quiet.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { LeasedDelivery } from '../core/delivery.ts';
import type { Hush } from '../core/grouping.ts';
import {
  endOf,
  heldBy,
  SILENCE_ENDINGS,
  type SilenceEnding,
  type SilenceRecord,
} from '../core/silence.ts';
import { GroupingPolicy } from '../grouping/policy.ts';
import { NO_RULES } from '../grouping/rules.ts';
import { Quiet } from '../silences/quiet.ts';
import { compileSilence } from '../silences/silence.ts';
import type { Database } from './database.ts';
import { Purge } from './purge.ts';
import { Silences } from './silences.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

/*
 * Random alerts, silences that are added, extended and ended, attempts that fail, time that passes, and crashes.
 * In the end, every alert that was silenced is covered by exactly one receipt, or was delivered after
 * the end, or is over; every other was delivered.
 */

const INTEGRATIONS = ['slack', 'email'] as const;
const START = 1_000_000;

type Step =
  | {
      readonly do: 'add';
      readonly ending: SilenceEnding;
      readonly begins: number;
      readonly lasts: number;
      readonly integrations: readonly string[] | undefined;
      readonly atLeast: number;
    }
  | { readonly do: 'end'; readonly pick: number }
  | { readonly do: 'extend'; readonly pick: number; readonly ms: number }
  | { readonly do: 'read'; readonly levels: readonly number[] }
  | { readonly do: 'store' | 'crash' }
  | {
      readonly do: 'attempt';
      readonly lane: number;
      readonly limit: number;
      readonly fails: boolean;
    }
  | { readonly do: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    ending: fc.constantFrom(...SILENCE_ENDINGS),
    begins: fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 1500 })),
    lasts: fc.integer({ min: 1, max: 4000 }),
    integrations: fc.constantFrom(undefined, ['slack'], ['email']),
    atLeast: fc.constantFrom(0, 8),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat() }),
  },
  fc.record({ do: fc.constant('extend' as const), pick: fc.nat(), ms: fc.nat(2000) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      levels: fc.array(fc.integer({ min: 5, max: 16 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('store' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('attempt' as const),
      lane: fc.constantFrom(0, 1),
      limit: fc.integer({ min: 1, max: 5 }),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.constant(1), fc.nat(1500)),
    }),
  },
  fc.record({ do: fc.constant('crash' as const) }),
);

interface ReadAlert {
  readonly raw: string;
  readonly level: number;
  /** What was said of it for each integration when it was read. */
  hushes: readonly (Hush | undefined)[];
}

class World {
  readonly #directory = tempDir();
  #database!: Database;
  #outbox!: SqliteOutbox;
  #silences!: Silences;
  #lanes: readonly number[] = [];
  #now = START;
  #read: ReadAlert[] = [];
  #count = 0;
  /** What must become of each alert, by integration and text: the key of a silence, or nothing. */
  readonly expected = new Map<string, SilenceRecord | undefined>();
  /** When what was sent alone: by integration and text. */
  readonly sent = new Map<string, number[]>();
  /** What was sent as a receipt: how many alerts it says it covers. */
  readonly receipts = new Map<number, number[]>();

  constructor() {
    this.#open();
  }

  #open(): void {
    this.#database = openTestDatabase(this.#directory);
    this.#outbox = new SqliteOutbox(this.#database);
    this.#silences = new Silences(this.#database);
    const identities = INTEGRATIONS.map((id) => {
      return { ...anIdentity(id), policy: new GroupingPolicy(id, NO_RULES) };
    });
    const lanes = this.#outbox.assignLanes(identities, this.#now);
    this.#lanes = INTEGRATIONS.map((id) => lanes.get(id)?.id ?? 0);
  }

  get records(): SilenceRecord[] {
    return this.#silences.list();
  }

  step(action: Step): void {
    switch (action.do) {
      case 'add': {
        const { ending, begins, lasts, integrations, atLeast } = action;
        const from = this.#now + begins;
        const only = { level: `>= ${atLeast}` };
        const silence = { from, until: from + lasts, ending, integrations, only };
        this.#silences.add(aSilenceRecord(silence), 'tester', this.#now);
        return;
      }
      case 'end': {
        const { length } = this.records;
        if (length > 0) this.#silences.end(1 + (action.pick % length), 'tester', this.#now);
        return;
      }
      case 'extend': {
        const { records } = this;
        const record = records[action.pick % records.length];
        if (record === undefined) return;
        this.#silences.extend(record.id, record.until + action.ms, 'tester', this.#now);
        // The daemon looks at what has changed, and decides by it from then on.
        this.#read = this.#read.map((alert) => this.#decided(alert));
        return;
      }
      case 'read':
        for (const level of action.levels) {
          this.#count += 1;
          this.#read.push(this.#decided({ raw: `alert ${this.#count}`, level, hushes: [] }));
        }
        return;
      case 'store':
        return this.#store();
      case 'attempt':
        return this.#attempt(action.lane, action.limit, action.fails);
      case 'pass':
        this.#now += action.ms;
        return;
      case 'crash':
        this.#database.close();
        this.#open();
        // What was not stored is read again.
        this.#read = this.#read.map((alert) => this.#decided(alert));
        return;
    }
  }

  #decided(alert: ReadAlert): ReadAlert {
    const silences = this.records.flatMap((record) => {
      return compileSilence(record, {}).silence ?? [];
    });
    const ended = new Set(this.records.filter((one) => one.endedAt).map(({ key }) => key));
    const quiet = new Quiet(undefined, { silences, isEnded: (key) => ended.has(key) });
    const its = quiet.of(conditionAlert({ rule: { level: alert.level, id: '1' } }), this.#now);
    return { ...alert, hushes: INTEGRATIONS.map((id) => its?.silence(id)?.hush) };
  }

  #store(): void {
    const stored = this.#read.splice(0);
    const records = new Map(this.records.map((record) => [record.key, record]));
    for (const { raw, hushes } of stored) {
      for (const [at, hush] of hushes.entries()) {
        const record = records.get(hush?.silence?.key ?? '');
        const isInForce = record !== undefined && this.#now < endOf(record);
        this.expected.set(`${at} ${raw}`, isInForce ? record : undefined);
      }
    }
    const alerts = stored.map(({ raw, level, hushes }) => ({
      ...anAcceptedAlert(raw, this.#lanes, level),
      arrivals: new Map(
        hushes.flatMap((hush, at) => (hush ? [[this.#lanes[at] as number, { hush }]] : [])),
      ),
    }));
    this.#outbox.accept(anIntake(alerts), this.#now);
  }

  #attempt(at: number, limit: number, fails: boolean): void {
    const lane = this.#lanes[at] as number;
    const leased = this.#outbox.lease(lane, limit, 1e9, this.#now);
    const retry = { state: 'pending', notBefore: this.#now + 100, reason: 'timeout' } as const;
    this.#outbox.commit({
      settlements: leased.map(({ id }) => {
        return aSettlement(id, { startedAt: this.#now, ...(fails && { next: retry }) });
      }),
    });
    if (!fails) for (const one of leased) this.#delivered(at, one);
  }

  #delivered(at: number, { bundle, raw }: LeasedDelivery): void {
    if (bundle === undefined) {
      const what = `${at} ${raw.toString()}`;
      this.sent.set(what, [...(this.sent.get(what) ?? []), this.#now]);
    } else {
      this.receipts.set(bundle.id, [...(this.receipts.get(bundle.id) ?? []), bundle.count]);
    }
  }

  /** Time passes until nothing is left to do. Gives when something falls due all the same. */
  finish(): (number | undefined)[] {
    this.#store();
    this.#now += 100_000;
    for (const at of INTEGRATIONS.keys()) this.#attempt(at, 10_000, false);
    const purge = new Purge(this.#database);
    while (purge.settleMembers());
    return this.#lanes.map((lane) => this.#outbox.nextDue(lane));
  }

  /** All alerts with what became of them. */
  rows() {
    const rows = this.#database.all<{
      raw: Uint8Array;
      lane: number;
      state: string;
      by: string | null;
      bundle: number | null;
      finished: number | null;
    }>(
      `SELECT a.raw, d.lane, d.state, d.verdict_by AS by, d.bundle, d.finished_at AS finished
       FROM delivery d JOIN alert a ON a.id = d.alert
       WHERE d.id NOT IN (SELECT head FROM bundle WHERE head IS NOT NULL)`,
    );
    return rows.map(({ raw, lane, ...row }) => {
      return { what: `${this.#lanes.indexOf(lane)} ${Buffer.from(raw).toString()}`, ...row };
    });
  }

  close(): void {
    this.#database.close();
  }
}

/** What must become of an alert, and whether it was sent too early. */
function fateOf(silence: SilenceRecord | undefined) {
  const isSent = silence === undefined || silence.ending === 'deliver';
  return {
    by: silence?.key ?? null,
    state: isSent ? 'delivered' : 'silenced',
    isOver: true,
    sent: Number(isSent),
    isEarly: false,
    isCovered: silence?.ending === 'summary',
  };
}

it('whatever happens, what a silence holds back is covered once, sent after it, or over', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const world = new World();
      try {
        for (const one of steps) world.step(one);
        expect(world.finish()).toEqual([undefined, undefined]);
        const rows = world.rows();
        const records = new Map(world.records.map((record) => [record.key, record]));
        const fates = rows.map(({ what, by, state, bundle, finished }) => {
          const sent = world.sent.get(what) ?? [];
          const record = records.get(by ?? '');
          const isEarly = record !== undefined && sent.some((at) => at < endOf(record));
          const isCovered = bundle !== null;
          const fate = {
            by,
            state,
            isOver: finished !== null,
            sent: sent.length,
            isEarly,
            isCovered,
          };
          return [what, fate] as const;
        });
        const expected = [...world.expected].map(([what, silence]) => [what, fateOf(silence)]);
        expect(fates).toHaveLength(expected.length);
        expect(Object.fromEntries(fates)).toEqual(Object.fromEntries(expected));
        // Each receipt was delivered once and says the right number; there is one in each lane.
        const members = new Map<number, number[]>();
        const bundles = new Map<string, Set<number>>();
        for (const { what, by, bundle } of rows) {
          if (bundle === null) continue;
          members.set(bundle, [(members.get(bundle)?.[0] ?? 0) + 1]);
          const place = `${what.slice(0, 1)} ${by}`;
          bundles.set(place, (bundles.get(place) ?? new Set()).add(bundle));
        }
        expect(world.receipts).toEqual(members);
        expect([...bundles.values()].filter(({ size }) => size > 1)).toEqual([]);
        const counted = world.records.map((record) => [record.key, heldBy(record)]);
        const counts = world.records.map(({ key }) => {
          return [key, rows.filter(({ by }) => by === key).length];
        });
        expect(counted).toEqual(counts);
      } finally {
        world.close();
      }
    }),
    { numRuns: 100 },
  );
});
