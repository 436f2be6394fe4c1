import type { BundleKind } from '../../core/bundle.ts';
import type {
  HeldVerdict,
  Joining,
  LaneStore,
  StormState,
  ThrottleState,
} from '../../core/grouping.ts';
import type { Database } from '../database.ts';
import { joinKey, type OpenRow, openBundle, openNew, openThrottles } from './bundles.ts';
import { MemberCounts } from './member-counts.ts';
import { QuietStore } from './quiet-store.ts';

/** A message of our own for a lane. */
export interface LaneNotice {
  readonly lane: number;
  readonly sentence: string;
}

/**
 * What is stored for the placing of alerts, during one transaction: what it reads is read once, what
 * it changes is written at its end.
 */
export class LaneStores {
  readonly #database: Database;
  readonly #lanes = new Map<number, SqliteLaneStore>();
  readonly #quiet: QuietStore;
  readonly #members: MemberCounts;
  readonly notices: LaneNotice[] = [];

  constructor(database: Database, members = new MemberCounts(database)) {
    this.#database = database;
    this.#members = members;
    this.#quiet = new QuietStore(database);
  }

  of(lane: number): LaneStore {
    return this.#of(lane);
  }

  /** Reads what the placing of some alerts will ask for, all at once: a question for each takes far longer. */
  foresee(lane: number, throttleKeys: readonly string[]): void {
    this.#of(lane).foresee(throttleKeys);
  }

  #of(lane: number): SqliteLaneStore {
    let store = this.#lanes.get(lane);
    if (store === undefined) {
      const tell = (sentence: string) => this.notices.push({ lane, sentence });
      const [database, quiet, members] = [this.#database, this.#quiet, this.#members];
      store = new SqliteLaneStore(database, lane, quiet, members, tell);
      this.#lanes.set(lane, store);
    }
    return store;
  }

  /** To be called before the transaction ends. */
  flush(): void {
    for (const store of this.#lanes.values()) store.flush();
    this.#quiet.flush();
  }
}

class SqliteLaneStore implements LaneStore {
  readonly #database: Database;
  readonly #lane: number;
  readonly #quiet: QuietStore;
  readonly #members: MemberCounts;
  readonly #tell: (sentence: string) => void;
  readonly #throttles = new Map<string, ThrottleState | undefined>();
  readonly #changed = new Set<string>();
  /** Open bundles by their kinds and keys; undefined where it is known that there is none. */
  readonly #open = new Map<string, OpenRow | undefined>();
  #storm: { state: StormState; checkAt: number } | 'unread' | undefined = 'unread';
  #isStormChanged = false;
  #backlog: { upTo: number; count: number } | undefined;

  constructor(
    database: Database,
    lane: number,
    quiet: QuietStore,
    members: MemberCounts,
    tell: (sentence: string) => void,
  ) {
    this.#database = database;
    this.#lane = lane;
    this.#quiet = quiet;
    this.#members = members;
    this.#tell = tell;
  }

