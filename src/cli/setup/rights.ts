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

/** Whose rights are tried. */
export interface Trier {
  readonly user: string;
  /** Undefined where this process is not that user, so that nobody can tell what they lack. */
  readonly group: string | undefined;
}

const { R_OK, W_OK, X_OK } = constants;

/** Tries, as the user of this process, what the daemon will have to do. Writes nothing. */
export function rightsOf(paths: Paths, trier: Trier): Right[] {
  const { home, config, alerts, state } = paths;
  const right = (what: string, path: string, mode: number) =>
    tryRight(what, path, mode, home, trier);
  const own = `chown -R ${trier.user} ${shellWord(state)}`;
  return [
    right('read the configuration', config, R_OK),
    right('read the alerts', alerts, R_OK),
    right('find rotated alerts', dirname(alerts), R_OK | X_OK),
    existsSync(state)
      ? withFix(right('keep its outbox', state, R_OK | W_OK | X_OK), own)
      : // Whoever goes live makes it: as root, since the manager's directory is root's.
        right('keep its outbox (it is made later)', dirname(state), 0),
    ...(existsSync(join(home, 'integrations'))
      ? [right('find scripts', join(home, 'integrations'), R_OK | X_OK)]
      : []),
  ];
}

function tryRight(
  what: string,
  path: string,
  mode: number,
  home: string,
  { user, group }: Trier,
): Right {
  try {
    accessSync(path, mode);
    return { what, path, why: undefined, fix: undefined };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing) return { what, path, why: 'it does not exist', fix: undefined };
    const closed = closedWay(path);
    const why = closed === undefined ? 'permission denied' : `user ${user} cannot enter ${closed}`;
    const obstacle = closed ?? path;
    // What leads to the manager is not the manager's: others decide who enters it.
    const isOfManager = obstacle === home || obstacle.startsWith(`${home}/`);
    const rights = closed !== undefined || (mode & X_OK) !== 0 ? 'rx' : 'r';
    const fix =
      group === undefined || !isOfManager
        ? undefined
        : `chgrp ${group} ${shellWord(obstacle)} && chmod g+${rights} ${shellWord(obstacle)}`;
    return { what, path, why, fix };
  }
}

function withFix(right: Right, fix: string): Right {
  return right.why === undefined ? right : { ...right, fix };
}

/** The first directory on the way to a path that this process cannot enter. */
function closedWay(path: string): string | undefined {
  const directory = dirname(path);
  if (directory === path) return undefined;
  const above = closedWay(directory);
  if (above !== undefined) return above;
  try {
    accessSync(directory, X_OK);
    return undefined;
  } catch {
    return directory;
  }
}
