import type { Log } from '../core/log.ts';
import type { FormIds } from './auth/form-ids.ts';
import type { Role } from './auth/users.ts';
import type { ActionResult, ConsoleActions } from './data.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import { DonePage } from './pages/acted.tsx';

/** What acting needs. */
export interface ActingParts {
  readonly actions: ConsoleActions;
  readonly formIds: FormIds;
  readonly now: () => number;
  readonly log: Log;
}

/** Makes routes that do something: each time that their form is sent first, and never again. */
export function postOf(formIds: FormIds) {
  return (path: string, role: Role, act: (request: PageRequest) => Promise<PageAnswer>): Route => ({
    method: 'POST',
    path,
    role,
    answer: (request) => {
      const isFirst = formIds.use(request.form.get('form') ?? '', request.user.name);
      return isFirst ? act(request) : ALREADY;
    },
  });
}

/** Logs what was done, and says it. @param back the path of the page that it was done from. */
export function doneOf(
  log: Log,
  request: PageRequest,
  action: string,
  result: ActionResult,
  back: string,
): PageAnswer {
  log.info('acted in the console', { who: request.user.name, action, result: result.text });
  const { ok, text, details = [] } = result;
  const title = ok ? 'Done' : 'Nothing was done';
  const body = DonePage({ ok, text, details, back });
  return { kind: 'page', title, body, status: ok ? 200 : 409 };
}

/** A form said what cannot be done. */
export function wrong(text: string, back: string): PageAnswer {
  const body = DonePage({ ok: false, text, details: [], back });
  return { kind: 'page', title: 'Nothing was done', body, status: 400 };
}

/** As the audit has it: that it was in the console says who could be meant. */
export function whoIs({ user }: PageRequest): string {
  return `${user.name} (console)`;
}

/** Where a form came from: a path of ours. */
export function backOf(form: URLSearchParams): string {
  const back = form.get('back') ?? '/';
  return /^\/(?![/\\])/.test(back) ? back : '/';
}

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
