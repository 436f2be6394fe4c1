import { type ActingParts, backOf, doneOf, postOf, whoIs, wrong } from './acting.ts';
import type { ActionTarget } from './action-target.ts';
import type { ActionResult } from './data.ts';
import { filterOf } from './deliveries-query.ts';
import type { PageRequest, Route } from './http/route.ts';
import { ConfirmPage } from './pages/acted.tsx';

/** Above this, the number must be typed. */
const MANY = 100;

/** What people can do. Every form has an id that is good once, and all that is done is kept and logged. */
export function actingRoutes({ actions, formIds, log }: ActingParts): readonly Route[] {
  const post = postOf(formIds);
  const done = (...of: [PageRequest, string, ActionResult, string]) => doneOf(log, ...of);
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
      const { count, isWhole, upTo } = await actions.count(target, action);
      if (!isWhole) return wrong(tooMany(count), back);
      if (count === 0) return wrong(NOTHING[action], back);
      const confirmed = form.get('confirmed');
      const isAsked = action === 'drop' || count > MANY || 'filter' in target;
      const isSure = count > MANY ? confirmed === String(count) : confirmed !== null;
      if (isAsked && !isSure) {
        const formId = formIds.issue(request.user.name);
        const mustType = count > MANY;
        const fields = fieldsOf(form, upTo);
        const body = ConfirmPage({ action, count, mustType, formId, back, fields });
        return { kind: 'page', title: `${VERBS[action]} ${count}?`, body };
      }
      const result = await actions[action](target, whoIs(request));
      return done(request, `${action} ${count}`, result, back);
    }),
    pause('/lanes/pause', true),
    pause('/lanes/resume', false),
    post('/test', 'operator', async (request) => {
      const integration = request.form.get('integration') ?? '';
      const result = await actions.test(integration, whoIs(request));
      const answer = done(request, `test ${integration}`, result, '/deliveries');
      return result.to === undefined ? answer : { kind: 'redirect', to: result.to };
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

/** What a form is about; undefined where it says nothing that can be. */
function targetOf(form: URLSearchParams): ActionTarget | undefined {
  const ids = form.getAll('id');
  if (ids.length > 0) {
    const isRight = ids.length <= MANY && ids.every((id) => /^\d{1,15}$/.test(id));
    return isRight ? { ids: [...new Set(ids.map(Number))] } : undefined;
  }
  const filter = form.get('filter');
  if (filter !== null) return filterTarget(filter, form.get('upTo'));
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

function filterTarget(text: string, upTo: string | null): ActionTarget | undefined {
  const filter = filterOf(text);
  if (filter === undefined || (upTo !== null && !/^\d{1,15}$/.test(upTo))) return undefined;
  return { filter, upTo: upTo === null ? undefined : Number(upTo) };
}

/** What the form of a question repeats. What came after it was asked is not meant. */
function fieldsOf(form: URLSearchParams, upTo: number): readonly (readonly [string, string])[] {
  const kept = [...form].filter(([name]) =>
    ['id', 'group', 'filter', 'back', 'action'].includes(name),
  );
  return form.get('filter') === null ? kept : [...kept, ['upTo', form.get('upTo') ?? String(upTo)]];
}

function tooMany(count: number): string {
  return `More than ${count} match, too many to be counted in time. Look for fewer, or use integratord queue retry.`;
}
