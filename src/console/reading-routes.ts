import { DELIVERY_STATES, type DeliveryState } from '../core/delivery.ts';
import type { FormIds } from './auth/form-ids.ts';
import { includesRole } from './auth/users.ts';
import type { ConsoleSource } from './data.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import type { Live } from './live.ts';
import { AboutPage } from './pages/about.tsx';
import { ActivityPage } from './pages/activity.tsx';
import { AlertPage } from './pages/alert.tsx';
import { DeadPage } from './pages/dead.tsx';
import { DeliveriesPage, type DeliveriesQuery } from './pages/deliveries.tsx';
import { DeliveryPage } from './pages/delivery.tsx';
import { Message } from './pages/layout.tsx';
import { NowPage } from './pages/now.tsx';
import { SilencesPage } from './pages/silences.tsx';
import { SPANS } from './pages/spans.ts';
import type { Search } from './reader/protocol.ts';
import { SERIES_SPANS, type SeriesSpan } from './series.ts';
import type { Viewing } from './viewing.ts';

/** What the pages are made from. */
export interface RouteParts {
  readonly source: ConsoleSource;
  readonly viewing: Viewing;
  readonly live: Live;
  readonly formIds: FormIds;
  /** Whether anything can be done at a path. */
  readonly writes: (path: string) => boolean;
  readonly now: () => number;
}

/** How many lines a page of the activity has. */
const ACTIVITY_ROWS = 100;

/** The pages that show something. */
export function readingRoutes(parts: RouteParts): readonly Route[] {
  const { source, viewing, live, formIds, writes, now } = parts;
  const mayAct = ({ user, url }: PageRequest, role: 'operator' | 'admin' = 'operator') =>
    writes(url) && includesRole(user.role, role);
  const formIdFor = (request: PageRequest, role: 'operator' | 'admin' = 'operator') =>
    mayAct(request, role) ? () => formIds.issue(request.user.name) : undefined;
  const get = (path: string, answer: Route['answer']): Route => {
    return { method: 'GET', path, role: 'viewer', answer };
  };
  const alertPage = async (request: PageRequest, id: string): Promise<PageAnswer> => {
    const { alerts, left } = id === '' ? NONE : await source.explain(id);
    const body = AlertPage({
      id,
      left,
      now: now(),
      canAct: mayAct(request),
      alerts: alerts.map((alert) => viewing.alert(alert, request.user)),
    });
    return page('Explain an alert', body);
  };
  return [
    get('/', async (request) => {
      const data = await source.now();
      const canAct = mayAct(request);
      const span = spanOf(request);
      const formId = formIdFor(request)?.() ?? '';
      return page('Now', NowPage({ data, canAct, formId, span }));
    }),
    get('/series', (request) => ({ kind: 'json', value: source.series(spanOf(request)) })),
    get('/events', (request) => {
      const stream = live.subscribe(mayAct(request), request.lastEventId);
      return stream === undefined ? { kind: 'full' } : { kind: 'events', stream };
    }),
    get('/deliveries', (request) => deliveries(parts, request, formIdFor(request)?.())),
    get('/delivery/:id', async (request) => {
      const id = Number(request.id);
      const found = isId(request.id) ? await source.delivery(id) : undefined;
      if (found === undefined) return missing(`There is no delivery ${request.id}.`);
      const shown = viewing.alert(found.alert, request.user);
      const { detail } = found;
      const formId = formIdFor(request)?.();
      return page(`Delivery ${id}`, DeliveryPage({ ...shown, detail, now: now(), formId }));
    }),
    get('/dead', async (request) => {
      const found = await source.deadGroups(request.query.get('all') === '1');
      return page('Dead letters', DeadPage({ found, now: now(), formId: formIdFor(request) }));
    }),
    get('/alert', (request) => alertPage(request, request.query.get('id')?.trim() ?? '')),
    get('/alert/:id', (request) => alertPage(request, request.id)),
    get('/silences', async (request) => {
      const [silences, integrations] = await Promise.all([
        source.silences(),
        source.integrations(),
      ]);
      const rule = request.query.get('rule') ?? '';
      const formId = formIdFor(request);
      const body = SilencesPage({ silences, integrations, now: now(), formId, rule });
      return page('Silences', body);
    }),
    get('/activity', async ({ query }) => {
      const before = query.get('before') ?? '';
      const entries = await source.activity(isId(before) ? Number(before) : undefined);
      const last = entries.length < ACTIVITY_ROWS ? undefined : entries.at(-1)?.id;
      return page('Activity', ActivityPage({ entries, next: last, now: now() }));
    }),
    get('/about', async (request) => {
      const data = await source.now();
      return page('About', AboutPage({ data, formId: formIdFor(request, 'admin')?.() }));
    }),
  ];
}

