import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { whoIs } from './acting.ts';
import type { FormIds } from './auth/form-ids.ts';
import { includesRole } from './auth/users.ts';
import type { ConsoleActions, ConsoleSource } from './data.ts';
import { filterOf, filterText, queryOf, searchOf } from './deliveries-query.ts';
import { Exports } from './exports.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import { DonePage } from './pages/acted.tsx';
import { DeliveriesPage } from './pages/deliveries.tsx';
import type { Viewing } from './viewing.ts';

export interface DeliveriesRouteParts {
  readonly source: Pick<ConsoleSource, 'deliveries' | 'integrations' | 'exported'>;
  readonly viewing: Viewing;
  readonly formIds: FormIds;
  /** Whether anything can be done at a path. */
  readonly writes: (path: string) => boolean;
  readonly now: () => number;
}

/** The list of deliveries. */
export function deliveriesRoutes(parts: DeliveriesRouteParts): readonly Route[] {
  const answer = (request: PageRequest) => deliveries(parts, request);
  return [{ method: 'GET', path: '/deliveries', role: 'viewer', answer }];
}

async function deliveries(
  { source, viewing, formIds, writes, now }: DeliveriesRouteParts,
  { user, query }: PageRequest,
): Promise<PageAnswer> {
  const asked = queryOf(query);
  const { search, problem } = searchOf(asked, viewing.hidesFrom(user), now());
  const [{ entries, next, isFull }, integrations] = await Promise.all([
    problem === undefined ? source.deliveries(search) : NO_PAGE,
    source.integrations(),
  ]);
  const canAct = writes('/deliveries') && includesRole(user.role, 'operator');
  const body = DeliveriesPage({
    query: asked,
    filter: problem === undefined ? filterText(search) : undefined,
    rows: entries.map((entry) => viewing.row(entry, user)),
    next,
    isFull,
    integrations,
    now: now(),
    formId: canAct ? () => formIds.issue(user.name) : undefined,
    problem,
  });
  return { kind: 'page', title: 'Deliveries', body };
}

const NO_PAGE = { entries: [], next: undefined, isFull: true };

export interface ExportRouteParts extends DeliveriesRouteParts {
  readonly actions: Pick<ConsoleActions, 'exported'>;
  readonly log: Log;
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * What a filter lets through, as a file. Viewers may as well, of what they see; nothing is changed, so that
 * its form can be sent again. What operators took is in the audit, and all of it in the log.
 */
export function exportRoute(parts: ExportRouteParts): Route {
  const { source, viewing, writes, actions, log, now, clock } = parts;
  const exports = new Exports(source, clock);
  return {
    method: 'POST',
    path: '/deliveries/export',
    role: 'viewer',
    answer: (request) => {
      const { user, form, isStillIn } = request;
      const selection = filterOf(form.get('filter') ?? '');
      if (selection === undefined) return refused('There is no such filter.', 400);
      const search = { ...selection, hide: viewing.hidesFrom(user) };
      const stream = exports.open(search, isStillIn, (count) => {
        const result = `${count} deliveries`;
        log.info('acted in the console', { who: user.name, action: 'export', result });
        if (!writes('/deliveries/export') || !includesRole(user.role, 'operator')) return;
        void actions.exported({ count, selection }, whoIs(request));
      });
      if (stream === undefined) return refused('Another export is running: wait for it.', 503);
      const time = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
      return { kind: 'file', name: `integratord-deliveries-${time}.ndjson`, stream };
    },
  };
}

function refused(text: string, status: 400 | 503): PageAnswer {
  const body = DonePage({ ok: false, text, details: [], back: '/deliveries' });
  return { kind: 'page', title: 'Nothing was exported', body, status };
}
