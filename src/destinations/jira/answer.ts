import {
  classifyHttp,
  delivered,
  displayText,
  failed,
  firstJson,
  type HttpResponse,
  type HttpResult,
  isJsonObject,
  type JsonObject,
  type Outcome,
  type Service,
} from '../sdk/index.ts';

export const JIRA: Service = {
  title: 'Jira',
  credential: 'api_key',
  advice:
    'Check that <hook_url> is the address of the site (and, for Data Center, that <options> say "api_version": 2), that <api_key> is "address:token" for Jira Cloud or a personal access token for Data Center, and that its user can browse the project and create issues in it; then reload.',
};

/** What Jira's answer to a new issue means. */
export function readCreated(response: HttpResponse, now: number): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const key = createdKey(response);
    if (key !== undefined) return { ...delivered(response), message: `Created ${key}.` };
    return failed(
      response,
      {
        kind: 'retry',
        reason: 'server_error',
        message: `Jira answered with status ${status}, but did not name a new issue. A login page or a proxy may be answering instead; check <hook_url>. The next attempt first checks whether Jira has the issue.`,
      },
      now,
    );
  }
  if (status !== 400 && status !== 422) return classifyHttp(response, JIRA, now);
  const errors = fieldErrors(response);
  const isWrongPlace = Object.keys(errors).some((field) =>
    ['project', 'issuetype'].includes(field),
  );
  if (isWrongPlace) {
    return failed(
      response,
      {
        kind: 'park',
        reason: 'client_error',
        message: `Jira does not create issues of this type in this project for this user (HTTP ${status}): ${complaints(response)}. Correct "project" and "issue_type" in <options>. ${JIRA.advice}`,
      },
      now,
    );
  }
  const words = complaints(response);
  const which = words === '' ? '' : `: ${words}`;
  return failed(
    response,
    {
      kind: 'reject',
      reason: 'client_error',
      message: `Jira does not accept this issue (HTTP ${status})${which}. Inspect it with the command preview; set the fields that the project requires with "fields" in <options>.`,
    },
    now,
  );
}

/** The key of the created issue, from the answer. */
export function createdKey({ status, body }: HttpResponse): string | undefined {
  return status >= 200 && status < 300 ? issueKey(firstJson(body)) : undefined;
}

/** The fields that Jira complains about, and what it says about each. */
export function fieldErrors({ body }: HttpResponse): JsonObject {
  const errors = firstJson(body)?.['errors'];
  return isJsonObject(errors) ? errors : {};
}

/** Everything that Jira says is wrong, in one line. */
function complaints(response: HttpResponse): string {
  const messages = firstJson(response.body)?.['errorMessages'];
  const general = Array.isArray(messages)
    ? messages.map((message) => displayText(message) ?? '')
    : [];
  const fields = Object.entries(fieldErrors(response)).map(
    ([name, text]) => `${name}: ${displayText(text) ?? ''}`,
  );
  return [...general, ...fields]
    .filter((text) => text !== '')
    .join('; ')
    .replace(/\.$/, '');
}

/** The first issue that a search found, null when it found none; undefined when the answer is invalid. */
export function firstFound(result: HttpResult): string | null | undefined {
  if (!result.ok || result.status < 200 || result.status > 299) return undefined;
  const issues = firstJson(result.body)?.['issues'];
  if (!Array.isArray(issues)) return undefined;
  const [issue] = issues;
  return issue === undefined ? null : issueKey(isJsonObject(issue) ? issue : undefined);
}

/** Key or number of an issue; URLs accept both. */
function issueKey(issue: JsonObject | undefined): string | undefined {
  const key = displayText(issue?.['key']) ?? displayText(issue?.['id']);
  return key !== undefined && /^[\w-]{1,100}$/.test(key) ? key : undefined;
}
