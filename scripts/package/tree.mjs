// What goes into a package: a list of entries, most of which only say where their content is.
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {{ path: string, type: 'file' | 'link' | 'directory', mode: number, from?: string,
 *   data?: Buffer, target?: string }} Entry
 *   `path` without a leading slash; a file has its content in `data`, or at `from`; a link has a `target`
 */

/** @returns {Entry} a file with this content */
export function file(path, content, mode = 0o644) {
  return { path, type: 'file', mode, data: Buffer.from(content) };
}

/** @returns {Entry} a symbolic link */
export function link(path, target) {
  return { path, type: 'link', mode: 0o777, target };
}

/** @returns {Entry} */
export function directory(path, mode = 0o755) {
  return { path, type: 'directory', mode };
}

/** @returns {Entry} a copy of a file; it can be run by all who can read it, if at all */
export function copy(path, from) {
  const mode = (statSync(from).mode & 0o100) === 0 ? 0o644 : 0o755;
  return { path, type: 'file', mode, from };
}

/**
 * All files below a directory, as they shall be named in the package. What links lead to is not followed.
 * @param isWanted {(path: string) => boolean} asked with paths below the directory
 * @returns {Entry[]}
 */
export function copyAll(path, from, isWanted = () => true) {
  return readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(from, name)).isFile() && isWanted(name))
    .map((name) => copy(join(path, name), join(from, name)));
}

/** @returns {Buffer} what a file holds; nothing for others */
export function contentOf({ type, data, from }) {
  if (type !== 'file') return Buffer.alloc(0);
  return data ?? readFileSync(from);
}

/** The same below a directory. */
export function below(parent, entries) {
  return entries.map((entry) => ({ ...entry, path: join(parent, entry.path) }));
}

/** Sorted by path, each once, with every directory on the way. */
export function complete(entries) {
  const byPath = new Map();
  for (const entry of entries) {
    for (let at = dirname(entry.path); at !== '.'; at = dirname(at)) {
      if (!byPath.has(at)) byPath.set(at, directory(at));
    }
  }
  const given = new Set();
  for (const entry of entries) {
    if (given.has(entry.path)) throw new Error(`${entry.path} is in the package twice`);
    given.add(entry.path);
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
