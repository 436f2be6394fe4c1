import type { DropRecord, StateCount } from '../core/outbox.ts';
import type { SilenceRecord } from '../core/silence.ts';
import type { Database } from './database.ts';

/** How many records are kept. */
const MOST_KEPT = 1000;

/** Keeps what an operator dropped. To be called in the transaction that does it. */
export function recordDrop(database: Database, { at, who, dropped }: Omit<DropRecord, 'id'>): void {
  const { lastId } = database.run(
    'INSERT INTO audit (at, who, detail) VALUES (?, ?, ?)',
    at,
    who,
    JSON.stringify(dropped),
  );
  keepLatest(database, lastId);
}

/** Someone added or ended a silence. */
export interface SilenceAct {
  readonly at: number;
  readonly who: string;
  readonly action: 'silence add' | 'silence end';
  readonly silence: SilenceRecord;
}

/**
 * Keeps who added or ended a silence. What comes of it is logged where it is in force, so that here there
 * is nothing left to tell. To be called in the transaction that does it.
 */
export function recordSilence(database: Database, { at, who, action, silence }: SilenceAct): void {
  const { told: _, held: __, ...written } = silence;
  const { lastId } = database.run(
    'INSERT INTO audit (at, who, detail, is_told) VALUES (?, ?, ?, 1)',
    at,
    who,
    JSON.stringify({ action, silence: written }),
  );
  keepLatest(database, lastId);
}

/** What an operator had sent again. */
export interface ReplayRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who did it. */
  readonly who: string;
  readonly integration: string;
  readonly count: number;
  /** The span of time that was asked for, in milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** True where services cannot tell them from new alerts. */
  readonly newKeys: boolean;
}

/** Keeps what an operator had sent again. The daemon has nothing to tell of it: it shows. */
export function recordReplay(database: Database, { at, who, ...detail }: ReplayRecord): void {
  const { lastId } = database.run(
    'INSERT INTO audit (at, who, detail, is_told) VALUES (?, ?, ?, 1)',
    at,
    who,
    JSON.stringify({ action: 'replay', ...detail }),
  );
  keepLatest(database, lastId);
}

function keepLatest(database: Database, lastId: number): void {
  database.run('DELETE FROM audit WHERE id <= ?', lastId - MOST_KEPT);
}

/** What operators dropped and the daemon has not logged yet, the oldest first. */
export function untoldDrops(database: Database): DropRecord[] {
  return database
    .all<{ id: number; at: number; who: string; detail: string }>(
      'SELECT id, at, who, detail FROM audit WHERE is_told = 0 ORDER BY id',
    )
    .map(({ detail, ...row }) => ({ ...row, dropped: JSON.parse(detail) as StateCount[] }));
}

export function dropsTold(database: Database, drops: readonly DropRecord[]): void {
  for (const { id } of drops) database.run('UPDATE audit SET is_told = 1 WHERE id = ?', id);
}
