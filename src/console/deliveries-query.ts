import { DELIVERY_STATES, type DeliveryState } from '../core/delivery.ts';
import type { TargetFilter } from './action-target.ts';
import type { DeliveriesQuery } from './pages/deliveries.tsx';
import { SPANS } from './pages/spans.ts';
import type { Search } from './search.ts';

/** The filters that stand in an address. */
export function queryOf(query: URLSearchParams): DeliveriesQuery {
  return {
    state: given(query, 'state'),
    integration: given(query, 'integration'),
    reason: given(query, 'reason'),
    rule: given(query, 'rule'),
    agent: given(query, 'agent'),
    level: given(query, 'level'),
    q: given(query, 'q'),
    since: given(query, 'since'),
    bundle: given(query, 'bundle'),
    before: given(query, 'before'),
  };
}

/** What an address asks for. */
export function searchOf(
  query: DeliveriesQuery,
  hide: readonly string[],
  now: number,
): { readonly search: Search; readonly problem: string | undefined } {
  const { state, integration, reason, rule, agent, level, q, since, bundle, before } = query;
  const isAlertId = q !== undefined && /^\d{9,10}\.\d+$/.test(q);
  const span = since !== undefined && Object.hasOwn(SPANS, since) ? SPANS[since] : undefined;
  const isState = (DELIVERY_STATES as readonly string[]).includes(state ?? 'pending');
  const search = {
    state: isState ? (state as DeliveryState | undefined) : undefined,
    integration,
    reason,
    rule,
    agent,
    level: level !== undefined && isLevel(level) ? Number(level) : undefined,
    hide,
    text: isAlertId ? undefined : q,
    alert: isAlertId ? q : undefined,
    readSince: span === undefined ? undefined : now - span,
    bundle: bundle !== undefined && isId(bundle) ? Number(bundle) : undefined,
    before: before !== undefined && isId(before) ? Number(before) : undefined,
  };
  const wrong = [
    isState ? undefined : `there is no state ${state}`,
    since === undefined || span !== undefined ? undefined : `there is no span ${since}`,
    level === undefined || isLevel(level) ? undefined : 'a level is a number from 0 to 16',
    bundle === undefined || isId(bundle) ? undefined : 'bundle must be a number',
    before === undefined || isId(before) ? undefined : 'before must be a number',
  ];
  return { search, problem: wrong.find((one) => one !== undefined) };
}

function given(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)?.trim().slice(0, 200);
  return value === '' ? undefined : value;
}

function isLevel(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= 16;
}

function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

const TEXTS = ['state', 'integration', 'reason', 'rule', 'agent', 'text', 'alert'] as const;
const NUMBERS = ['level', 'bundle', 'readSince'] as const;

/** A filter as a form keeps it: with the time that it meant when the page was made. */
export function filterText(search: Search): string {
  return JSON.stringify({ ...search, hide: undefined, before: undefined });
}

/** The filter that a form kept; undefined where it is none. */
export function filterOf(text: string): TargetFilter | undefined {
  try {
    const kept = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const isRight =
      !Array.isArray(kept) &&
      TEXTS.every((name) => kept[name] === undefined || typeof kept[name] === 'string') &&
      NUMBERS.every((name) => kept[name] === undefined || Number.isSafeInteger(kept[name]));
    if (!isRight) return undefined;
    const names = [...TEXTS, ...NUMBERS].filter((name) => kept[name] !== undefined);
    return Object.fromEntries(names.map((name) => [name, kept[name]])) as TargetFilter;
  } catch {
    return undefined;
  }
}
