import { createHash } from 'node:crypto';
import { type BundleKind, MOST_EXAMPLES, MOST_GROUPS } from '../../core/bundle.ts';
import type { LeasedBundle, LeasedLine } from '../../core/delivery.ts';
import type { Database } from '../database.ts';
import { BundleMembers } from './bundle-members.ts';

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

/**
 * The bundle that a delivery carries, and its alert of the highest level, the first of those. All lanes wait
 * meanwhile, so each member is looked at as seldom as can be: a silence may have held back very many.
 */
export function readBundle(
  database: Database,
  id: number,
): { readonly bundle: LeasedBundle; readonly alert: number } | undefined {
  const row = database.get<BundleRow>(
    'SELECT id, lane, kind, key, fields, about, opened_at, head FROM bundle WHERE id = ?',
    id,
  );
  if (row === undefined) return undefined;
  const members = new BundleMembers(database, id, row.head);
  const lines = members.lines(MOST_GROUPS);
  const [first] = lines;
  const highest = members.highest();
  if (first === undefined || highest[0] === undefined) return undefined;
  const each = Math.max(SAMPLES_PER_LINE, Math.floor(SAMPLES / lines.length));
  const samples = members.samples(lines, each);
  return {
    alert: highest[0],
    bundle: {
      id,
      kind: row.kind,
      key: stableKey(row),
      about: row.about ?? undefined,
      by: JSON.parse(row.fields) as string[],
      count: first.allCount,
      firstAt: first.allFirst,
      lastAt: first.allLast,
      highestLevel: first.level,
      lines: lines.map(
        (line): LeasedLine => ({
          key: line.key,
          count: line.count,
          firstAt: line.first,
          lastAt: line.last,
          highestLevel: line.level,
          samples: samples.get(line.key) ?? [],
        }),
      ),
      moreLines: first.allLines - lines.length,
      examples: members.raws(highest, MOST_EXAMPLES),
    },
  };
}

/** The same for every try, and for no other bundle. */
function stableKey({ id, lane, kind, key, opened_at: openedAt }: BundleRow): string {
  const parts = JSON.stringify([lane, kind, key, openedAt, id]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}
