import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type { Setup } from '../../app/setup.ts';
import { localTime } from '../../core/local-time.ts';
import { endOf, heldBy, type SilenceRecord } from '../../core/silence.ts';
import type { RecurringSilence } from '../../silences/recurring.ts';
import { compileSilence } from '../../silences/silence.ts';
import { isoTime, table } from '../output.ts';

/** A silence as it is shown. */
export interface ListedSilence {
  readonly record: Omit<SilenceRecord, 'id' | 'told'>;
  /** Undefined for one of the settings file that is not in the outbox. */
  readonly id: number | undefined;
  readonly state: 'active' | 'planned' | 'over';
  /** Why it holds nothing back, although it should. */
  readonly error: string | undefined;
}

/** A silence of the outbox. */
export function listed(
  record: SilenceRecord,
  { times }: Pick<Setup, 'times'>,
  now: number,
): ListedSilence {
  const state = now >= endOf(record) ? 'over' : now < record.from ? 'planned' : 'active';
  let error: string | undefined;
  if (state !== 'over' && !record.isRecurring) {
    const { silence, problems } = compileSilence(record, { times: times.times });
    if (silence === undefined) {
      error = problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    }
  }
  return { record, id: record.id, state, error };
}

/** The present time of a silence of the settings file, if the outbox does not have it, and the next. */
export function recurringTimes(
  silence: RecurringSilence,
  known: ReadonlySet<string>,
  now: number,
): ListedSilence[] {
  const { rule, time } = silence;
  const present = silence.at(now);
  const next = time.nextStart(present?.record.until ?? now);
  const until = next === undefined ? undefined : time.nextEnd(next);
  const spans = [
    ...(present === undefined ? [] : [{ ...present.record, state: 'active' as const }]),
    ...(next === undefined || until === undefined || next <= now
      ? []
      : [{ ...rule, from: next, until, state: 'planned' as const }]),
  ];
  return spans.flatMap(({ state, ...span }) => {
    const key = `${rule.name}@${span.from}`;
    if (known.has(key)) return [];
    const record = { ...span, key, endedAt: undefined, isRecurring: true, held: new Map() };
    return [{ id: undefined, record, state, error: undefined }];
  });
}

export function silenceJson({ id, record, state, error }: ListedSilence): JsonObject {
  const { key, name, from, until, endedAt, by, why, only, when, integrations, held } = record;
  return {
    id: id ?? null,
    key,
    name: name ?? null,
    state,
    from: isoTime(from),
    until: isoTime(until),
    ended_at: isoTime(endedAt),
    by,
    why,
    only: (only ?? null) as JsonValue,
    when: when ?? null,
    integrations: integrations === undefined ? null : [...integrations],
    // oxlint-disable-next-line unicorn/no-thenable -- that is what the option is called
    then: record.ending,
    even_critical: record.evenCritical,
    recurring: record.isRecurring,
    held: heldBy(record),
    held_by_integration: Object.fromEntries(held),
    error: error ?? null,
  };
}

export function silenceTable(silences: readonly ListedSilence[]): string {
  const head = [
    'ID',
    'STATE',
    'FROM',
    'UNTIL',
    'HELD',
    'THEN',
    'FOR',
    'ALERTS',
    'BY',
    'NAME',
    'WHY',
  ];
  const rows = silences.map(({ id, record, state, error }) => [
    String(id ?? '-'),
    error === undefined ? state : 'WRONG',
    localTime(record.from),
    localTime(endOf(record)),
    String(heldBy(record)),
    record.ending,
    record.integrations?.join(', ') ?? 'all',
    whichAlerts(record),
    record.by,
    record.name ?? '-',
    record.why,
  ]);
  const errors = silences.flatMap(({ record, error }) => {
    return error === undefined ? [] : [`${record.key} holds nothing back: ${error}\n`];
  });
  return table([head, ...rows]) + errors.join('');
}

function whichAlerts({ only, when, evenCritical }: ListedSilence['record']): string {
  const parts = [
    ...(only === undefined ? [] : [JSON.stringify(only)]),
    ...(when === undefined ? [] : [when]),
  ];
  const which = parts.length === 0 ? 'all' : parts.join(' and ');
  return evenCritical ? `${which}, even critical` : which;
}
