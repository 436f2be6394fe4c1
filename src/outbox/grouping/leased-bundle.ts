import { createHash } from 'node:crypto';
import { type BundleKind, MOST_EXAMPLES, MOST_GROUPS } from '../../core/bundle.ts';
import { LARGE_BYTES, type LeasedBundle, type LeasedLine } from '../../core/delivery.ts';
import { bufferOf, type Database } from '../database.ts';

/** Alerts of a bundle that are looked at for what varies among them. */
const SAMPLES = 200;
const SAMPLES_PER_LINE = 3;

interface BundleRow {
  id: number;
  lane: number;
  kind: BundleKind;
  key: string;
  fields: string;
  about: string | null;
  opened_at: number;
  head: number;
}

interface SpanRow {
  n: number;
  first: number;
  last: number;
  level: number;
}

/** Members of a bundle, without the delivery that only carries a receipt. */
const MEMBERS = `FROM delivery d JOIN alert a ON a.id = d.alert
  WHERE d.bundle = ? AND (d.id <> ? OR d.verdict IS NOT NULL)`;

/** The bundle that a delivery carries, and its alert of the highest level, the first of those. */
export function readBundle(
  database: Database,
  id: number,
): { readonly bundle: LeasedBundle; readonly alert: number } | undefined {
  const row = database.get<BundleRow>(
    'SELECT id, lane, kind, key, fields, about, opened_at, head FROM bundle WHERE id = ?',
    id,
  );
  if (row === undefined) return undefined;
  const { kind, head } = row;
  const span = database.get<SpanRow>(
    `SELECT COUNT(*) AS n, MIN(a.read_at) AS first, MAX(a.read_at) AS last,
       MAX(a.level) AS level ${MEMBERS}`,
    id,
    head,
  );
  const highest = database.get<{ alert: number }>(
    `SELECT a.id AS alert ${MEMBERS} ORDER BY a.level DESC, d.id LIMIT 1`,
    id,
    head,
  );
  if (span === undefined || highest === undefined) return undefined;
  const lines = database.all<SpanRow & { member_key: string | null }>(
    `SELECT d.member_key, COUNT(*) AS n, MIN(a.read_at) AS first, MAX(a.read_at) AS last,
       MAX(a.level) AS level ${MEMBERS}
     GROUP BY d.member_key ORDER BY MAX(a.level) DESC, COUNT(*) DESC, MIN(d.id) LIMIT ${MOST_GROUPS}`,
    id,
    head,
  );
  const keys = database.get<{ n: number }>(
    `SELECT COUNT(DISTINCT COALESCE(d.member_key, '')) AS n ${MEMBERS}`,
    id,
    head,
  );
  const samples = Math.max(SAMPLES_PER_LINE, Math.floor(SAMPLES / Math.max(1, lines.length)));
  const line = ({
    member_key: key,
    n,
    first,
    last,
    level,
  }: (typeof lines)[number]): LeasedLine => ({
    key: key ?? '[]',
    count: n,
    firstAt: first,
    lastAt: last,
    highestLevel: level,
    samples: raws(database, id, head, `AND d.member_key IS ?`, [key], samples),
  });
  return {
    alert: highest.alert,
    bundle: {
      id,
      kind,
      key: stableKey(row),
      about: row.about ?? undefined,
      by: JSON.parse(row.fields) as string[],
      count: span.n,
      firstAt: span.first,
      lastAt: span.last,
      highestLevel: span.level,
      lines: lines.map(line),
      moreLines: (keys?.n ?? lines.length) - lines.length,
      examples: raws(database, id, head, '', [], MOST_EXAMPLES),
    },
  };
}

/** Alerts of a bundle, the highest level first; large ones are left out. */
function raws(
  database: Database,
  id: number,
  head: number,
  condition: string,
  values: readonly (string | null)[],
  limit: number,
): Buffer[] {
  return database
    .all<{ raw: Uint8Array }>(
      `SELECT a.raw ${MEMBERS} ${condition} AND length(a.raw) <= ${LARGE_BYTES}
       ORDER BY a.level DESC, d.id LIMIT ${limit}`,
      id,
      head,
      ...values,
    )
    .map(({ raw }) => bufferOf(raw));
}

/** The same for every try, and for no other bundle. */
function stableKey({ id, lane, kind, key, opened_at: openedAt }: BundleRow): string {
  const parts = JSON.stringify([lane, kind, key, openedAt, id]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}
