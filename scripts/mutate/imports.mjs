// Which files a test file loads.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const RELATIVE = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** The paths of a file and of all that it imports from this project, directly or not. */
export function loadedBy(path, found = new Set()) {
  if (found.has(path) || !existsSync(path)) return found;
  found.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(RELATIVE)) {
    loadedBy(resolve(dirname(path), name), found);
  }
  return found;
}
