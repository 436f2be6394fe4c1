import type { FormIds } from './auth/form-ids.ts';
import { includesRole } from './auth/users.ts';
import type { ConsoleSource } from './data.ts';
import { deliveriesRoutes } from './deliveries-routes.ts';
import { explainRoutes } from './explain-routes.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import type { Live } from './live.ts';
import { AboutPage } from './pages/about.tsx';
import { ActivityPage } from './pages/activity.tsx';
import { DeadPage } from './pages/dead.tsx';
import { DeliveryPage } from './pages/delivery.tsx';
import { Message } from './pages/layout.tsx';
import { NowPage } from './pages/now.tsx';
import { SERIES_SPANS, type SeriesSpan } from './series.ts';
import { silenceRoutes } from './silence-routes.ts';
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
  return [
    get('/', async (request) => {
      const data = await source.now();
      const canAct = mayAct(request);
      const span = spanOf(request);
      const formId = formIdFor(request)?.() ?? '';
      return page('Now', NowPage({ data, canAct, formId, notices: source.notices(), span }));
    }),
    get('/series', (request) => ({ kind: 'json', value: source.series(spanOf(request)) })),
    get('/events', (request) => {
      const stream = live.subscribe(mayAct(request), request.isStillIn, request.lastEventId);
      return stream === undefined ? { kind: 'full' } : { kind: 'events', stream };
    }),
    ...deliveriesRoutes(parts),
    get('/delivery/:id', async (request) => {
      const id = Number(request.id);
      const hide = viewing.hidesFrom(request.user);
      const found = isId(request.id) ? await source.delivery(id, hide) : undefined;
      if (found === undefined) return missing(`There is no delivery ${request.id}.`);
      const shown = viewing.alert(found.alert, request.user);
      const { detail, rendering } = found;
      const formId = formIdFor(request)?.();
      return page(
        `Delivery ${id}`,
        DeliveryPage({ ...shown, detail, rendering, now: now(), formId }),
      );
    }),
    get('/dead', async (request) => {
      const found = await source.deadGroups(request.query.get('all') === '1');
      return page('Dead letters', DeadPage({ found, now: now(), formId: formIdFor(request) }));
    }),
    ...explainRoutes(parts),
    ...silenceRoutes(parts),
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
