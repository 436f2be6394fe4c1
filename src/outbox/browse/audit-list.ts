import type { Database } from '../database.ts';

/** What someone did. */
export interface AuditEntry {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  /** `drop`, `replay`, `pause`, `silence add` … */
  readonly kind: string;
  /** What it concerned; what it looks like depends on the kind. */
  readonly detail: unknown;
}

/** What people did, the latest first. @param before only what came before this id. */
export function auditList(
  database: Database,
  rows: number,
  before: number = Number.MAX_SAFE_INTEGER,
): AuditEntry[] {
  return database
    .all<Omit<AuditEntry, 'detail'> & { detail: string }>(
      'SELECT id, at, who, kind, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
      before,
      rows,
    )
    .map(({ detail, ...rest }) => ({ ...rest, detail: JSON.parse(detail) as unknown }));
}
