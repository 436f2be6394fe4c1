import { Alert } from '../../alert/alert.ts';
import { entryJson } from '../../cli/queue/entry-text.ts';
import { hiddenBy, hiddenTexts, type IsHidden, withoutHidden } from '../../console/hidden.ts';
import { filterOf, matcherOf } from '../../console/reader/matches.ts';
import type { ExportPiece } from '../../console/reader/protocol.ts';
import type { Search } from '../../console/search.ts';
import { Scrubber } from '../../core/secret.ts';
import { type BrowsedEntry, browse } from '../../outbox/browse/browse.ts';
import type { Database } from '../../outbox/database.ts';

/** A piece is small: the daemon looks for secrets in it. */
const PIECE_ROWS = 100;
const PIECE_CHARACTERS = 131_072;
const BUDGET_MS = 1000;

/**
 * Deliveries as `queue list --json` has them, each with its alert, on lines of their own: from the newest
 * that is looked for on, as many as fit.
 */
export function exportPiece(
  database: Database,
  search: Search,
  monotonic: () => number,
): ExportPiece {
  const limits = { rows: PIECE_ROWS, budgetMs: BUDGET_MS, monotonic, matches: matcherOf(search) };
  const { entries, next } = browse(database, filterOf(search), limits);
  const isHidden = search.hide.length === 0 ? undefined : hiddenBy(search.hide);
  let text = '';
  let count = 0;
  for (const entry of entries) {
    if (text.length > PIECE_CHARACTERS) return { text, count, next: entries[count - 1]?.id };
    text += `${lineOf(entry, isHidden)}\n`;
    count += 1;
  }
  return { text, count, next };
}

function lineOf(entry: BrowsedEntry, isHidden: IsHidden | undefined): string {
  const { raw } = entry;
  const alert = raw === undefined ? undefined : new Alert(Buffer.from(raw));
  const json = { ...entryJson(entry), alert: null };
  if (isHidden === undefined) {
    return alert === undefined
      ? JSON.stringify(json)
      : `${JSON.stringify({ ...json, alert: undefined }).slice(0, -1)},"alert":${oneLine(alert.text)}}`;
  }
  // What was said of it may repeat what is hidden in it, and of one that is not read nobody knows.
  const clean = new Scrubber(alert === undefined ? [] : hiddenTexts(alert.json, isHidden));
  const shown = alert === undefined ? null : withoutHidden(alert.json, isHidden);
  const facts = new Alert(Buffer.from(JSON.stringify(shown ?? {})));
  const lastError = alert === undefined ? null : json.last_error && clean.scrub(json.last_error);
  return JSON.stringify({
    ...json,
    rule: facts.textAt('rule', 'id') ?? null,
    description: facts.textAt('rule', 'description') ?? null,
    agent: facts.textAt('agent', 'name') ?? null,
    agent_id: facts.textAt('agent', 'id') ?? null,
    last_error: lastError,
    alert: shown,
  });
}

/** A line end between two parts of JSON is a space as well. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
