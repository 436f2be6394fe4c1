import { type ReadAlert, readAlert } from '../../alert/formats/read-alert.ts';
import type { AlertHistory } from '../../outbox/alert-history.ts';
import type { AlertSearch } from '../../sources/file/alert-search.ts';
import type { Subject } from './explanation.ts';

/** What is stored of one alert. */
interface Stored {
  readonly alert: ReadAlert;
  readonly readAt: number;
  readonly rows: number[];
}

/** The alerts that were stored under an id, with what became of them; mostly one. */
export function storedSubjects(history: AlertHistory, id: string, now: number): Subject[] {
  return storedUnder(history, id).map(({ alert, readAt, rows }) => ({
    alert,
    foundIn: 'outbox',
    path: undefined,
    readAt,
    deliveries: history.deliveries(rows, now),
  }));
}

/** An alert that was read from elsewhere, with what became of it. */
export function givenSubject(
  alert: ReadAlert,
  place: Pick<Subject, 'foundIn' | 'path'>,
  history: AlertHistory | undefined,
  now: number,
): Subject {
  const { id } = alert.facts;
  const all = history === undefined || id === undefined ? [] : storedUnder(history, id);
  // What a dashboard shows is the same alert in other bytes.
  const stored = all.find((one) => one.alert.raw.equals(alert.raw)) ?? all[0];
  return {
    alert,
    ...place,
    readAt: stored?.readAt,
    deliveries: stored === undefined ? [] : (history?.deliveries(stored.rows, now) ?? []),
  };
}

/** What a search in the files found. */
export function foundSubject(
  { found }: AlertSearch,
  history: AlertHistory | undefined,
  now: number,
): Subject | undefined {
  const alert = found && readAlert(found.raw);
  if (found === undefined || alert === undefined || typeof alert === 'string') return undefined;
  const foundIn = found.isLive ? 'file' : 'archive';
  return givenSubject(alert, { foundIn, path: found.path }, history, now);
}

function storedUnder(history: AlertHistory, id: string): Stored[] {
  const found: Stored[] = [];
  const events: number[] = [];
  for (const { row, readAt, raw } of history.alerts(id)) {
    const alert = readAlert(raw);
    // What an enrichment reports of an alert is stored under its id.
    if (typeof alert === 'string' || alert.facts.id !== id) {
      events.push(row);
      continue;
    }
    const same = found.find((one) => one.alert.raw.equals(alert.raw));
    if (same === undefined) found.push({ alert, readAt, rows: [row] });
    else same.rows.push(row);
  }
  found[0]?.rows.push(...events);
  return found;
}
