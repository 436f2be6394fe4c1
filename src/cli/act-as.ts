import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FileContent, type Files, systemFiles } from '../config/files.ts';
import { type Account, becomeAccount, isRoot } from '../dropin/enter.ts';
import { whyUnreachable } from '../dropin/install/permissions.ts';
import type { Invocation } from './common-options.ts';
import { type OpenFile, openFile } from './lines.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
/** In bytes. Real configurations are a thousand times smaller. */
const LONGEST = 64 << 20;

/** What a command goes on with. */
export interface Acting {
  /** The file system, where files that the command line names count as readable. */
  readonly files: Files;
  /** The file that the command line names; undefined: standard input. */
  readonly input: OpenFile | undefined;
}

/**
 * Has a command that root calls see what the daemon will see: it becomes the user that the state
 * directory belongs to. What the command line names is opened before. Standard error says who is acting.
 * @param file a file with alerts; undefined or `-`: none
 * @throws CommandError when that file cannot be opened.
 */
export function actAsDaemon(
  { paths, named }: Pick<Invocation, 'paths' | 'named'>,
  file?: string,
): Acting {
  const input = openFile(file);
  if (!isRoot()) return { files: systemFiles, input };
  const account = reachable(ownerOf(paths.state));
  if (typeof account === 'string') {
    say(`acts as root, not as the daemon: ${account}`);
    return { files: systemFiles, input };
  }
  const held = new Map(named.map((path) => [path, systemFiles.read(path, { bytes: LONGEST })]));
  becomeAccount(account);
  say(`acts as user ${account.user}, to whom ${paths.state} belongs`);
  for (const path of named) {
    if (!canRead(path)) say(`user ${account.user} cannot read ${path}`);
  }
  return { files: filesWith(held), input };
}

/**
 * Has a command that works on the outbox alone, and that root calls, become the user whose it is: else
 * files in it would be root's.
 */
export function actAsOwner(state: string): void {
  const account = isRoot() ? ownerOf(state) : '';
  if (typeof account !== 'string') becomeAccount(account);
}

/**
 * Has a command that root calls become a user for good, where what is loaded later can be read by that
 * one. A string says why not.
 */
export function actAsAccount(account: Account): string | undefined {
  const able = reachable(account);
  if (typeof able === 'string') return able;
  becomeAccount(account);
  return undefined;
}

/** Whose a state directory is; a string says why there is nobody to become. */
function ownerOf(state: string): Account | string {
  const stat = statSync(state, { throwIfNoEntry: false });
  if (stat === undefined)
    return `there is no state directory ${state} yet, whose owner it would be`;
  if (stat.uid === 0) return `the state directory ${state} belongs to root`;
  return accountOf(stat.uid, stat.gid);
}

/** What is loaded later must be readable then. */
function reachable(account: Account | string): Account | string {
  if (typeof account === 'string') return account;
  const needed = ['package.json', 'dist/cli/main.js', 'node_modules']
    .map((name) => join(PACKAGE, name))
    .filter((path) => existsSync(path));
  const reasons = needed.map((path) => whyUnreachable(path, account, 'read'));
  const reason = [whyUnreachable(process.execPath, account, 'run'), ...reasons];
  return reason.find((one) => one !== undefined) ?? account;
}

/** A user with its main group; with the group of its directory, where the system doesn't know it. */
function accountOf(uid: number, gid: number): Account {
  const { stdout } = spawnSync('getent', ['passwd', String(uid)], { encoding: 'utf8' });
  const [name = '', , , main] = (stdout || localEntry(uid)).split(':');
  if (name === '' || main === undefined) return { user: String(uid), group: String(gid), uid, gid };
  return { user: name, group: main, uid, gid: Number(main) };
}

function localEntry(uid: number): string {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.find((line) => line.split(':')[2] === String(uid)) ?? '';
}

function filesWith(held: ReadonlyMap<string, FileContent>): Files {
  return {
    read(path, { bytes }) {
      const content = held.get(path);
      if (content === undefined) return systemFiles.read(path, { bytes });
      if (!content.ok || content.bytes.length <= bytes) return content;
      return { ...content, bytes: content.bytes.subarray(0, bytes), truncated: true };
    },
  };
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function say(text: string): void {
  process.stderr.write(`integratord ${text}\n`);
}
