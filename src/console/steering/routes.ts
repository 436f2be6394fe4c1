import { printable } from '../../core/printable.ts';
import { includesRole } from '../auth/users.ts';
import type { Html, PageAnswer, PageRequest, Route } from '../http/route.ts';
import { Message } from '../pages/layout.tsx';
import { NoisePage } from '../pages/steering/noise.tsx';
import { IntegrationPage, RoutingPage } from '../pages/steering/routing.tsx';
import { partOf, progressText } from '../pages/steering/running.tsx';
import { NotForYou, SimulatePage } from '../pages/steering/simulate.tsx';
import type { Steering } from './data.ts';
import { type NoiseReport, type SimulateReport, TRIAL_SPANS, type TrialSpan } from './orders.ts';
import type { Run } from './runs.ts';
import { visibleNoise } from './visible-noise.ts';

export interface SteeringRoutesParts {
  readonly steering: Steering;
  /** Fields that viewers do not see. */
  readonly hide: readonly string[];
  /** Whether anything can be done at an address. */
  readonly writes: (path: string) => boolean;
  readonly now: () => number;
}

/** The longest settings that the daemon reads, in bytes; each may be written as three in a form. */
const LONGEST_SETTINGS = 256 << 10;
const LONGEST_FORM = 3 * LONGEST_SETTINGS + 1024;
/** How often a page without script looks how far something is, in seconds. */
const REFRESH = 2;
const USUAL_SPAN: TrialSpan = '24h';

/**
 * The pages about the configuration: in words, what of it makes noise, and what another one would do.
 * Nothing here changes anything, so that no form has an id of its own.
 */
export function steeringRoutes(parts: SteeringRoutesParts): readonly Route[] {
  const { steering, hide, writes, now } = parts;
  const { runs } = steering;
  const isOperator = ({ user }: PageRequest) => includesRole(user.role, 'operator');
  const mayCancel = (request: PageRequest, run: Run | undefined) =>
    run !== undefined && (isOperator(request) || run.who === request.user.name);
  const common = (request: PageRequest, run: Run | undefined) => ({
    now: now(),
    present: runs.present,
    mayCancel: mayCancel(request, runs.present),
    run: run?.outcome === undefined ? undefined : run,
  });
  const refresh = () => (runs.present === undefined ? undefined : REFRESH);
  const noisePage = (request: PageRequest, run: Run | undefined): PageAnswer => {
    const report = doneOf<NoiseReport>(run);
    const hidden = isOperator(request) ? [] : hide;
    const body = NoisePage({
      ...common(request, run),
      span: run?.order.span ?? USUAL_SPAN,
      report: report && visibleNoise(report, hidden),
      canAct: writes('/silences') && isOperator(request),
    });
    return page('Noise', body, refresh());
  };
  const simulatePage = async (
    request: PageRequest,
    run: Run | undefined,
    given?: { readonly settings: string; readonly span: TrialSpan; readonly problem: string },
  ): Promise<PageAnswer> => {
    const { order } = run ?? {};
    const tried = given?.settings ?? (order?.kind === 'simulate' ? order.settings : undefined);
    // The present file is looked at only where its text is wanted.
    const present = tried === undefined ? await runs.settings() : undefined;
    const cannot =
      present?.why === undefined ? undefined : `The present text cannot be shown: ${present.why}.`;
    const body = SimulatePage({
      ...common(request, run),
      span: given?.span ?? order?.span ?? USUAL_SPAN,
      report: doneOf<SimulateReport>(run),
      settings: tried ?? present?.text ?? '',
      path: steering.settingsPath,
      problem: given?.problem ?? cannot,
      earlier: runs.list('simulate').filter(({ id, outcome }) => {
        return outcome?.kind === 'done' && id !== run?.id;
      }),
    });
    return page('Simulate', body, refresh());
  };
  return [
    get('/routing', ({ query }) => {
      const from = /^\d{1,6}$/.test(query.get('from') ?? '') ? Number(query.get('from')) : 0;
      const data = steering.routing();
      const samples = steering.samples();
      return page('Routing', RoutingPage({ data, from, samples, now: now() }));
    }),
    get('/routing/:id', ({ id }) => {
      const of = steering.routing().integrations.find((one) => one.id === id);
      const settings = steering.settingsOf(id);
      if (of === undefined || settings === undefined) return GONE;
      return page(`Integration ${printable(id)}`, IntegrationPage({ of, settings }));
    }),
    get('/noise', (request) => noisePage(request, runs.list('noise')[0])),
    get('/noise/:id', (request) => {
      const run = runs.get(Number(request.id));
      return run?.order.kind === 'noise' ? noisePage(request, run) : GONE;
    }),
    post('/noise', 'viewer', ({ form, user }) => {
      const run = runs.start({ kind: 'noise', span: spanOf(form) }, user.name);
      return { kind: 'redirect', to: run === undefined ? '/noise' : `/noise/${run.id}` };
    }),
    get('/simulate', (request) =>
      isOperator(request) ? simulatePage(request, undefined) : page('Simulate', NotForYou()),
    ),
    {
      ...get('/simulate/:id', (request) => {
        const run = runs.get(Number(request.id));
        return run?.order.kind === 'simulate' ? simulatePage(request, run) : GONE;
      }),
      role: 'operator',
    },
    {
      ...post('/simulate', 'operator', (request) => {
        const form = new URLSearchParams(Buffer.from(request.bytes).toString('latin1'));
        const settings = (form.get('settings') ?? '').replaceAll('\r\n', '\n');
        const span = spanOf(form);
        const wrong = (problem: string) =>
          simulatePage(request, undefined, { settings, span, problem });
        if (Buffer.byteLength(settings) > LONGEST_SETTINGS) {
          return wrong('This is longer than 256 KiB, which is the longest that is read.');
        }
        const run = runs.start({ kind: 'simulate', span, settings }, request.user.name);
        if (run === undefined) return wrong('Another one is at work: wait for it, or cancel it.');
        return { kind: 'redirect', to: `/simulate/${run.id}` };
      }),
      longestBytes: LONGEST_FORM,
    },
    get('/run/:id', ({ id }) => {
      const run = runs.get(Number(id));
      const isOver = run === undefined || run.outcome !== undefined;
      const text = run === undefined ? '' : progressText(run, now());
      return { kind: 'json', value: { isOver, part: run === undefined ? 0 : partOf(run), text } };
    }),
    post('/run/cancel', 'viewer', (request) => {
      const run = runs.get(Number(request.form.get('id')));
      if (run === undefined || !mayCancel(request, run)) return GONE;
      runs.cancel(run.id, request.user.name);
      return { kind: 'redirect', to: `/${run.order.kind}/${run.id}` };
    }),
  ];
}

function get(path: string, answer: Route['answer']): Route {
  return { method: 'GET', path, role: 'viewer', answer };
}

function post(path: string, role: Route['role'], answer: Route['answer']): Route {
  return { method: 'POST', path, role, answer };
}

function page(title: string, body: Html, refresh?: number): PageAnswer {
  return { kind: 'page', title, body, refresh };
}

const GONE: PageAnswer = {
  kind: 'page',
  title: 'Not found',
  body: Message({ title: 'Not found', text: 'There is nothing of this name.' }),
  status: 404,
};

function spanOf(form: URLSearchParams): TrialSpan {
  const span = form.get('span') ?? '';
  return Object.hasOwn(TRIAL_SPANS, span) ? (span as TrialSpan) : USUAL_SPAN;
}

function doneOf<Report>(run: Run | undefined): Report | undefined {
  return run?.outcome?.kind === 'done' ? (run.outcome.value as Report) : undefined;
}
