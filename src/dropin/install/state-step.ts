import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { shellWord } from '../../core/shell-word.ts';
import { type Account, isRoot } from '../enter.ts';
import { whyChangeable } from './permissions.ts';
import type { InstallStep } from './plan.ts';
import { statOf } from './programs.ts';

const ROOT = 0;

/**
 * What it takes to make the directory of the outbox the daemon's own. A string says why that cannot
 * be done.
 * @param path may be a link to a directory elsewhere
 */
export function stateSteps(path: string, account: Account): InstallStep[] | string {
  const place = statOf(path)?.isSymbolicLink() === true ? targetOf(path) : path;
  if (place === undefined) return `${path} is a link that leads nowhere`;
  const stat = statOf(place);
  if (stat !== undefined && !stat.isDirectory()) return `${path} is not a directory`;
  const steps = stat === undefined ? [creation(place, account)] : changes(place, stat, account);
  if (typeof steps === 'string' || steps.length === 0 || !isRoot()) return steps;
  // Else another one could put a link there meanwhile, and root would change what it leads to.
  return firstReason([...new Set([dirname(path), dirname(place)])]) ?? steps;
}

function firstReason(directories: readonly string[]): string | undefined {
  // One that is missing is another one's complaint.
  const existing = directories.filter((directory) => statOf(directory) !== undefined);
  return existing
    .map((directory) => whyChangeable(directory, ROOT))
    .find((reason) => reason !== undefined);
}

function targetOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function whose({ user, group }: Account): string {
  return `${user}:${group}`;
}

function creation(directory: string, account: Account): InstallStep {
  return {
    text: `create ${directory} for the outbox, mode 0700, owned by ${whose(account)}`,
    run() {
      mkdirSync(directory, { mode: 0o700 });
      if (isRoot()) lchownSync(directory, account.uid, account.gid);
    },
  };
}

function changes(directory: string, stat: Stats, account: Account): InstallStep[] | string {
  const steps: InstallStep[] = [];
  if ((stat.mode & 0o777) !== 0o700) {
    const text = `make ${directory} private (0700)`;
    steps.push({ text, run: () => chmodSync(directory, 0o700) });
  }
  if (stat.uid !== account.uid) {
    // Only of root's: in anyone else's directory a link could have us give away any file.
    if (stat.uid !== ROOT || !isRoot()) {
      return `${directory} belongs to user ${stat.uid}; run: chown -R ${whose(account)} ${shellWord(directory)}`;
    }
    const text = `change the owner of ${directory} and its contents to ${whose(account)}`;
    steps.push({ text, run: () => giveAll(directory, account) });
  }
  return steps;
}

/** Gives away what is root's. Nothing below a directory that someone else could change meanwhile. */
function giveAll(directory: string, account: Account): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.uid !== ROOT) continue; // a temporary file may be gone by now
    if (stat.isDirectory() && (stat.mode & 0o022) === 0) giveAll(path, account);
    // It may be a file elsewhere, to which another one made a link while the directory was open to others.
    else if (!stat.isDirectory() && stat.nlink > 1) continue;
    else lchownSync(path, account.uid, account.gid);
  }
  lchownSync(directory, account.uid, account.gid);
}
