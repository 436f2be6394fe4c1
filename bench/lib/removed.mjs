import { rmSync } from 'node:fs';

/** Removes a directory to which processes that are just ending may still write. */
export function removed(directory) {
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
}
