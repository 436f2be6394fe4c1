import type { z } from 'zod';
import {
  type Delivery,
  type DeliveryContext,
  defineDestination,
  failed,
  failedLookup,
  type HttpResult,
  type Outcome,
  type RequestSession,
  unanswered,
} from '../sdk/index.ts';
import { createdKey, fieldErrors, firstFound, JIRA, readCreated } from './answer.ts';
import { examples } from './examples.ts';
import { type FollowUpParts, followUp } from './follow-up.ts';
import {
  groupLabelOf,
  issueFields,
  labelOf,
  NO_REDUCTION,
  type Reduction,
  reductionAfter,
} from './issue.ts';
import { JiraMemory } from './memory.ts';
import { JiraRequests, partsOfKey } from './requests.ts';
import { type IssueOptions, issueOptions, settings } from './settings.ts';

/** Every issue takes several requests. */
const LEAST_SECONDS = 30;

/**
 * How long a search may take to find a new issue (Jira Cloud documents that it can take some time).
 * An issue that may have been created is not searched for earlier, or a second one would be created.
 */
const INDEX_DELAY_MS = 30_000;

type JiraDelivery = Delivery<z.output<typeof settings>>;

/** Jira Cloud and Data Center: every alert becomes an issue, or a comment on an open one. */
export default defineDestination({
  name: 'jira',
  title: JIRA.title,
  knownToWazuh: false,
  settings,
  // One at a time, so that the second of two related alerts finds the issue of the first.
  concurrency: 1,
  opensCases: true,
  defaultTimeout: LEAST_SECONDS,
  request(job) {
    const options = issueOptions(job.settings);
    const fields = issueFields(job, options, NO_REDUCTION);
    return new JiraRequests(job.settings, options).create(fields);
  },
  exchange: attempt,
  secretForms: ({ api_key: key }) => partsOfKey(key),
  examples,
});

interface Parts extends FollowUpParts {
  readonly options: IssueOptions;
}

/** Looks for the alert's issue, then for an open one to add it to; otherwise creates one. */
async function attempt(
  job: JiraDelivery,
  session: RequestSession,
  { cache, clock }: DeliveryContext,
): Promise<Outcome> {
  const { settings: own } = job;
  const options = issueOptions(own);
  const requests = new JiraRequests(own, options);
  const memory = new JiraMemory(cache, own, options);
  const parts: Parts = { session, requests, memory, clock, options };

  const search = await session.send(requests.search(labelOf(job), 'all'));
  const found = firstFound(search);
  if (typeof found === 'string') {
    return { kind: 'delivered', message: `Jira already has this alert: ${found}.` };
  }
  const end = found === null ? undefined : endOfAttempt(search, clock.now());
  if (end !== undefined) return end;
  const comment = options.groupFollowUps ? await followUp(job, options, parts) : undefined;
  return comment ?? (await create(job, parts));
}

/** Why a failed search ends the attempt; undefined when the attempt can continue without it. */
function endOfAttempt(search: HttpResult, now: number): Outcome | undefined {
  const end = failedLookup(search, JIRA, now);
  if (end !== undefined || !search.ok || search.status > 299) return end;
  const message =
    'The answer to the search for this alert is not from Jira. A login page or a proxy may be answering instead; check <hook_url>. Nothing was sent yet; it will be retried.';
  return failed(search, { kind: 'retry', reason: 'server_error', message }, now);
}

/** Creates the issue; when Jira refuses it, once more without the refused parts. */
async function create(job: JiraDelivery, parts: Parts): Promise<Outcome> {
  const { session, requests, memory, options, clock } = parts;
  const group = options.groupFollowUps ? groupLabelOf(job) : undefined;
  const send = async (fields: ReturnType<typeof issueFields>) => {
    const result = await session.send(requests.create(fields));
    const key = result.ok ? createdKey(result) : undefined;
    if (key !== undefined && group !== undefined) memory.keepOpened(group, key);
    return { result, outcome: read(result, clock.now()) };
  };

  const first: Reduction = { ...NO_REDUCTION, without: memory.unsettable };
  const fields = issueFields(job, options, first);
  const { result, outcome } = await send(fields);
  if (!result.ok || outcome.kind !== 'reject' || session.isOver()) return outcome;

  const errors = fieldErrors(result);
  const reduction = reductionAfter(errors, fields, first);
  const second = await send(issueFields(job, options, reduction));
  if (second.outcome.kind !== 'delivered') return second.outcome;
  const refused = reduction.without.filter((name) => Object.hasOwn(errors, name));
  if (refused.length === 0) return second.outcome;
  memory.keepUnsettable([...first.without, ...refused]);
  const message = `${second.outcome.message ?? ''} Without ${refused.join(', ')}, which this user cannot set here.`;
  return { ...second.outcome, message };
}

function read(result: HttpResult, now: number): Outcome {
  const outcome = result.ok
    ? readCreated(result, now)
    : unanswered(result, 'The next attempt first checks whether Jira has it.');
  if (outcome.kind !== 'retry' || outcome.reason === 'rate_limited') return outcome;
  if (!result.ok && !result.mayHaveArrived) return outcome;
  return { ...outcome, notBefore: Math.max(outcome.notBefore ?? 0, now + INDEX_DELAY_MS) };
}
