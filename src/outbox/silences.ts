import type { Operator } from '../core/operator.ts';
import type { NewSilence, SilenceEnding, SilenceNews, SilenceRecord } from '../core/silence.ts';
import { type Audit, recordSilence } from './audit.ts';
import type { Database } from './database.ts';
import { Notices } from './grouping/notices.ts';
import { INTEGRATION } from './queue-filter.ts';

interface SilenceRow {
  id: number;
  key: string;
  name: string | null;
  begins_at: number;
  ends_at: number;
  ended_at: number | null;
  author: string;
  why: string;
  fits_only: string | null;
  fits_when: string | null;
  integrations: string | null;
  ending: SilenceEnding;
  even_critical: number;
  is_recurring: number;
  told: string;
}

/** Silences in the outbox. Every change is a transaction, and is on the disk when it returns. */
export class Silences {
  readonly #database: Database;
  readonly #notices: Notices;

  constructor(database: Database) {
    this.#database = database;
    this.#notices = new Notices(database);
  }

  /** All of them, also those that are over, in the order in which they were added. */
  list(): SilenceRecord[] {
    const held = new Map<string, Map<string, number>>();
    const counts = this.#database.all<{ key: string; integration: string; n: number }>(
      `SELECT h.key, ${INTEGRATION} AS integration, SUM(h.n) AS n
       FROM silence_held h JOIN lane l ON l.id = h.lane GROUP BY h.key, integration`,
    );
    for (const { key, integration, n } of counts) {
      const its = held.get(key) ?? new Map<string, number>();
      held.set(key, its.set(integration, n));
    }
    return this.#database
      .all<SilenceRow>('SELECT * FROM silence ORDER BY id')
      .map((row) => recordOf(row, held.get(row.key) ?? new Map()));
  }

  /** @param who adds it, as the system knows them. */
  add(silence: NewSilence, who: Operator | string, now: number): SilenceRecord {
    return this.#database.transaction(() => {
      const id = this.#insert(silence, '', false);
      this.#database.run(`UPDATE silence SET key = 'silence:' || id WHERE id = ?`, id);
      const record = this.#find(id);
      recordSilence(this.#database, auditOf(who, now), {
        action: 'silence add',
        silence: record,
      });
      return record;
    });
  }

  /** A silence of the settings file has begun. Does nothing where that is known. */
  began(key: string, silence: NewSilence): void {
    this.#database.transaction(() => {
      const known = this.#database.get('SELECT 1 FROM silence WHERE key = ?', key);
      if (known === undefined) this.#insert(silence, key, true);
    });
  }

  /**
   * Ends a silence now: its receipts are due, and what it holds is released. False when it was over.
   * @param who ends it; undefined: the settings file does not have it any more.
   */
  end(id: number, who: Operator | string | undefined, now: number): boolean {
    return this.#database.transaction(() => {
      const { changes } = this.#database.run(
        'UPDATE silence SET ended_at = ? WHERE id = ? AND ended_at IS NULL AND ends_at > ?',
        now,
        id,
        now,
      );
      if (changes === 0) return false;
      const record = this.#find(id);
      this.#release(record, now);
      if (who !== undefined) {
        recordSilence(this.#database, auditOf(who, now), {
          action: 'silence end',
          silence: record,
        });
      }
      return true;
    });
  }

  /**
   * Lets a silence last longer, with what it holds back; integrations are told of it anew. Undefined where it
   * is over, is of the settings file, or lasts as long already.
   * @param until milliseconds since 1970.
   */
  extend(id: number, until: number, who: Operator | string, now: number) {
    return this.#database.transaction(() => {
      const { changes } = this.#database.run(
        `UPDATE silence SET ends_at = ?, told = '[]'
         WHERE id = ? AND ended_at IS NULL AND is_recurring = 0 AND ends_at > ? AND ends_at < ?`,
        Math.round(until),
        id,
        now,
        Math.round(until),
      );
      if (changes === 0) return undefined;
      const record = this.#find(id);
      this.#holdUntil(record.key, record.until);
      recordSilence(this.#database, auditOf(who, now), {
        action: 'silence extend',
        silence: record,
      });
      return record;
    });
  }

  /** Notes that some news were told, and sends the messages that tell them. */
  tell(
    { id }: Pick<SilenceRecord, 'id'>,
    told: ReadonlySet<SilenceNews>,
    messages: ReadonlyMap<number, string>,
    now: number,
  ): void {
    this.#database.transaction(() => {
      this.#database.run('UPDATE silence SET told = ? WHERE id = ?', JSON.stringify([...told]), id);
      for (const [lane, sentence] of messages) this.#notices.store(lane, sentence, now);
    });
  }

  #insert(silence: NewSilence, key: string, isRecurring: boolean): number {
    const { only, integrations } = silence;
    return this.#database.run(
      `INSERT INTO silence (key, name, begins_at, ends_at, author, why, fits_only, fits_when,
         integrations, ending, even_critical, is_recurring)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      silence.name ?? null,
      Math.round(silence.from),
      Math.round(silence.until),
      silence.by,
      silence.why,
      only === undefined ? null : JSON.stringify(only),
      silence.when ?? null,
      integrations === undefined ? null : JSON.stringify(integrations),
      silence.ending,
      Number(silence.evenCritical),
      Number(isRecurring),
    ).lastId;
  }

  #holdUntil(key: string, until: number): void {
    this.#database.run(
      `UPDATE bundle SET due_at = ? WHERE kind = 'silence' AND key = ? AND sealed_at IS NULL`,
      until,
      key,
    );
    this.#database.run(
      `UPDATE delivery SET due_at = ?
       WHERE state = 'held' AND due_at > 0 AND verdict = 'silence' AND verdict_by = ?`,
      until,
      key,
    );
  }

  #release({ key, name, isRecurring }: SilenceRecord, now: number): void {
    this.#database.run(
      `UPDATE bundle SET due_at = MIN(due_at, ?), is_closed = 1
       WHERE kind = 'silence' AND key = ? AND sealed_at IS NULL`,
      now,
      key,
    );
    this.#database.run(
      `UPDATE delivery SET due_at = MIN(due_at, ?)
       WHERE state = 'held' AND due_at > 0 AND verdict = 'silence' AND verdict_by = ?`,
      now,
      isRecurring ? `silence:${name}` : key,
    );
  }

  #find(id: number): SilenceRecord {
    const row = this.#database.get<SilenceRow>('SELECT * FROM silence WHERE id = ?', id);
    return recordOf(row as SilenceRow, new Map());
  }
}

/** A name alone is one, where nothing else is known. */
function auditOf(who: Operator | string, at: number): Audit {
  return { ...(typeof who === 'string' ? { who } : who), at };
}

function recordOf(row: SilenceRow, held: ReadonlyMap<string, number>): SilenceRecord {
  const { id, key, why, ending } = row;
  return {
    id,
    key,
    name: row.name ?? undefined,
    from: row.begins_at,
    until: row.ends_at,
    endedAt: row.ended_at ?? undefined,
    by: row.author,
    why,
    only: row.fits_only === null ? undefined : (JSON.parse(row.fits_only) as unknown),
    when: row.fits_when ?? undefined,
    integrations:
      row.integrations === null ? undefined : (JSON.parse(row.integrations) as string[]),
    ending,
    evenCritical: row.even_critical !== 0,
    isRecurring: row.is_recurring !== 0,
    told: new Set(JSON.parse(row.told) as SilenceNews[]),
    held,
  };
}