  foresee(keys: readonly string[]): void {
    const unknown = [...new Set(keys)].filter((key) => !this.#throttles.has(key));
    if (unknown.length === 0) return;
    const list = JSON.stringify(unknown);
    for (const key of unknown) {
      this.#throttles.set(key, undefined);
      const name = joinKey('throttle', key);
      if (!this.#open.has(name)) this.#open.set(name, undefined);
    }
    const throttles = this.#database.all<{ key: string; last_sent: number; period: number }>(
      `SELECT key, last_sent, period FROM throttle
       WHERE lane = ? AND key IN (SELECT value FROM json_each(?))`,
      this.#lane,
      list,
    );
    for (const { key, last_sent: lastSent, period } of throttles) {
      this.#throttles.set(key, { lastSent, period });
    }
    const open = openThrottles(this.#database, this.#lane, list);
    this.#members.foresee(open.map(({ id }) => id));
    for (const { key, id } of open) {
      const name = joinKey('throttle', key);
      if (this.#open.get(name) !== undefined) continue;
      this.#open.set(name, { id, kind: 'throttle', n: this.#members.of(id), stored: 0 });
    }
  }

  throttle(key: string): ThrottleState | undefined {
    if (this.#throttles.has(key)) return this.#throttles.get(key);
    const row = this.#database.get<{ last_sent: number; period: number }>(
      'SELECT last_sent, period FROM throttle WHERE lane = ? AND key = ?',
      this.#lane,
      key,
    );
    const state = row && { lastSent: row.last_sent, period: row.period };
    this.#throttles.set(key, state);
    return state;
  }

  setThrottle(key: string, state: ThrottleState): void {
    this.#throttles.set(key, state);
    this.#changed.add(key);
  }

  isOpen(kind: BundleKind, key: string): boolean {
    return this.#find(kind, key) !== undefined;
  }

  join(joining: Joining, now: number): number {
    const { kind, key, atMost = Number.POSITIVE_INFINITY } = joining;
    let open = this.#find(kind, key);
    if (open === undefined) {
      open = openNew(this.#database, this.#lane, joining, now);
      this.#open.set(joinKey(kind, key), open);
    }
    open.n += 1;
    if (open.n >= atMost) {
      // The next one opens: there is only one open bundle of a kind and key.
      // What comes outside of the hours must wait for them all the same.
      this.#database.run(
        'UPDATE bundle SET n = ?, is_closed = 1, due_at = MIN(due_at, ?) WHERE id = ?',
        open.n,
        kind === 'time' ? joining.dueAt : now,
        open.id,
      );
      this.#open.delete(joinKey(kind, key));
    }
    return open.id;
  }

  storm(): StormState | undefined {
    if (this.#storm === 'unread') {
      const row = this.#database.get<{ state: string; check_at: number }>(
        'SELECT state, check_at FROM storm WHERE lane = ?',
        this.#lane,
      );
      this.#storm = row && {
        state: JSON.parse(row.state) as StormState,
        checkAt: row.check_at,
      };
    }
    return this.#storm?.state;
  }

  setStorm(state: StormState, checkAt: number): void {
    this.#storm = { state, checkAt };
    this.#isStormChanged = true;
  }

  backlog(upTo: number): number {
    if (this.#backlog === undefined || this.#backlog.upTo < upTo) {
      const row = this.#database.get<{ n: number }>(
        `SELECT COUNT(*) AS n FROM
           (SELECT 1 FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0 LIMIT ?)`,
        this.#lane,
        upTo,
      );
      this.#backlog = { upTo, count: row?.n ?? 0 };
    }
    return this.#backlog.count;
  }

  absorb(bundle: number, belowLevel: number, verdict: HeldVerdict): number {
    const { changes } = this.#database.run(
      `UPDATE delivery SET state = 'held', verdict = ?, bundle = ?
       WHERE lane = ? AND state = 'pending' AND due_at = 0 AND attempts = 0 AND bundle IS NULL
         AND member_key IS NOT NULL
         AND (SELECT level FROM alert WHERE alert.id = delivery.alert) < ?`,
      verdict,
      bundle,
      this.#lane,
      Number.isFinite(belowLevel) ? belowLevel : Number.MAX_SAFE_INTEGER,
    );
    this.#backlog = undefined;
    return changes;
  }

  isEnded(key: string): boolean {
    return this.#quiet.isEnded(key);
  }

  countSilenced(key: string): void {
    this.#quiet.countSilenced(key, this.#lane);
  }

  muteOpened(name: string, key: string): number | undefined {
    return this.#quiet.muteOpened(name, key);
  }

  notice(sentence: string): void {
    this.#tell(sentence);
  }

  flush(): void {
    const throttles = [...this.#changed].flatMap((key) => {
      const state = this.#throttles.get(key);
      return state ? [[key, Math.round(state.lastSent), Math.round(state.period)]] : [];
    });
    // All at once: a call for each costs more than storing it.
    if (throttles.length > 0) {
      this.#database.run(
        `INSERT INTO throttle (lane, key, last_sent, period)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
         ON CONFLICT (lane, key) DO UPDATE
           SET last_sent = excluded.last_sent, period = excluded.period`,
        this.#lane,
        JSON.stringify(throttles),
      );
    }
    for (const row of this.#open.values()) {
      if (row === undefined || row.n === row.stored) continue;
      const { id, kind, n } = row;
      if (kind === 'throttle') this.#members.set(id, n);
      else this.#database.run('UPDATE bundle SET n = ? WHERE id = ?', n, id);
    }
    if (this.#isStormChanged && this.#storm !== 'unread' && this.#storm !== undefined) {
      this.#database.run(
        `INSERT INTO storm (lane, state, check_at) VALUES (?, ?, ?)
         ON CONFLICT (lane) DO UPDATE SET state = excluded.state, check_at = excluded.check_at`,
        this.#lane,
        JSON.stringify(this.#storm.state),
        this.#storm.checkAt,
      );
    }
  }

  #find(kind: BundleKind, key: string): OpenRow | undefined {
    const name = joinKey(kind, key);
    if (this.#open.has(name)) return this.#open.get(name);
    const found = openBundle(this.#database, this.#lane, kind, key);
    if (found?.kind === 'throttle') found.n = this.#members.of(found.id);
    this.#open.set(name, found);
    return found;
  }
}