/** How far back the plot goes. */
function spanOf({ query }: PageRequest): SeriesSpan {
  return SERIES_SPANS.find((span) => span === query.get('span')) ?? '1h';
}

const NONE = { alerts: [], left: [] };

async function deliveries(
  { source, viewing, now }: RouteParts,
  request: PageRequest,
  formId: string | undefined,
): Promise<PageAnswer> {
  const { user, query } = request;
  const asked: DeliveriesQuery = {
    state: given(query, 'state'),
    integration: given(query, 'integration'),
    reason: given(query, 'reason'),
    rule: given(query, 'rule'),
    agent: given(query, 'agent'),
    q: given(query, 'q'),
    since: given(query, 'since'),
    bundle: given(query, 'bundle'),
    before: given(query, 'before'),
  };
  const { search, problem } = searchOf(asked, viewing.hidesFrom(user), now());
  const [{ entries, next, isFull }, integrations] = await Promise.all([
    problem === undefined ? source.deliveries(search) : NO_PAGE,
    source.integrations(),
  ]);
  const rows = entries.map((entry) => viewing.row(entry, user));
  const body = DeliveriesPage({
    query: asked,
    rows,
    next,
    isFull,
    integrations,
    now: now(),
    formId,
    problem,
  });
  return page('Deliveries', body);
}

const NO_PAGE = { entries: [], next: undefined, isFull: true };

/** What an address asks for. */
function searchOf(
  query: DeliveriesQuery,
  hide: readonly string[],
  now: number,
): { readonly search: Search; readonly problem: string | undefined } {
  const { state, integration, reason, rule, agent, q, since, bundle, before } = query;
  const isAlertId = q !== undefined && /^\d{9,10}\.\d+$/.test(q);
  const span = since === undefined ? undefined : SPANS[since];
  const isState = (DELIVERY_STATES as readonly string[]).includes(state ?? 'pending');
  const search = {
    state: isState ? (state as DeliveryState | undefined) : undefined,
    integration,
    reason,
    rule,
    agent,
    hide,
    text: isAlertId ? undefined : q,
    alertId: isAlertId ? q : undefined,
    readSince: span === undefined ? undefined : now - span,
    bundle: bundle !== undefined && isId(bundle) ? Number(bundle) : undefined,
    before: before !== undefined && isId(before) ? Number(before) : undefined,
  };
  const wrong = [
    isState ? undefined : `there is no state ${state}`,
    since === undefined || span !== undefined ? undefined : `there is no span ${since}`,
    bundle === undefined || isId(bundle) ? undefined : 'bundle must be a number',
    before === undefined || isId(before) ? undefined : 'before must be a number',
  ];
  return { search, problem: wrong.find((one) => one !== undefined) };
}

function given(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)?.trim().slice(0, 200);
  return value === '' ? undefined : value;
}

function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function page(title: string, body: Extract<PageAnswer, { kind: 'page' }>['body']): PageAnswer {
  return { kind: 'page', title, body };
}

function missing(text: string): PageAnswer {
  const title = 'Not found';
  return { kind: 'page', title, body: Message({ title, text }), status: 404 };
}
