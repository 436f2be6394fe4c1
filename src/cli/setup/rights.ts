import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Paths } from '../../core/paths.ts';
import { shellWord } from '../../core/shell-word.ts';

/** Something that the daemon's user must be able to do. */
export interface Right {
  /** `read the alerts` … */
  readonly what: string;
  readonly path: string;
  /** Why it cannot; undefined where it can. */
  readonly why: string | undefined;
  /** How to give it. */
  readonly fix: string | undefined;
}

const { R_OK, W_OK, X_OK } = constants;

/** Tries, as the user of this process, what the daemon will have to do. Writes nothing. */
export function rightsOf(paths: Paths, user: string): Right[] {
  const { home, config, alerts, state } = paths;
  const archives = dirname(alerts);
  const hasState = existsSync(state);
  return [
    right('read the configuration', config, R_OK),
    right('read the alerts', alerts, R_OK),
    right('find rotated alerts', archives, R_OK | X_OK),
    hasState
      ? right('keep its outbox', state, R_OK | W_OK | X_OK, `chown -R ${user} ${shellWord(state)}`)
      : // Whoever goes live makes it: as root, since the manager's directory is root's.
        right('keep its outbox (it is made later)', dirname(state), 0),
    ...(existsSync(join(home, 'integrations'))
      ? [right('find scripts', join(home, 'integrations'), R_OK | X_OK)]
      : []),
  ];
}

function right(what: string, path: string, mode: number, fix?: string): Right {
  try {
    accessSync(path, mode);
    return { what, path, why: undefined, fix: undefined };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing) return { what, path, why: 'it does not exist', fix: undefined };
    return { what, path, why: 'permission denied', fix };
  }
}
