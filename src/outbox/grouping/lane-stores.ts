import type { BundleKind } from '../../core/bundle.ts';
import type {
  HeldVerdict,
  Joining,
  LaneStore,
  StormState,
  ThrottleState,
} from '../../core/grouping.ts';
import type { Database } from '../database.ts';
import { joinKey, type OpenRow, openBundle, openNew } from './bundles.ts';
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
  readonly notices: LaneNotice[] = [];

  constructor(database: Database) {
    this.#database = database;
    this.#quiet = new QuietStore(database);
  }

  of(lane: number): LaneStore {
    let store = this.#lanes.get(lane);
    if (store === undefined) {
      store = new SqliteLaneStore(this.#database, lane, this.#quiet, (sentence) => {
        this.notices.push({ lane, sentence });
      });
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
  readonly #tell: (sentence: string) => void;
  readonly #throttles = new Map<string, ThrottleState | undefined>();
  readonly #changed = new Set<string>();
  readonly #open = new Map<string, OpenRow>();
  #storm: { state: StormState; checkAt: number } | 'unread' | undefined = 'unread';
  #isStormChanged = false;
  #backlog: { upTo: number; count: number } | undefined;

  constructor(
    database: Database,
    lane: number,
    quiet: QuietStore,
    tell: (sentence: string) => void,
  ) {
    this.#database = database;
    this.#lane = lane;
    this.#quiet = quiet;
    this.#tell = tell;
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
    for (const key of this.#changed) {
      const state = this.#throttles.get(key);
      if (state === undefined) continue;
      this.#database.run(
        `INSERT INTO throttle (lane, key, last_sent, period) VALUES (?, ?, ?, ?)
         ON CONFLICT (lane, key) DO UPDATE
           SET last_sent = excluded.last_sent, period = excluded.period`,
        this.#lane,
        key,
        Math.round(state.lastSent),
        Math.round(state.period),
      );
    }
    for (const { id, n, stored } of this.#open.values()) {
      if (n !== stored) this.#database.run('UPDATE bundle SET n = ? WHERE id = ?', n, id);
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
    const known = this.#open.get(joinKey(kind, key));
    if (known !== undefined) return known;
    const found = openBundle(this.#database, this.#lane, kind, key);
    if (found !== undefined) this.#open.set(joinKey(kind, key), found);
    return found;
  }
}
