import { isJsonObject, type JsonObject, type JsonValue } from '../../src/alert/json.ts';
import type { Fault } from './fake-iris.ts';
import { answer, type Behaviour, type Received, ScriptedServer } from './scripted-server.ts';

/** An issue as this Jira keeps it. */
export interface FakeIssue {
  readonly key: string;
  readonly fields: JsonObject;
  readonly comments: JsonValue[];
  done: boolean;
  /** False until a search can find it. */
  indexed: boolean;
}

const LONGEST_SUMMARY = 255;
const LONGEST_TEXT = 32_767;
const KNOWN_FIELDS = ['project', 'issuetype', 'summary', 'description', 'labels', 'priority'];

/** A Jira (Cloud, or Data Center as version 2) that behaves as the real one where issues come in. */
export class FakeJira {
  readonly user = 'bot@example.com';
  readonly token = 'ATATT3xFfGF0-token-value';
  readonly issues: FakeIssue[] = [];
  /** Requests in order: `POST /rest/api/3/issue`. */
  readonly log: string[] = [];
  readonly queries: string[] = [];
  /** Fields that can be set when an issue is created. */
  fields: readonly string[] = [...KNOWN_FIELDS, 'customfield_10001'];
  /** Whether a search finds new issues at once. */
  indexesAtOnce = true;
  mayComment = true;
  readonly #version: 2 | 3;
  readonly #faults: { readonly path: string; readonly fault: Fault }[] = [];
  readonly #server: ScriptedServer;

  private constructor(server: ScriptedServer, version: 2 | 3) {
    this.#server = server;
    this.#version = version;
  }

  static async start(version: 2 | 3 = 3): Promise<FakeJira> {
    let jira: FakeJira | undefined;
    const server = await ScriptedServer.start([
      (socket, request) => jira?.handle(request)(socket, request),
    ]);
    jira = new FakeJira(server, version);
    return jira;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  get requests(): readonly Received[] {
    return this.#server.requests;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** The next request for this path below `/rest/api/N` meets a fault. */
  failNext(path: string, fault: Fault): void {
    this.#faults.push({ path: `/rest/api/${this.#version}${path}`, fault });
  }

  handle(request: Received): Behaviour {
    const { pathname } = new URL(request.path, this.url);
    this.log.push(`${request.method} ${pathname}`);
    const at = this.#faults.findIndex(({ path }) => path === pathname);
    const fault = at === -1 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    if (typeof fault === 'function') return fault;
    const work = this.#work(request, pathname);
    return fault === 'lost' ? (socket) => socket.resetAndDestroy() : work;
  }

  #work(request: Received, path: string): Behaviour {
    const basic = `Basic ${Buffer.from(`${this.user}:${this.token}`).toString('base64')}`;
    const expected = this.#version === 3 ? basic : `Bearer ${this.token}`;
    if (request.headers['authorization'] !== expected) {
      return failure(401, ['Client must be authenticated to access this resource.']);
    }
    const api = `/rest/api/${this.#version}`;
    const body: unknown = request.body === '' ? {} : JSON.parse(request.body);
    if (!path.startsWith(`${api}/`) || !isJsonObject(body)) return answer(404, '<html>');
    const place = path.slice(api.length);
    const isSearch = place === (this.#version === 3 ? '/search/jql' : '/search');
    if (request.method === 'POST' && isSearch) return this.#search(body);
    if (place === '/search') return failure(410, ['The requested API has been removed.']);
    if (request.method === 'POST' && place === '/issue') return this.#create(body);
    const issue = /^\/issue\/([A-Z]+-\d+)\/comment$/.exec(place)?.[1];
    if (issue !== undefined) return this.#comments(request.method, issue, body);
    return answer(404, '<html>');
  }

  #search({ jql, maxResults }: JsonObject): Behaviour {
    const text = typeof jql === 'string' ? jql : '';
    this.queries.push(text);
    const query =
      /^project = "(\w+)" AND labels = "([\w-]+)"( AND statusCategory != Done)? ORDER BY created DESC$/.exec(
        text,
      );
    if (query === null) return failure(400, ['Error in the JQL Query.']);
    const [, project, label, open] = query;
    if (project !== 'SEC') {
      return failure(400, [`The value '${project}' does not exist for the field 'project'.`]);
    }
    const found = this.issues.filter(
      ({ fields, done, indexed }) =>
        indexed && labelsOf(fields).includes(label ?? '') && !(open !== undefined && done),
    );
    const issues = found.reverse().slice(0, Number(maxResults ?? 50));
    const rows = issues.map(({ key }) => ({ id: `1${key.slice(4)}`, key }));
    return answer(200, JSON.stringify({ issues: rows, isLast: true }));
  }

  #create({ fields }: JsonObject): Behaviour {
    const given = isJsonObject(fields) ? fields : {};
    const errors = this.#errors(given);
    if (Object.keys(errors).length > 0) return failure(400, [], errors);
    const key = `SEC-${24 + this.issues.length}`;
    const { indexesAtOnce: indexed } = this;
    this.issues.push({ key, fields: given, comments: [], done: false, indexed });
    return answer(201, JSON.stringify({ id: '10000', key, self: `${this.url}/rest/${key}` }));
  }

