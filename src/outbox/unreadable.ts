import { bufferOf, type Database } from './database.ts';

/** A record that was no alert, as it was kept. */
export interface KeptRecord {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly source: string;
  /** Where it stood, in words. */
  readonly place: string;
  /** Bytes of the whole. */
  readonly length: number;
  readonly reason: string;
  /** Its beginning. */
  readonly excerpt: Buffer;
}

/** Records that were no alerts, the newest first. @param since in milliseconds since 1970. */
export function unreadableRecords(
  database: Database,
  since: number | undefined,
  limit: number,
): KeptRecord[] {
  return database
    .all<Row>(
      'SELECT * FROM unreadable WHERE read_at >= ? ORDER BY id DESC LIMIT ?',
      since ?? 0,
      limit,
    )
    .map(recordOf);
}

/** One of them. */
export function unreadableRecord(database: Database, id: number): KeptRecord | undefined {
  const row = database.get<Row>('SELECT * FROM unreadable WHERE id = ?', id);
  return row && recordOf(row);
}

interface Row {
  readonly id: number;
  readonly read_at: number;
  readonly source: string;
  readonly place: string;
  readonly length: number;
  readonly reason: string;
  readonly excerpt: Uint8Array;
}

function recordOf({ read_at: readAt, excerpt, ...row }: Row): KeptRecord {
  return { ...row, readAt, excerpt: bufferOf(excerpt) };
}
