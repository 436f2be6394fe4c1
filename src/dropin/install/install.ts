import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, accountNames, findAccount, isRoot } from '../enter.ts';
import { thereSince } from './back.ts';
import { launcherText, NODE_VARIABLES } from './launcher.ts';
import { whyChangeable, whyTreeChangeable, whyUnreachable } from './permissions.ts';
import { type InstallPlan, type InstallStep, refused, restartNote } from './plan.ts';
import { findProgram, leadsTo, type ManagerProgram, statOf } from './programs.ts';
import { stateSteps } from './state-step.ts';

export interface InstallOptions {
  /** The manager's directory, without links in it. */
  readonly home: string;
  /** The user the daemon runs as; undefined: the manager's own account. */
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** The program of Node that runs this. */
  readonly node: string;
  /** Where package.json is. */
  readonly packageRoot: string;
  /** Our program, `dist/cli/wazuh.js`. */
  readonly program: string;
}

const LAUNCHER_MODE = 0o750;

/**
 * Works out how to put our launcher in the place of a manager's Integrator. Changes nothing yet.
 * After an upgrade of the manager its new Integrator is there again: then that one is kept aside.
 */
export function planInstall(options: InstallOptions): InstallPlan {
  const { home, user, group } = options;
  const found = findProgram(home);
  if (found === undefined) {
    return refused(
      `there is no wazuh-integratord or ossec-integratord in ${join(home, 'bin')}: --home must be the directory of a manager (an agent has no Integrator)`,
    );
  }
  const account = accountFor(found, { user, group });
  if (account === undefined) {
    const names = accountNames(found.name, { user, group });
    return refused(`there is no user ${names.user} with a group ${names.group} on this machine`);
  }
  const reasons = [
    ...whyNotWritable(found, home),
    ...whyNotSafe(options, found),
    ...whyNotReachable(options, account),
  ];
  if (found.state === 'link' && !isOurLink(found, options)) {
    reasons.push(`${found.path} is a symbolic link to something other than integratord`);
  }
  const state = stateSteps(join(home, 'queue', 'integratord'), account);
  if (typeof state === 'string') reasons.push(state);
  // The proof costs a second, and says less than the reasons above.
  if (reasons.length === 0) reasons.push(...whyNotRunning(options, account));
  if (reasons.length > 0 || typeof state === 'string') return refused(...reasons);

  const steps = [...state, ...launcherSteps(found, options, account)];
  return {
    kind: 'ready',
    steps,
    notes: steps.length === 0 ? [] : [restartNote(found)],
    ...(found.state === 'original' && { takesOver: account, backSince: thereSince(found) }),
  };
}

function accountFor(
  { name }: ManagerProgram,
  asked: Pick<InstallOptions, 'user' | 'group'>,
): Account | undefined {
  const isOwn = !isRoot() && asked.user === undefined && asked.group === undefined;
  if (!isOwn) return findAccount(name, asked);
  // Without root's powers the daemon will run as whoever starts it.
  const [uid = 0, gid = 0] = [process.geteuid?.(), process.getegid?.()];
  return findAccount(name, { user: String(uid), group: String(gid) });
}

function whyNotWritable({ path }: ManagerProgram, home: string): string[] {
  const queue = join(home, 'queue');
  const missing = statOf(queue) === undefined ? [`there is no directory ${queue}`] : [];
  if (isRoot()) return missing;
  const owner = statOf(dirname(path))?.uid;
  return owner === process.geteuid?.()
    ? missing
    : [...missing, `${dirname(path)} belongs to user ${owner}: run this as root`];
}

/** The manager's control program runs as root whatever the launcher names, or the one kept beside it. */
function whyNotSafe(
  { node, packageRoot, program }: InstallOptions,
  { path, kept, hasKept }: ManagerProgram,
): string[] {
  const trusted = process.geteuid?.() ?? 0;
  return [
    whyChangeable(node, trusted),
    whyChangeable(program, trusted, packageRoot) ??
      whyChangeable(join(packageRoot, 'package.json'), trusted, packageRoot) ??
      whyTreeChangeable(join(packageRoot, 'dist'), trusted) ??
      whyTreeChangeable(join(packageRoot, 'node_modules'), trusted),
    whyChangeable(hasKept ? kept : dirname(path), trusted),
  ].filter((reason) => reason !== undefined);
}

function whyNotReachable(options: InstallOptions, account: Account): string[] {
  const { node, packageRoot, program } = options;
  return [
    whyUnreachable(node, account, 'run'),
    whyUnreachable(program, account, 'read') ??
      whyUnreachable(join(packageRoot, 'package.json'), account, 'read'),
  ].filter((reason) => reason !== undefined);
}

/** Tries our program as that user, with all its libraries. */
function whyNotRunning({ node, program, home }: InstallOptions, account: Account): string[] {
  const identity = isRoot() ? { uid: account.uid, gid: account.gid } : {};
  const { status, stderr, error } = spawnSync(node, [program, '--home', home, '--probe'], {
    ...identity,
    cwd: '/',
    env: withoutNodeVariables(process.env),
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status === 0) return [];
  const detail = error?.message ?? stderr.trim().split('\n').slice(0, 5).join(' ');
  return [`integratord cannot run as user ${account.user}: ${detail}`];
}

/** As the launcher does it. */
function withoutNodeVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names: readonly string[] = NODE_VARIABLES;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function isOurLink({ path }: ManagerProgram, { program, packageRoot }: InstallOptions): boolean {
  return [program, join(packageRoot, 'dist', 'cli', 'main.js')].some((ours) => leadsTo(path, ours));
}

function launcherSteps(
  found: ManagerProgram,
  { home, node, program, user, group }: InstallOptions,
  account: Account,
): InstallStep[] {
  const { name, path, kept, hasKept, state } = found;
  const text = launcherText({ name, home, node, program, user, group });
  const steps: InstallStep[] = [];
  if (state === 'original' && statOf(kept)?.ino !== statOf(path)?.ino) {
    const instead = hasKept ? ', replacing the one of an earlier version' : '';
    steps.push({
      text: `keep the original ${path} as ${kept}${instead}`,
      run() {
        // A second name for the same file, so that there is a program at every moment.
        const fresh = `${kept}.new`;
        rmSync(fresh, { force: true });
        linkSync(path, fresh);
        renameSync(fresh, kept);
      },
    });
  }
  const isSame = state === 'launcher' && readFileSync(path, 'utf8') === text;
  const stat = statOf(path);
  const isOwned = !isRoot() || (stat?.uid === 0 && stat.gid === account.gid);
  if (isSame && isOwned && ((stat?.mode ?? 0) & 0o7777) === LAUNCHER_MODE) return steps;
  const verb = state === 'launcher' ? 'renew' : 'write';
  steps.push({
    text: `${verb} the launcher ${path}, 0750${isRoot() ? `, root:${account.group}` : ''}`,
    run() {
      const fresh = `${path}.new`;
      rmSync(fresh, { force: true });
      writeFileSync(fresh, text, { flag: 'wx', mode: 0o700 });
      if (isRoot()) chownSync(fresh, 0, account.gid);
      chmodSync(fresh, LAUNCHER_MODE);
      renameSync(fresh, path);
    },
  });
  return steps;
}
