import type { Database } from './database.ts';

/** Something that someone did, of which the daemon has nothing more to tell. */
export interface Act {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  readonly kind: 'retry' | 'reload';
  readonly detail: Readonly<Record<string, unknown>>;
}

/** How many records are kept, of whatever kind. */
const MOST_KEPT = 1000;

/** Keeps what someone did. */
export function recordAct(database: Database, { at, who, kind, detail }: Act): void {
  const { lastId } = database.run(
    'INSERT INTO audit (at, who, kind, detail, is_told) VALUES (?, ?, ?, ?, 1)',
    at,
    who,
    kind,
    JSON.stringify(detail),
  );
  database.run('DELETE FROM audit WHERE id <= ?', lastId - MOST_KEPT);
}
