import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shellWord } from '../../core/shell-word.ts';
import type { Account } from '../enter.ts';

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
 * starts it as root. Every directory on the way counts, up to the root, and that of every link.
 * Undefined when no other user could.
 * @param trusted whose files are safe, besides root's
 * @param ours a directory of which all is integratord's, so that all of it may be given to root
 */
export function whyChangeable(path: string, trusted: number, ours?: string): string | undefined {
  const way = wayTo(path);
  if (typeof way === 'string') return way;
  const isOurs = (place: string) =>
    ours !== undefined && (place === ours || place.startsWith(`${ours}/`));
  return firstOf(way, ({ place, stat }) => {
    return unsafe(place, stat, trusted, isOurs(place) ? 'ours' : 'on the way');
  });
}

/**
 * The same for a directory, if it is there, and everything below it; what links lead to included.
 */
export function whyTreeChangeable(directory: string, trusted: number): string | undefined {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
  const seen = new Set<string>();
  const look = (path: string): string | undefined => {
    const problem = whyChangeable(path, trusted, directory);
    if (problem !== undefined) return problem;
    const real = realpathSync(path);
    return seen.has(real) ? undefined : lookInside(real);
  };
  /** For a place whose way is known to be safe. */
  const lookInside = (place: string): string | undefined => {
    seen.add(place);
    const stat = placeAt(place);
    if (stat === undefined) return undefined; // a temporary file is gone by now
    if (stat.isSymbolicLink()) return look(place);
    const problem = unsafe(place, stat, trusted, 'inside');
    if (problem !== undefined || !stat.isDirectory()) return problem;
    return firstOf(readdirSync(place), (name) => lookInside(join(place, name)));
  };
  return look(directory);
}

/** The first answer there is. */
function firstOf<T>(items: readonly T[], ask: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

interface Place {
  readonly place: string;
  readonly stat: Stats;
}

/** As many links as the system follows. */
const MOST_LINKS = 40;

/**
 * Everything that decides what a path leads to: the directories and links on the way, and what is at
 * its end. A string says where it leads nowhere.
 */
function wayTo(path: string): Place[] | string {
  const way: Place[] = [{ place: '/', stat: lstatSync('/') }];
  const names = path.split('/');
  let links = 0;
  for (let at = '/'; names.length > 0; ) {
    const name = names.shift() ?? '';
    if (name === '' || name === '.') continue;
    const place = join(at, name);
    const stat = placeAt(place);
    if (stat === undefined) {
      const leads = links === 0 ? '' : `${path} leads to ${place}, which `;
      return `${leads || `${place} `}does not exist: another user could put something there`;
    }
    way.push({ place, stat });
    if (!stat.isSymbolicLink()) {
      at = place;
      continue;
    }
    if ((links += 1) > MOST_LINKS) return `${path} is a loop of symbolic links`;
    const target = readlinkSync(place);
    if (target.startsWith('/')) at = '/';
    names.unshift(...target.split('/'));
  }
  return way;
}

function placeAt(place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined; // a file stands where a directory should
  }
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

/**
 * What is on the way may be someone's home, or a directory of the manager: only its owner changes, not its
 * group, nor what is in it.
 * @param where in a sticky directory others can add something, but not replace what is not theirs
 */
function unsafe(
  place: string,
  stat: Stats,
  trusted: number,
  where: 'on the way' | 'ours' | 'inside',
): string | undefined {
  if (stat.uid !== ROOT && stat.uid !== trusted) {
    const isWhole = where !== 'on the way' && stat.isDirectory();
    const option = stat.isSymbolicLink() ? '-h ' : isWhole ? '-R ' : '';
    return `${place} belongs to user ${stat.uid}, who could change what the manager runs as root; run: chown ${option}root ${shellWord(place)}`;
  }
  if (stat.isSymbolicLink()) return undefined; // it has no permissions of its own
  const others = (stat.mode & 0o002) !== 0 || ((stat.mode & 0o020) !== 0 && stat.gid !== ROOT);
  const isSticky = stat.isDirectory() && (stat.mode & STICKY) !== 0;
  if (!others || (isSticky && where !== 'inside')) return undefined;
  return `${place} can be changed by users other than root, who could then change what the manager runs as root; run: chmod go-w ${shellWord(place)}`;
}
