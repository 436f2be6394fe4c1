import {
  addressBelow,
  type HttpRequest,
  isHost,
  JSON_HEADERS,
  type JsonDocument,
  Secret,
  stringify,
} from '../sdk/index.ts';
import type { IssueOptions } from './settings.ts';

/** `<hook_url>` may be the address of the site or of its issues. */
const API = /\/rest\/api\/(?:2|3|latest)(?:\/issue)?\/*(?=[?#]|$)/;

/**
 * Every request has its own connection: when a reused one dies, the client repeats the request on
 * a new one, and it is unknown whether the first arrived. That could create two issues.
 */
const HEADERS = { ...JSON_HEADERS, accept: 'application/json', connection: 'close' };

/** How many comments are searched for an earlier copy. */
const COMMENTS = '20';

/** Where Jira is, and who asks. */
export interface JiraAccess {
  readonly hook_url: Secret;
  readonly api_key: Secret;
}

/** The requests to Jira. Issue keys come from Jira, everything else from the options. */
export class JiraRequests {
  readonly #access: JiraAccess;
  readonly #options: IssueOptions;

  constructor(access: JiraAccess, options: IssueOptions) {
    this.#access = access;
    this.#options = options;
  }

  create(fields: Readonly<Record<string, JsonDocument>>): HttpRequest {
    return this.#post('/issue', { fields });
  }

  /** The issues of the project with this label, the newest first. */
  search(label: string, which: 'all' | 'open'): HttpRequest {
    const open = which === 'open' ? ' AND statusCategory != Done' : '';
    const jql = `project = "${this.#options.project}" AND labels = "${label}"${open} ORDER BY created DESC`;
    return this.#post(this.#searchPath, { jql, maxResults: 1, fields: ['status'] });
  }

  comment(issue: string, body: JsonDocument): HttpRequest {
    return this.#post(`/issue/${encodeURIComponent(issue)}/comment`, { body });
  }

  /** The newest comments of an issue. */
  comments(issue: string): HttpRequest {
    const path = `/issue/${encodeURIComponent(issue)}/comment`;
    const query = { orderBy: '-created', maxResults: COMMENTS };
    return { method: 'GET', url: this.#url(path, query), headers: this.#headers };
  }

  /** Data Center keeps the search that Cloud has removed in both versions. */
  get #searchPath(): string {
    const isCloud = isHost(this.#access.hook_url, /(?:^|\.)atlassian\.(?:net|com)$/);
    return this.#options.apiVersion === 3 || isCloud ? '/search/jql' : '/search';
  }

  #post(path: string, body: JsonDocument): HttpRequest {
    return { method: 'POST', url: this.#url(path), headers: this.#headers, body: stringify(body) };
  }

  #url(path: string, query?: Readonly<Record<string, string>>): Secret {
    const site = this.#access.hook_url.reveal().trim();
    return addressBelow(
      site.replace(API, ''),
      `rest/api/${this.#options.apiVersion}${path}`,
      query,
    );
  }

  get #headers(): HttpRequest['headers'] {
    return { ...HEADERS, authorization: new Secret(authorization(this.#access.api_key)) };
  }
}

function authorization(key: Secret): string {
  const text = key.reveal();
  return isPair(text) ? `Basic ${base64(text)}` : `Bearer ${text}`;
}

/** True for `address:token`, as in Jira Cloud; otherwise the key is a bare token. */
function isPair(key: string): boolean {
  return key.includes(':');
}

/** The parts and encodings of a key that could appear in an answer. */
export function partsOfKey(key: Secret): string[] {
  const text = key.reveal();
  return isPair(text) ? [base64(text), text.slice(text.indexOf(':') + 1)] : [];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
