import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Meanwhile } from '../../app/meanwhile.ts';
import { type Account, isRoot } from '../enter.ts';
import { statOf } from './programs.ts';

/** Where an outbox is, and who may work on it. */
export interface OutboxPlace {
  readonly home: string;
  readonly account: Account;
  readonly node: string;
  /** Our program `dist/cli/meanwhile.js`. */
  readonly program: string;
  /** When the original came back, in milliseconds since 1970; undefined where nobody can tell. */
  readonly backSince?: number | undefined;
}

/**
 * What the alert file holds that integratord has not read: the original may have delivered it. A process
 * of the outbox's user looks. A string says why nobody can tell.
 * @param what `skip`: integratord shall not read it either
 */
export function askMeanwhile(place: OutboxPlace, what: 'count' | 'skip'): Meanwhile | string {
  const { home, account, node, program, backSince = 0 } = place;
  const owner = statOf(join(home, 'queue', 'integratord'))?.uid;
  if (owner === undefined) return { alerts: 0, integrations: {} };
  const isTheirs = isRoot() && owner !== 0;
  const { status, stdout, stderr, error } = spawnSync(
    node,
    [program, home, what, String(backSince)],
    {
      ...(isTheirs ? { uid: account.uid, gid: account.gid } : {}),
      cwd: '/',
      encoding: 'utf8',
    },
  );
  if (status === 0) return JSON.parse(stdout) as Meanwhile;
  return (
    error?.message ?? (stderr.trim().split('\n').slice(0, 5).join(' ') || 'it did not say why')
  );
}

/** `slack 12, custom-x 3` */
export function perIntegration({ integrations }: Meanwhile): string {
  return Object.entries(integrations)
    .map(([id, count]) => `${id} ${count}`)
    .join(', ');
}
