import type { Log } from '../core/log.ts';
import type { ActionTarget } from './action-target.ts';
import type { FormIds } from './auth/form-ids.ts';
import type { ActionResult, ConsoleActions } from './data.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import { ConfirmPage, DonePage } from './pages/acted.tsx';
import { SPANS } from './pages/spans.ts';

export interface ActingParts {
  readonly actions: ConsoleActions;
  readonly formIds: FormIds;
  readonly now: () => number;
  readonly log: Log;
}

/** Above this, the number must be typed. */
const MANY = 100;

/** What people can do. Every form has an id that is good once, and all that is done is kept and logged. */
export function actingRoutes({ actions, formIds, now, log }: ActingParts): readonly Route[] {
  const post = (
    path: string,
    role: 'operator' | 'admin',
    act: (request: PageRequest) => Promise<PageAnswer>,
  ): Route => ({
    method: 'POST',
    path,
    role,
    answer: (request) => {
      const isFirst = formIds.use(request.form.get('form') ?? '', request.user.name);
      return isFirst ? act(request) : ALREADY;
    },
  });
  const done = (request: PageRequest, action: string, result: ActionResult, back: string) => {
    log.info('acted in the console', { who: request.user.name, action, result: result.text });
    return donePage(result, back);
  };
  const pause = (path: string, isPaused: boolean) =>
    post(path, 'operator', async (request) => {
      const integration = request.form.get('integration') ?? '';
      const result = await actions.pause(integration, isPaused, whoIs(request));
      return done(request, `${isPaused ? 'pause' : 'resume'} ${integration}`, result, '/');
    });
  return [
    post('/act', 'operator', async (request) => {
      const { form } = request;
      const action = form.get('action');
      const back = backOf(form);
      const target = targetOf(form);
      if (action !== 'retry' && action !== 'drop') return wrong('There is no such action.', back);
      if (target === undefined) return wrong('Nothing is selected.', back);
      const count = await actions.count(target, action);
      if (count === 0) return wrong(NOTHING[action], back);
      const confirmed = form.get('confirmed');
      const isAsked = action === 'drop' || count > MANY;
      const isSure = count > MANY ? confirmed === String(count) : confirmed !== null;
      if (isAsked && !isSure) {
        const formId = formIds.issue(request.user.name);
        const mustType = count > MANY;
        const fields = fieldsOf(form);
        const body = ConfirmPage({ action, count, mustType, formId, back, fields });
        return { kind: 'page', title: `${VERBS[action]} ${count}?`, body };
      }
      const result = await actions[action](target, whoIs(request));
      return done(request, `${action} ${count}`, result, back);
    }),
    pause('/lanes/pause', true),
    pause('/lanes/resume', false),
    post('/silences/add', 'operator', async (request) => {
      const { form } = request;
      const why = (form.get('why') ?? '').trim();
      const span = SPANS[form.get('span') ?? ''];
      const [rules, agents] = [listOf(form.get('rule')), listOf(form.get('agent'))];
      const back = '/silences';
      if (why === '') return wrong('Say why: whoever looks for an alert will read it.', back);
      if (span === undefined) return wrong('There is no such span.', back);
      if (rules.length + agents.length === 0) {
        return wrong('Say which alerts: a rule or an agent. To stop all, pause.', back);
      }
      const only = {
        ...(rules.length > 0 && { rules }),
        ...(agents.length > 0 && { agents }),
      };
      const integration = form.get('integration') ?? '';
      const integrations = integration === '' ? undefined : [integration];
      const wish = { only, until: now() + span, why, integrations };
      const result = await actions.addSilence(wish, whoIs(request));
      return done(request, 'silence add', result, back);
    }),
    post('/silences/end', 'operator', async (request) => {
      const id = Number(request.form.get('id'));
      const result = await actions.endSilence(id, whoIs(request));
      return done(request, `silence end ${id}`, result, '/silences');
    }),
    post('/reload', 'admin', async (request) => {
      return done(request, 'reload', await actions.reload(whoIs(request)), '/about');
    }),
  ];
}

const VERBS = { retry: 'Retry', drop: 'Drop' } as const;
const NOTHING = {
  retry: 'None of these can be retried: they were delivered, or are gone.',
  drop: 'None of these is a dead letter: only those can be dropped here.',
} as const;

const ALREADY: PageAnswer = {
  kind: 'page',
  title: 'Nothing was done',
  body: DonePage({
    ok: false,
    text: 'This form was used already, or is too old. Open the page again.',
    details: [],
    back: '/',
  }),
  status: 409,
};

function wrong(text: string, back: string): PageAnswer {
  const body = DonePage({ ok: false, text, details: [], back });
  return { kind: 'page', title: 'Nothing was done', body, status: 400 };
}

function donePage({ ok, text, details = [] }: ActionResult, back: string): PageAnswer {
  const title = ok ? 'Done' : 'Nothing was done';
  return {
    kind: 'page',
    title,
    body: DonePage({ ok, text, details, back }),
    status: ok ? 200 : 409,
  };
}

/** As the audit has it: that it was in the console says who could be meant. */
function whoIs({ user }: PageRequest): string {
  return `${user.name} (console)`;
}

/** Where a form came from: a path of ours. */
function backOf(form: URLSearchParams): string {
  const back = form.get('back') ?? '/';
  return /^\/(?![/\\])/.test(back) ? back : '/';
}

/** What a form is about; undefined where it says nothing that can be. */
function targetOf(form: URLSearchParams): ActionTarget | undefined {
  const ids = form.getAll('id');
  if (ids.length > 0) {
    const isRight = ids.length <= MANY && ids.every((id) => /^\d{1,15}$/.test(id));
    return isRight ? { ids: [...new Set(ids.map(Number))] } : undefined;
  }
  try {
    const group = JSON.parse(form.get('group') ?? '') as Readonly<Record<string, unknown>>;
    const { integration, reason, message, upTo } = group;
    if (typeof integration !== 'string' || typeof message !== 'string') return undefined;
    if (typeof upTo !== 'number' || !(reason === undefined || typeof reason === 'string')) {
      return undefined;
    }
    return { group: { integration, reason, message }, upTo };
  } catch {
    return undefined;
  }
}

/** What the form of a question repeats. */
function fieldsOf(form: URLSearchParams): readonly (readonly [string, string])[] {
  return [...form].filter(([name]) => ['id', 'group', 'back', 'action'].includes(name));
}

function listOf(text: string | null): string[] {
  return (text ?? '')
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .slice(0, 50);
}
