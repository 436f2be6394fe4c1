import { lstatSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM_NAMES, type ProgramName } from '../enter.ts';
import { isLauncher } from './launcher.ts';

/** What stands in a manager's `bin` where its Integrator belongs. */
export interface ManagerProgram {
  readonly name: ProgramName;
  readonly path: string;
  /** Where the original is kept while ours stands in its place. */
  readonly kept: string;
  readonly hasKept: boolean;
  /** `launcher`: ours; `link`: a symbolic link; `missing`: nothing, but an original is kept. */
  readonly state: 'original' | 'launcher' | 'link' | 'missing';
}

/** The Integrator of a manager; undefined when the directory has none. */
export function findProgram(home: string): ManagerProgram | undefined {
  for (const name of PROGRAM_NAMES) {
    const path = join(home, 'bin', name);
    const kept = `${path}.original`;
    const hasKept = statOf(kept) !== undefined;
    const stat = statOf(path);
    if (stat === undefined && !hasKept) continue;
    return { name, path, kept, hasKept, state: stateOf(path, stat) };
  }
  return undefined;
}

function stateOf(path: string, stat: Stats | undefined): ManagerProgram['state'] {
  if (stat === undefined) return 'missing';
  if (stat.isSymbolicLink()) return 'link';
  // Whoever opened a pipe would wait for ever.
  if (!stat.isFile()) return 'original';
  return isLauncher(readFileSync(path)) ? 'launcher' : 'original';
}

/** What is at a path itself; undefined when there is nothing. */
export function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** True when two paths lead to the same file. */
export function leadsTo(path: string, target: string): boolean {
  try {
    return realpathSync(path) === realpathSync(target);
  } catch {
    return false;
  }
}
