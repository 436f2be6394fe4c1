import { existsSync, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from '../user.ts';

const ROOT = 0;
const STICKY = 0o1000;

/**
 * Why an account cannot access a file, as a phrase that names what to fix; undefined
 * when it can. Permissions only: access lists and the like show when the program is tried out.
 * @param need `read`, or `run` for a program
 */
export function whyUnreachable(
  path: string,
  account: Account,
  need: 'read' | 'run',
): string | undefined {
  const real = realpathSync(path);
  // What leads to the link counts as well as what leads to the file.
  for (const directory of new Set([...ancestors(path), ...ancestors(real)])) {
    if (!allows(statSync(directory), account, 0o1)) {
      return `user ${account.user} cannot enter ${directory}, which leads to ${path}`;
    }
  }
  const bits = need === 'run' ? 0o5 : 0o4;
  if (allows(statSync(real), account, bits)) return undefined;
  return `user ${account.user} cannot ${need} ${path}`;
}

/**
 * Why what is run from a path could be changed by someone who is not trusted with it: the manager
 * starts it as root. Undefined when no other user could.
 * @param trusted whose files are safe, besides root's
 */
export function whyChangeable(path: string, trusted: number): string | undefined {
  const real = realpathSync(path);
  for (const place of [...ancestors(path), ...ancestors(real), real]) {
    const problem = unsafe(place, statSync(place), trusted);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The same for everything below a directory, if it is there. Links in it are skipped. */
export function whyTreeChangeable(directory: string, trusted: number): string | undefined {
  if (!existsSync(directory)) return undefined;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const place = join(entry.parentPath, entry.name);
    const problem = unsafe(place, lstatSync(place), trusted);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The directories that lead to a path, from the root on. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), ...(parent === '/' ? [] : [parent])];
}

function allows(stat: Stats, { uid, gid }: Account, bits: number): boolean {
  if (uid === ROOT) return true;
  const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}

function unsafe(place: string, stat: Stats, trusted: number): string | undefined {
  if (stat.uid !== ROOT && stat.uid !== trusted) {
    return `${place} belongs to user ${stat.uid}, who could change what the manager runs as root; run: chown -R root:root '${place}'`;
  }
  const others = (stat.mode & 0o002) !== 0 || ((stat.mode & 0o020) !== 0 && stat.gid !== ROOT);
  // In a sticky directory, others cannot replace what is not theirs.
  if (!others || (stat.isDirectory() && (stat.mode & STICKY) !== 0)) return undefined;
  return `${place} can be changed by users other than root, who could then change what the manager runs as root; run: chmod go-w '${place}'`;
}
