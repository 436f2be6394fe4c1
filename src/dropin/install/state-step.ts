import { chmodSync, chownSync, existsSync, lchownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, isRoot } from '../user.ts';
import type { InstallStep } from './plan.ts';
import { statOf } from './programs.ts';

/**
 * What it takes to make the directory of the outbox the daemon's own. A string says why that cannot
 * be done.
 */
export function stateSteps(directory: string, account: Account): InstallStep[] | string {
  const whose = `${account.user}:${account.group}`;
  const stat = statOf(directory);
  if (stat === undefined) {
    const text = `create ${directory} for the outbox, mode 0700, owned by ${whose}`;
    return [
      {
        text,
        run() {
          mkdirSync(directory, { mode: 0o700 });
          if (isRoot()) chownSync(directory, account.uid, account.gid);
        },
      },
    ];
  }
  if (!stat.isDirectory()) return `${directory} is not a directory`;
  const steps: InstallStep[] = [];
  if (stat.uid !== account.uid) {
    // Only of root's: in anyone else's directory a link could have us give away any file.
    if (stat.uid !== 0 || !isRoot()) {
      return `${directory} belongs to user ${stat.uid}; run: chown -R ${whose} '${directory}'`;
    }
    const text = `change the owner of ${directory} and its contents to ${whose}`;
    steps.push({ text, run: () => giveAll(directory, account) });
  }
  if ((stat.mode & 0o777) !== 0o700) {
    const text = `make ${directory} private (0700)`;
    steps.push({ text, run: () => chmodSync(directory, 0o700) });
  }
  return steps;
}

function giveAll(directory: string, { uid, gid }: Account): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    if (existsSync(path)) lchownSync(path, uid, gid); // a temporary file may be gone by now
  }
  chownSync(directory, uid, gid);
}
