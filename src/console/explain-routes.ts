import { includesRole } from './auth/users.ts';
import type { ConsoleSource } from './data.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import { AlertPage, type AlertParts } from './pages/alert.tsx';
import { LONGEST_GIVEN } from './reader/protocol.ts';
import type { Viewing } from './viewing.ts';

export interface ExplainParts {
  readonly source: Pick<ConsoleSource, 'explain' | 'explainGiven'>;
  readonly viewing: Viewing;
  /** Whether anything can be done at a path. */
  readonly writes: (path: string) => boolean;
  readonly now: () => number;
}

/** A byte may be written as three in a form. */
const LONGEST_BYTES = 3 * LONGEST_GIVEN + 1024;
/** Characters of JSON that are shown of all alerts together. */
const MOST_JSON = 200_000;

/**
 * Explains an alert that is stored, by its id, or one that somebody pastes. Nothing is changed and nothing
 * is kept, so that viewers may, and no form has an id of its own.
 */
export function explainRoutes({ source, viewing, writes, now }: ExplainParts): readonly Route[] {
  const explainPage = (
    request: PageRequest,
    {
      alerts,
      ...rest
    }: Pick<AlertParts, 'given'> &
      Partial<Pick<AlertParts, 'left' | 'problems' | 'isCut'>> & {
        alerts: Awaited<ReturnType<ConsoleSource['explain']>>['alerts'];
      },
  ): PageAnswer => {
    const longest = Math.floor(MOST_JSON / Math.max(1, alerts.length));
    const body = AlertPage({
      left: [],
      problems: [],
      isCut: false,
      ...rest,
      now: now(),
      canAct: writes('/silences') && includesRole(request.user.role, 'operator'),
      alerts: alerts.map((alert) => viewing.alert(alert, request.user, longest)),
    });
    return { kind: 'page', title: 'Explain an alert', body };
  };
  const byId = async (request: PageRequest, id: string) => {
    if (id === '') return explainPage(request, { given: '', alerts: [] });
    const { alerts, left } = await source.explain(id);
    const problems = alerts.length > 0 ? [] : [`There is no alert ${id} ${PLACES}`];
    return explainPage(request, { given: id, alerts, left, problems });
  };
  return [
    {
      method: 'GET',
      path: '/alert',
      role: 'viewer',
      answer: (request) => byId(request, request.query.get('id')?.trim() ?? ''),
    },
    {
      method: 'GET',
      path: '/alert/:id',
      role: 'viewer',
      answer: (request) => byId(request, request.id),
    },
    {
      method: 'POST',
      path: '/alert',
      role: 'viewer',
      longestBytes: LONGEST_BYTES,
      answer: async (request) => {
        const found = await source.explainGiven(request.bytes);
        if (found.kind === 'id') {
          return { kind: 'redirect', to: `/alert/${encodeURIComponent(found.id)}` };
        }
        const { text: given, alerts, isCut } = found;
        const isNothing = alerts.length + found.problems.length === 0;
        const problems = isNothing
          ? ['Nothing was given.']
          : found.problems.map((problem) => `This is no alert: ${problem}`);
        return explainPage(request, { given, alerts, problems, isCut });
      },
    },
  ];
}

const PLACES = 'in the outbox, in the alert file or in the archives of its day.';
