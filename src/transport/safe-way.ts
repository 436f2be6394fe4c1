import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where a path leads. */
export interface Way {
  /** The file itself, without any link. */
  readonly real: string;
  readonly stat: Stats;
}

/** Why a directory is not safe to go through to this entry of it; undefined when it is. */
export type Judge = (
  path: string,
  directory: Stats,
  entry: { readonly path: string; readonly uid: number },
) => string | undefined;

/** As many links as the system follows. */
const MOST_LINKS = 40;

/**
 * Follows a path from the root of the file system, as the system does, and looks at each directory
 * and each link on it before it goes further. So when the judge lets nobody write who must not,
 * nobody of them can have the path lead elsewhere, now or later.
 * @returns the way; or why it is not safe, with what to do about it.
 * @throws Error of the system, with its `code`.
 */
export function safeWay(path: string, judge: Judge): Way | string {
  let names = namesOf(resolve(path));
  let at = '/';
  let directory = lstatSync(at);
  let links = 0;
  for (;;) {
    const name = names.shift();
    if (name === undefined) return { real: at, stat: directory };
    if (name === '..') {
      at = dirname(at);
      directory = lstatSync(at);
      continue;
    }
    const next = join(at, name);
    const entry = lstatSync(next);
    const problem = judge(at, directory, { path: next, uid: entry.uid });
    if (problem !== undefined) return problem;
    if (entry.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
      const target = readlinkSync(next);
      names = [...namesOf(target), ...names];
      if (target.startsWith('/')) at = '/';
      directory = lstatSync(at);
    } else if (entry.isDirectory() || names.length === 0) {
      at = next;
      directory = entry;
    } else {
      throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    }
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
