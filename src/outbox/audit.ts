import type { Operator } from '../core/operator.ts';
import type { DropRecord, StateCount } from '../core/outbox.ts';
import type { ReloadOutcome } from '../core/reload.ts';
import type { SilenceRecord } from '../core/silence.ts';
import type { Database } from './database.ts';

/** How many records are kept. */
const MOST_KEPT = 1000;

/** Who did something, and when, in milliseconds since 1970. */
export interface Audit extends Operator {
  readonly at: number;
}

/** What operators do, as it is recorded. */
export type AuditKind =
  | 'drop'
  | 'retry'
  | 'replay'
  | 'silence add'
  | 'silence extend'
  | 'silence end'
  | 'test'
  | 'export'
  | 'pause'
  | 'resume'
  | 'reload'
  | 'restore';

/** Keeps what an operator dropped. To be called in the transaction that does it. */
export function recordDrop(database: Database, audit: Audit, dropped: readonly StateCount[]): void {
  // The daemon logs it as well: it cannot be undone.
  record(database, audit, 'drop', dropped, false);
}

/** Keeps what an operator had attempted again, and how it was selected. */
export function recordRetry(
  database: Database,
  audit: Audit,
  detail: { readonly count: number; readonly selection: unknown },
): void {
  record(database, audit, 'retry', detail);
}

/** Keeps who had the daemon read its configuration again, and what came of it. */
export function recordReload(database: Database, audit: Audit, detail: ReloadOutcome): void {
  record(database, audit, 'reload', detail);
}

/** Someone added or ended a silence, or has it last longer. */
export interface SilenceAct {
  readonly action: 'silence add' | 'silence extend' | 'silence end';
  readonly silence: SilenceRecord;
}

/**
 * Keeps who did that. What comes of it is logged where it is in force, so that here there
 * is nothing left to tell. To be called in the transaction that does it.
 */
export function recordSilence(
  database: Database,
  audit: Audit,
  { action, silence }: SilenceAct,
): void {
  const { told: _, held: __, ...written } = silence;
  record(database, audit, action, written);
}

/** What an operator had sent again. */
export interface ReplayRecord {
  readonly integration: string;
  readonly count: number;
  /** The span of time that was asked for, in milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** True where services cannot tell them from new alerts. */
  readonly newKeys: boolean;
}

/** Keeps what an operator had sent again. The daemon has nothing to tell of it: it shows. */
export function recordReplay(database: Database, audit: Audit, detail: ReplayRecord): void {
  record(database, audit, 'replay', detail);
}

/** Keeps who stopped an integration, or let it go on. To be called in the transaction that does it. */
export function recordPause(
  database: Database,
  audit: Audit,
  action: 'pause' | 'resume',
  integration: string,
): void {
  record(database, audit, action, { integration });
}

/** The outbox from before an upgrade was put back. */
export interface RestoreRecord {
  /** When that copy was made, in milliseconds since 1970. */
  readonly madeAt: number;
  /** Its shape, and that of what was in its place. */
  readonly format: number;
  readonly newerFormat: number;
  /** How many were delivered since, so that they may be sent again; undefined where nobody can tell. */
  readonly repeats: number | undefined;
  /** How many alerts since then are read and delivered again. */
  readonly alerts: number;
}

/**
 * Keeps that the outbox from before an upgrade was put back. To be called in a transaction on that one,
 * which may have an older shape: where that cannot hold it, nothing is kept.
 */
export function recordRestore(database: Database, audit: Audit, detail: RestoreRecord): void {
  const columns = database.all<{ name: string }>('PRAGMA table_info(audit)');
  if (!columns.some(({ name }) => name === 'sudo_user')) return;
  // Of a try that did not come to its end.
  database.run("DELETE FROM audit WHERE kind = 'restore' AND at >= ?", detail.madeAt);
  record(database, audit, 'restore', detail);
}

/** Keeps who tried an integration. To be called in the transaction that does it. */
export function recordTest(
  database: Database,
  audit: Audit,
  detail: { readonly integration: string; readonly delivery: number },
): void {
  record(database, audit, 'test', detail);
}

/** Keeps who took deliveries with them, how many, and how they were selected. */
export function recordExport(
  database: Database,
  audit: Audit,
  detail: { readonly count: number; readonly selection: unknown },
): void {
  record(database, audit, 'export', detail);
}

function record(
  database: Database,
  { at, who, uid, sudoUser }: Audit,
  kind: AuditKind,
  detail: object,
  isTold = true,
): void {
  const { lastId } = database.run(
    'INSERT INTO audit (at, who, uid, sudo_user, kind, detail, is_told) VALUES (?, ?, ?, ?, ?, ?, ?)',
    at,
    who,
    uid ?? null,
    sudoUser ?? null,
    kind,
    JSON.stringify(detail),
    Number(isTold),
  );
  forgetOld(database, lastId);
}

/** What an operator did. */
export interface AuditRecord extends Audit {
  readonly id: number;
  readonly kind: AuditKind;
  /** What is kept of it, as `record…` was given it. */
  readonly detail: unknown;
}

/** Which records are meant: from a time on, in milliseconds since 1970, and only those before an id. */
export interface AuditFilter {
  readonly since?: number | undefined;
  readonly before?: number | undefined;
}

/** What operators did, the newest first. */
export function auditRecords(
  database: Database,
  { since = 0, before = Number.MAX_SAFE_INTEGER }: AuditFilter,
  limit: number,
): AuditRecord[] {
  return database
    .all<AuditRow>(
      `SELECT id, at, who, uid, sudo_user, kind, detail FROM audit
       WHERE at >= ? AND id < ? ORDER BY id DESC LIMIT ?`,
      since,
      before,
      limit,
    )
    .map(({ uid, sudo_user: sudoUser, detail, ...row }) => ({
      ...row,
      uid: uid ?? undefined,
      sudoUser: sudoUser ?? undefined,
      detail: JSON.parse(detail) as unknown,
    }));
}

interface AuditRow {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly uid: number | null;
  readonly sudo_user: string | null;
  readonly kind: AuditKind;
  readonly detail: string;
}

function forgetOld(database: Database, lastId: number): void {
  database.run('DELETE FROM audit WHERE id <= ?', lastId - MOST_KEPT);
}

/** What operators dropped and the daemon has not logged yet, the oldest first. */
export function untoldDrops(database: Database): DropRecord[] {
  return database
    .all<{ id: number; at: number; who: string; detail: string }>(
      `SELECT id, at, who, detail FROM audit WHERE is_told = 0 AND kind = 'drop' ORDER BY id`,
    )
    .map(({ detail, ...row }) => ({ ...row, dropped: JSON.parse(detail) as StateCount[] }));
}

export function dropsTold(database: Database, drops: readonly DropRecord[]): void {
  for (const { id } of drops) database.run('UPDATE audit SET is_told = 1 WHERE id = ?', id);
}