  #errors(fields: JsonObject): JsonObject {
    const errors: JsonObject = {};
    const add = (field: string, message: string) => {
      errors[field] ??= message;
    };
    const { project, issuetype, summary, description, priority } = fields;
    if (!isJsonObject(project) || project['key'] !== 'SEC')
      add('project', 'valid project is required');
    if (!isJsonObject(issuetype) || issuetype['name'] !== 'Task') {
      add('issuetype', 'Specify a valid issue type');
    }
    if (typeof summary !== 'string' || summary.trim() === '') {
      add('summary', 'You must specify a summary of the issue.');
    } else if (/[\r\n]/.test(summary)) {
      add('summary', 'The summary is invalid because it contains newline characters.');
    } else if (summary.length > LONGEST_SUMMARY) {
      add('summary', 'Summary must be less than 255 characters.');
    }
    const complaint = this.#complaintAboutText(description);
    if (complaint !== undefined) add('description', complaint);
    if (labelsOf(fields).some((label) => /\s/.test(label))) {
      add('labels', 'The label contains spaces which is invalid.');
    }
    const known = ['Highest', 'High', 'Medium', 'Low', 'Lowest'];
    if (isJsonObject(priority) && !known.some((name) => name === priority['name'])) {
      add('priority', 'The priority selected is invalid.');
    }
    for (const field of Object.keys(fields)) {
      if (this.fields.includes(field)) continue;
      add(
        field,
        `Field '${field}' cannot be set. It is not on the appropriate screen, or unknown.`,
      );
    }
    return errors;
  }

  #complaintAboutText(text: JsonValue | undefined): string | undefined {
    if (this.#version === 2) {
      if (typeof text !== 'string') return 'Operation value must be a string';
      return text.length > LONGEST_TEXT ? 'The entered text is too long.' : undefined;
    }
    if (!isJsonObject(text) || text['type'] !== 'doc' || text['version'] !== 1) {
      return 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
    }
    if (JSON.stringify(text).length > LONGEST_TEXT) return 'CONTENT_LIMIT_EXCEEDED';
    return hasEmptyText(text) ? 'INVALID_INPUT' : undefined;
  }

  #comments(method: string, key: string, { body }: JsonObject): Behaviour {
    const issue = this.issues.find((one) => one.key === key);
    if (issue === undefined) return failure(404, ['Issue does not exist']);
    if (method === 'GET') {
      const comments = [...issue.comments].reverse().map((text) => ({ body: text }));
      return answer(200, JSON.stringify({ comments, total: comments.length }));
    }
    if (!this.mayComment) return failure(403, ['You do not have the permission to comment.']);
    const complaint = this.#complaintAboutText(body);
    if (complaint !== undefined || body === undefined) return failure(400, [], { comment: 'no' });
    issue.comments.push(body);
    return answer(201, JSON.stringify({ id: `${issue.comments.length}` }));
  }
}

function labelsOf({ labels }: JsonObject): string[] {
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
}

function hasEmptyText(node: JsonObject): boolean {
  if (node['type'] === 'text' && node['text'] === '') return true;
  const { content } = node;
  return (
    Array.isArray(content) && content.some((child) => isJsonObject(child) && hasEmptyText(child))
  );
}

function failure(status: number, errorMessages: string[], errors: JsonObject = {}): Behaviour {
  return answer(status, JSON.stringify({ errorMessages, errors }));
}
