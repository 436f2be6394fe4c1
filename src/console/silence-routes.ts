import { SILENCE_ENDINGS, type SilenceEnding } from '../core/silence.ts';
import { type ActingParts, doneOf, postOf, whoIs, wrong } from './acting.ts';
import type { FormIds } from './auth/form-ids.ts';
import { includesRole } from './auth/users.ts';
import type { ConsoleSource } from './data.ts';
import type { PageAnswer, PageRequest, Route } from './http/route.ts';
import { Message } from './pages/layout.tsx';
import { SilencePage } from './pages/silence.tsx';
import type { SilenceFields } from './pages/silence-form.tsx';
import { SilenceTrialPage } from './pages/silence-trial.tsx';
import { SilencesPage } from './pages/silences.tsx';
import type { SilenceWish } from './silence-data.ts';
import { endAsked } from './silence-ends.ts';

export interface SilenceParts {
  readonly source: Pick<ConsoleSource, 'silences' | 'receipts' | 'integrations'>;
  readonly formIds: FormIds;
  /** Whether anything can be done at a path. */
  readonly writes: (path: string) => boolean;
  readonly now: () => number;
}

/** The pages about silences. */
export function silenceRoutes({ source, formIds, writes, now }: SilenceParts): readonly Route[] {
  const formIdFor = ({ user }: PageRequest) =>
    writes('/silences') && includesRole(user.role, 'operator')
      ? () => formIds.issue(user.name)
      : undefined;
  return [
    {
      method: 'GET',
      path: '/silences',
      role: 'viewer',
      answer: async (request) => {
        const [silences, integrations] = await Promise.all([
          source.silences(),
          source.integrations(),
        ]);
        const fields = fieldsOf(request.query);
        const formId = formIdFor(request);
        const body = SilencesPage({ silences, integrations, now: now(), formId, fields });
        return { kind: 'page', title: 'Silences', body };
      },
    },
    {
      method: 'GET',
      path: '/silence/:id',
      role: 'viewer',
      answer: async (request) => {
        const silences = await source.silences();
        const silence = silences.find(({ id }) => String(id) === request.id);
        if (silence === undefined) {
          const text = `There is no silence ${request.id}.`;
          const body = Message({ title: 'Not found', text });
          return { kind: 'page', title: 'Not found', body, status: 404 };
        }
        const receipts = await source.receipts(silence.record.key);
        const formId = formIdFor(request);
        const body = SilencePage({ silence, receipts, now: now(), formId });
        return { kind: 'page', title: `Silence ${request.id}`, body };
      },
    },
  ];
}

/** What people can do about silences. */
export function silenceActions(
  parts: ActingParts & { readonly source: Pick<ConsoleSource, 'integrations'> },
): readonly Route[] {
  const { actions, formIds, now, source } = parts;
  const post = postOf(formIds);
  return [
    {
      method: 'POST',
      path: '/silences/preview',
      role: 'operator',
      // It changes nothing: the id of the form stays good for adding it.
      answer: (request) => preview(request, parts, source.integrations()),
    },
    post('/silences/add', 'operator', async (request) => {
      const wish = wishOf(fieldsOf(request.form), now());
      if (typeof wish === 'string') return wrong(wish, '/silences');
      const result = await actions.addSilence(wish, whoIs(request));
      return doneOf(parts.log, request, 'silence add', result, '/silences');
    }),
    post('/silences/extend', 'operator', async (request) => {
      const { form } = request;
      const id = Number(form.get('id'));
      const back = `/silence/${id}`;
      const from = Number(form.get('from'));
      const isTime = Number.isSafeInteger(from) && from > 0;
      const until = isTime
        ? endAsked(from, form.get('end') ?? '', form.get('at') ?? '')
        : undefined;
      if (until === undefined) return wrong('There is no such end.', back);
      const result = await actions.extendSilence(id, until, whoIs(request));
      return doneOf(parts.log, request, `silence extend ${id}`, result, back);
    }),
    post('/silences/end', 'operator', async (request) => {
      const id = Number(request.form.get('id'));
      const result = await actions.endSilence(id, whoIs(request));
      return doneOf(parts.log, request, `silence end ${id}`, result, `/silence/${id}`);
    }),
  ];
}

async function preview(
  request: PageRequest,
  { actions, formIds, now }: Pick<ActingParts, 'actions' | 'formIds' | 'now'>,
  known: Promise<string[]>,
): Promise<PageAnswer> {
  const fields = fieldsOf(request.form);
  const integrations = await known;
  const wish = wishOf(fields, now());
  const { problems, trial } =
    typeof wish === 'string'
      ? { problems: [wish], trial: undefined }
      : await actions.trySilence(wish, whoIs(request));
  const body = SilenceTrialPage({
    fields,
    until: typeof wish === 'string' ? undefined : wish.until,
    problems,
    trial,
    integrations,
    now: now(),
    formId: formIds.issue(request.user.name),
  });
  return {
    kind: 'page',
    title: 'A silence, before it is made',
    body,
    status: problems.length > 0 ? 400 : 200,
  };
}

/** The fields of the form as they were sent, or as a page that led here filled them. */
function fieldsOf(given: URLSearchParams): SilenceFields {
  const text = (name: string, longest = 200) => (given.get(name) ?? '').trim().slice(0, longest);
  return {
    rule: text('rule'),
    agent: text('agent'),
    integration: text('integration'),
    end: text('end'),
    at: text('at'),
    why: text('why'),
    when: text('when', 2000),
    ending: text('ending'),
    evenCritical: given.get('even_critical') !== null,
  };
}

/** The silence that a form asks for; a text says what is missing. */
function wishOf(fields: SilenceFields, now: number): SilenceWish | string {
  const { rule, agent, integration, end, at, why, when, evenCritical } = fields;
  const ending = (fields.ending === '' ? 'summary' : fields.ending) as SilenceEnding;
  const until = endAsked(now, end, at);
  const [rules, agents] = [listOf(rule), listOf(agent)];
  if (why === '') return 'Say why: whoever looks for an alert will read it.';
  if (until === undefined) return 'There is no such end.';
  if (until <= now) return 'It would end before it begins.';
  if (!SILENCE_ENDINGS.includes(ending)) return 'There is no such ending.';
  if (rules.length + agents.length === 0 && when === '') {
    return 'Say which alerts: a rule, an agent or an expression. To stop all, pause.';
  }
  const isBySet = rules.length + agents.length > 0;
  const only = { ...(rules.length > 0 && { rules }), ...(agents.length > 0 && { agents }) };
  return {
    only: isBySet ? only : undefined,
    when: when === '' ? undefined : when,
    until,
    why: why.replace(/\s+/g, ' '),
    integrations: integration === '' ? undefined : [integration],
    ending,
    evenCritical,
  };
}

function listOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .slice(0, 50);
}
