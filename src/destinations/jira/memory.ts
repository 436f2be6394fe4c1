import { createHash } from 'node:crypto';
import { type AnswerCache, HOUR_MS, MINUTE_MS } from '../sdk/index.ts';
import type { JiraAccess } from './requests.ts';
import type { IssueOptions } from './settings.ts';

/**
 * What earlier attempts found out about a project, kept across alerts and restarts. Its keys and
 * values reveal no address, API key or alert.
 */
export class JiraMemory {
  readonly #cache: AnswerCache;
  readonly #place: string;

  constructor(cache: AnswerCache, access: JiraAccess, options: IssueOptions) {
    this.#cache = cache;
    const { project, issueType } = options;
    this.#place = JSON.stringify([
      access.hook_url.reveal(),
      access.api_key.reveal(),
      project,
      issueType,
    ]);
  }

  /** Fields that Jira refused within the last hour. */
  get unsettable(): string[] {
    const names = this.#cache.get(this.#key('unsettable', ''));
    return names === undefined || names === '' ? [] : names.split('\n');
  }

  keepUnsettable(fields: readonly string[]): void {
    this.#cache.set(this.#key('unsettable', ''), fields.join('\n'), HOUR_MS);
  }

  /** The issue that was opened for a group a moment ago, which a search may not find yet. */
  opened(group: string): string | undefined {
    return this.#cache.get(this.#key('opened', group));
  }

  keepOpened(group: string, issue: string): void {
    this.#cache.set(this.#key('opened', group), issue, MINUTE_MS);
  }

  #key(kind: string, detail: string): string {
    const hash = createHash('sha256').update(`${this.#place}\0${detail}`).digest('hex');
    return `jira:${kind}:${hash}`;
  }
}
