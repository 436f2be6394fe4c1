import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Until a directory service that does not answer is given up. */
const LONGEST_MS = 5000;

/**
 * A group's number: from the local file, or wherever else the system knows it from.
 * @param group its name, or its number as a text
 * @throws in words where there is no such group.
 */
export async function groupId(group: string): Promise<number> {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const local = await readFile('/etc/group', 'utf8').catch(() => '');
  const id = idIn(local, group) ?? idIn(await entryOf(group), group);
  if (id === undefined) throw new Error(`this system knows no group ${JSON.stringify(group)}`);
  return id;
}

/** What a directory service says; empty where there is none, or no such group. */
function entryOf(group: string): Promise<string> {
  const options = { encoding: 'utf8', timeout: LONGEST_MS } as const;
  return new Promise((resolve) => {
    execFile('getent', ['group', '--', group], options, (_, output) => resolve(output));
  });
}

/** The file looks like `name:password:number:members`. */
function idIn(entries: string, name: string): number | undefined {
  for (const line of entries.split('\n')) {
    const [entry, , id = ''] = line.split(':');
    if (entry === name && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}
