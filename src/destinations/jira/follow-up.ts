import {
  type Clock,
  delivered,
  failedLookup,
  type HttpResponse,
  headline,
  type Job,
  type Outcome,
  type RequestSession,
  unanswered,
} from '../sdk/index.ts';
import { firstFound, JIRA } from './answer.ts';
import { bundleTextFor } from './bundle-text.ts';
import { groupLabelOf, labelOf } from './issue.ts';
import type { JiraMemory } from './memory.ts';
import type { JiraRequests } from './requests.ts';
import type { IssueOptions } from './settings.ts';
import { textFor } from './text.ts';

/** What is needed to find an issue and write to it. */
export interface FollowUpParts {
  readonly session: RequestSession;
  readonly requests: JiraRequests;
  readonly memory: JiraMemory;
  readonly clock: Clock;
}

/**
 * Adds an alert as a comment to the open issue of its rule and agent.
 * @returns undefined when there is none, or it refuses comments: the alert then needs its own issue.
 */
export async function followUp(
  job: Job,
  { apiVersion }: IssueOptions,
  { session, requests, memory, clock }: FollowUpParts,
): Promise<Outcome | undefined> {
  const { alert, attempts, bundle } = job;
  const group = groupLabelOf(job);
  if (group === undefined) return undefined;
  let issue = memory.opened(group);
  if (issue === undefined) {
    const search = await session.send(requests.search(group, 'open'));
    const found = firstFound(search);
    if (typeof found !== 'string') return failedLookup(search, JIRA, clock.now());
    issue = found;
  }
  const mark = labelOf(job);
  if (attempts > 0) {
    const comments = await session.send(requests.comments(issue));
    if (comments.ok && comments.status === 200 && comments.body.includes(mark)) {
      const message = `${issue} already has this alert as a comment: an earlier attempt had arrived.`;
      return { kind: 'delivered', status: comments.status, message };
    }
    const end = failedLookup(comments, JIRA, clock.now());
    if (end !== undefined) return end;
  }
  const reference = ['Reference', mark] as const;
  const text =
    bundle === undefined
      ? textFor(apiVersion, alert, 'whole', [reference])
      : bundleTextFor(apiVersion, bundle, 'whole', [['What', headline(bundle)], reference]);
  const result = await session.send(requests.comment(issue, text));
  if (!result.ok) return unanswered(result, 'The next attempt first checks whether Jira has it.');
  if (isSuccess(result)) {
    return { ...delivered(result), message: `Added as a comment to ${issue}.` };
  }
  // Not every user who can create issues can comment on all of them.
  return result.status === 403 ? undefined : failedLookup(result, JIRA, clock.now());
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status <= 299;
}
