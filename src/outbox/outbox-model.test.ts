import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  BY_TEST,
  checkpointAt,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { DeliveryState, NextState, Settlement } from '../core/delivery.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Database } from './database.ts';
import { Queue } from './queue.ts';
import type { QueueSelection } from './queue-filter.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

/*
 * Random sequences of everything that the daemon, an operator and a crash can do to the outbox,
 * side by side with a model that is a plain list. After every step both must agree on everything:
 * then nothing is lost, nothing finishes twice, and order and urgency are as promised.
 */

const LANES = [1, 2] as const;
const NAMES = ['', 'slack', 'pagerduty'];
const START = 1_000_000;

interface Row {
  readonly id: number;
  readonly lane: number;
  readonly raw: string;
  readonly urgent: boolean;
  readonly readAt: number;
  state: Exclude<DeliveryState, 'parked'>;
  due: number;
  attempts: number;
  tries: number;
  firstAttemptAt: number | undefined;
  reason: string | undefined;
}

type Ending = 'delivered' | 'retry' | 'reject' | 'park';

type Step =
  | { readonly do: 'accept'; readonly levels: readonly number[]; readonly lanes: readonly number[] }
  | { readonly do: 'lease'; readonly lane: number; readonly limit: number; readonly bytes: number }
  | { readonly do: 'settle'; readonly endings: readonly Ending[]; readonly delay: number }
  | { readonly do: 'release'; readonly every: number }
  | { readonly do: 'expedite' | 'park' | 'unpark'; readonly lane: number }
  | { readonly do: 'retry' | 'drop'; readonly pick: number }
  | { readonly do: 'retry lane' | 'drop lane'; readonly lane: number }
  | { readonly do: 'retry dead' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash' };

const lane = fc.constantFrom(...LANES);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      levels: fc.array(fc.integer({ min: 9, max: 14 }), { minLength: 1, maxLength: 5 }),
      lanes: fc.constantFrom([1], [2], [1, 2], [2, 1]),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('lease' as const),
      lane,
      limit: fc.integer({ min: 1, max: 6 }),
      bytes: fc.constantFrom(1, 30, 1_000_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      endings: fc.array(fc.constantFrom<Ending>('delivered', 'retry', 'retry', 'reject', 'park'), {
        minLength: 1,
        maxLength: 4,
      }),
      delay: fc.constantFrom(0, 1000, 5000),
    }),
  },
  fc.record({ do: fc.constant('release' as const), every: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constantFrom('expedite' as const, 'park' as const, 'unpark' as const), lane }),
  fc.record({ do: fc.constantFrom('retry' as const, 'drop' as const), pick: fc.nat() }),
  fc.record({ do: fc.constantFrom('retry lane' as const, 'drop lane' as const), lane }),
  fc.record({ do: fc.constant('retry dead' as const) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(4000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

/** The outbox and its model, driven together. */
class Pair {
  readonly #directory = tempDir();
  #database!: Database;
  #outbox!: SqliteOutbox;
  #queue!: Queue;
  #now = START;
  #rows: Row[] = [];
  #parked = new Set<number>();
  #nextId = 1;
  #read = 0;
  /** Leased deliveries that the daemon knows of, also when they were dropped meanwhile. */
  #inMemory: number[] = [];
  /** What was seen since the last step began, and what should have been. */
  seen: unknown[] = [];
  modelled: unknown[] = [];

  constructor() {
    this.#open();
  }

  #open(): void {
    this.#database = openTestDatabase(this.#directory);
    this.#outbox = new SqliteOutbox(this.#database);
    this.#outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty')], 0);
    this.#queue = new Queue(this.#database);
  }

  /** Notes what was seen and what the model says. */
  #compare(seen: unknown, modelled: unknown): void {
    this.seen.push(seen);
    this.modelled.push(modelled);
  }

  close(): void {
    this.#database.close();
  }

  step(action: Step): void {
    this.seen = [];
    this.modelled = [];
    switch (action.do) {
      case 'accept':
        return this.#accept(action.levels, action.lanes);
      case 'lease':
        return this.#lease(action.lane, action.limit, action.bytes);
      case 'settle':
        return this.#settle(action.endings, action.delay);
      case 'release':
        return this.#release(action.every);
      case 'expedite':
        this.#outbox.expedite(action.lane);
        for (const row of this.#waiting(action.lane)) row.due = 0;
        return;
      case 'park':
        this.#outbox.park(action.lane, { reason: 'auth', message: 'm', since: this.#now });
        this.#parked.add(action.lane);
        return;
      case 'unpark':
        this.#outbox.unpark(action.lane);
        this.#parked.delete(action.lane);
        return;
      case 'retry':
        return this.#retry({ ids: [this.#pick(action.pick)] });
      case 'retry lane':
        return this.#retry({ integration: NAMES[action.lane] });
      case 'retry dead':
        return this.#retry({ state: 'dead' });
      case 'drop':
        return this.#drop({ ids: [this.#pick(action.pick)] });
      case 'drop lane':
        return this.#drop({ integration: NAMES[action.lane] });
      case 'pass':
        this.#now += action.ms;
        return;
      case 'crash':
        this.close();
        this.#open();
        this.#inMemory = [];
        for (const row of this.#rows) if (row.state === 'leased') this.#makeDue(row);
    }
  }

  #accept(levels: readonly number[], lanes: readonly number[]): void {
    const alerts = levels.map((level) =>
      anAcceptedAlert(`alert ${(this.#read += 1)}`, lanes, level),
    );
    this.#outbox.accept(anIntake(alerts, { checkpoint: checkpointAt(this.#read) }), this.#now);
    for (const { raw, level } of alerts) {
      for (const lane of lanes) {
        this.#rows.push({
          id: this.#nextId,
          lane,
          raw: raw.toString(),
          urgent: level >= 12,
          readAt: this.#now,
          state: 'pending',
          due: 0,
          attempts: 0,
          tries: 0,
          firstAttemptAt: undefined,
          reason: undefined,
        });
        this.#nextId += 1;
      }
    }
  }

  #lease(lane: number, limit: number, bytes: number): void {
    for (const row of this.#waiting(lane)) if (row.due <= this.#now) row.due = 0;
    const ready = this.#waiting(lane).filter((row) => row.due === 0);
    ready.sort((a, b) => Number(b.urgent) - Number(a.urgent) || a.id - b.id);
    let total = 0;
    const expected = ready.slice(0, limit).filter((row, i) => {
      total += row.raw.length;
      return i === 0 || total <= bytes;
    });
    const leased = this.#outbox.lease(lane, limit, bytes, this.#now);
    this.#compare(
      leased,
      expected.map(({ id, raw, attempts, tries, firstAttemptAt }) => {
        return { id, raw: Buffer.from(raw), attempts, tries, firstAttemptAt };
      }),
    );
    for (const row of expected) row.state = 'leased';
    this.#inMemory.push(...expected.map(({ id }) => id));
  }

  #settle(endings: readonly Ending[], delay: number): void {
    const settlements = this.#inMemory.splice(0, endings.length).map((id, i) => {
      return this.#settlement(id, endings[i] as Ending, delay);
    });
    this.#outbox.commit({ settlements });
    for (const { id, outcome, next } of settlements) {
      const row = this.#rows.find((row) => row.id === id);
      if (row?.state !== 'leased') continue;
      row.state = next.state;
      row.due = next.state === 'pending' ? next.notBefore : 0;
      row.reason = next.state === 'delivered' ? undefined : next.reason;
      row.attempts += 1;
      row.tries = outcome.kind === 'park' ? 0 : row.tries + 1;
      row.firstAttemptAt = outcome.kind === 'park' ? undefined : (row.firstAttemptAt ?? this.#now);
    }
  }

  #settlement(id: number, ending: Ending, delay: number): Settlement {
    const at = { id, startedAt: this.#now, durationMs: 7 };
    const outcome: Outcome =
      ending === 'delivered' ? { kind: ending } : { kind: ending, reason: 'network' };
    const next: Record<Ending, NextState> = {
      delivered: { state: 'delivered' },
      retry: { state: 'pending', notBefore: delay && this.#now + delay, reason: 'network' },
      reject: { state: 'dead', reason: 'network' },
      park: { state: 'pending', notBefore: 0, reason: 'network' },
    };
    return { ...at, outcome, next: next[ending] };
  }

  #release(every: number): void {
    const released = this.#inMemory.filter((_id, i) => i % every === 0);
    this.#inMemory = this.#inMemory.filter((id) => !released.includes(id));
    this.#outbox.release(released);
    for (const row of this.#rows) {
      if (released.includes(row.id) && row.state === 'leased') this.#makeDue(row);
    }
  }

  #retry(selection: QueueSelection): void {
    const rows = this.#selected(selection).filter(({ state }) => /pending|dead/.test(state));
    this.#compare(this.#queue.retry(selection), rows.length);
    for (const row of rows) {
      this.#makeDue(row);
      row.tries = 0;
      row.firstAttemptAt = undefined;
      this.#parked.delete(row.lane);
    }
  }

  #drop(selection: QueueSelection): void {
    const rows = this.#selected(selection);
    this.#compare(this.#queue.drop(selection, BY_TEST), rows.length);
    this.#rows = this.#rows.filter((row) => !rows.includes(row));
  }

  /** Notes everything that can be seen. */
  look(): void {
    const shown = (row: Row): DeliveryState =>
      row.state === 'pending' && this.#parked.has(row.lane) ? 'parked' : row.state;
    const listed = [...this.#queue.list({})]
      .toReversed()
      .map(({ id, integration, state, attempts, reason, nextAttemptAt, readAt }) => {
        return { id, integration, state, attempts, reason, nextAttemptAt, readAt };
      });
    this.#compare(
      listed,
      this.#rows.map((row) => ({
        id: row.id,
        integration: NAMES[row.lane],
        state: shown(row),
        attempts: row.attempts,
        reason: shown(row) === 'parked' ? 'auth' : row.reason,
        nextAttemptAt: shown(row) === 'pending' ? row.due || row.readAt : undefined,
        readAt: row.readAt,
      })),
    );
    const stats = Object.fromEntries(
      LANES.map((lane) => {
        const counts = {
          pending: 0,
          leased: 0,
          parked: 0,
          delivered: 0,
          dead: 0,
          held: 0,
          covered: 0,
          silenced: 0,
        };
        for (const row of this.#rows) if (row.lane === lane) counts[shown(row)] += 1;
        return [NAMES[lane], counts];
      }),
    );
    this.#compare(this.#queue.stats(), stats);
    for (const lane of LANES) {
      const dues = this.#waiting(lane).map(({ due }) => due);
      const due = dues.length === 0 ? undefined : Math.min(...dues);
      this.#compare(this.#outbox.nextDue(lane), due);
      this.#compare(this.#outbox.lane(lane)?.parking !== undefined, this.#parked.has(lane));
    }
    const attempts = this.#rows.reduce((sum, row) => sum + row.attempts, 0);
    this.#compare(this.#count('attempt'), attempts);
    this.#compare(this.#count('alert'), new Set(this.#rows.map(({ raw }) => raw)).size);
    this.#compare(
      this.#database.all('SELECT lane, kind, bytes FROM usage WHERE bytes <> 0'),
      this.#database.all(
        `SELECT lane, CASE WHEN state IN ('delivered', 'dead') THEN state ELSE 'waiting' END AS kind,
           SUM(bytes) AS bytes FROM delivery GROUP BY 1, 2 ORDER BY 1, 2`,
      ),
    );
    const checkpoint = this.#read === 0 ? undefined : checkpointAt(this.#read);
    this.#compare(this.#outbox.checkpoint('test'), checkpoint);
  }

  #count(table: string): number | undefined {
    return this.#database.get<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`)?.n;
  }

  #waiting(lane: number): Row[] {
    return this.#rows.filter((row) => row.lane === lane && row.state === 'pending');
  }

  #makeDue(row: Row): void {
    row.state = 'pending';
    row.due = 0;
  }

  /** Any id that was ever given out, or one that is yet to come. */
  #pick(seed: number): number {
    return 1 + (seed % this.#nextId);
  }

  #selected(selection: QueueSelection): Row[] {
    return this.#rows.filter((row) => {
      if ('ids' in selection) return selection.ids.includes(row.id);
      const isState = selection.state === undefined || row.state === selection.state;
      const { integration } = selection;
      return isState && (integration === undefined || integration === NAMES[row.lane]);
    });
  }
}

it('the outbox does as its model, whatever happens to it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const pair = new Pair();
      try {
        for (const action of steps) {
          pair.step(action);
          pair.look();
          expect(pair.seen).toEqual(pair.modelled);
        }
      } finally {
        pair.close();
      }
    }),
    { numRuns: 150 },
  );
});
