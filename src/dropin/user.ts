import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ProgramName } from './call.ts';

/** Whom the daemon runs as. */
export interface Account {
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** The manager's accounts: Wazuh from 4.3 on, and Wazuh before. */
const ACCOUNTS: Readonly<Record<ProgramName, readonly (readonly [string, string])[]>> = {
  'wazuh-integratord': [
    ['wazuh', 'wazuh'],
    ['ossecm', 'ossec'],
  ],
  'ossec-integratord': [
    ['ossecm', 'ossec'],
    ['wazuh', 'wazuh'],
  ],
};

/** The account to use, by name or number; where none is named, the manager's. Undefined: unknown. */
export function findAccount(
  name: ProgramName,
  asked: { readonly user: string | undefined; readonly group: string | undefined },
): Account | undefined {
  for (const [defaultUser, defaultGroup] of ACCOUNTS[name]) {
    const user = asked.user ?? defaultUser;
    const group = asked.group ?? defaultGroup;
    const uid = findId('passwd', user);
    const gid = findId('group', group);
    if (uid !== undefined && gid !== undefined) return { user, group, uid, gid };
  }
  return undefined;
}

/** How the account that {@link findAccount} did not find is called, for a message. */
export function accountNames(
  name: ProgramName,
  asked: { readonly user: string | undefined; readonly group: string | undefined },
): { user: string; group: string } {
  const [user, group] = ACCOUNTS[name][0] ?? ['', ''];
  return { user: asked.user ?? user, group: asked.group ?? group };
}

/** True where this process may become another user. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Becomes another user for good, with no other group than the one named. Only for root.
 * @throws Error when the system refuses.
 */
export function becomeAccount({ uid, gid }: Account): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** A user's or group's number: from the local files, or wherever else the system knows them from. */
function findId(database: 'passwd' | 'group', name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  return idIn(localEntries(database), name) ?? idIn(otherEntry(database, name), name);
}

function localEntries(database: string): string {
  try {
    return readFileSync(`/etc/${database}`, 'utf8');
  } catch {
    return '';
  }
}

function otherEntry(database: string, name: string): string {
  if (name.startsWith('-')) return '';
  const { stdout } = spawnSync('getent', [database, name], { encoding: 'utf8', timeout: 10_000 });
  return stdout ?? '';
}

/** Both files look like `name:password:number:…`. */
function idIn(entries: string, name: string): number | undefined {
  for (const line of entries.split('\n')) {
    const [entry, , id] = line.split(':');
    if (entry === name && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}
