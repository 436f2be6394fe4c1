import { accessSync, closeSync, constants, openSync, readSync, type Stats } from 'node:fs';
import { safeWay } from './safe-way.ts';

/** Who runs the scripts. */
export interface Identity {
  readonly uid: number;
  /** The group of new files and all other groups. */
  readonly gids: readonly number[];
}

const ROOT = 0;

/** The identity of this process; on systems without users, root. */
export function ownIdentity(): Identity {
  const gids = [process.getegid?.() ?? ROOT, ...(process.getgroups?.() ?? [])];
  return { uid: process.geteuid?.() ?? ROOT, gids };
}

/**
 * Why a script must not or cannot be run, with what to do about it; undefined when it may.
 *
 * The reference refuses a script that its own user could write, and so expects `root:wazuh 0750`.
 * Root, as in containers, can never meet that rule, so for root it becomes: no other user
 * can write. In both cases no other user may be able to replace its code, at any place on its way:
 * then it does not matter that the system looks the path up again to start it. A descriptor could not
 * be started instead: `$0` would be its number, and wrappers find their program beside `$0`.
 */
export function scriptProblem(path: string, who: Identity): string | undefined {
  let real: string;
  try {
    const way = safeWay(path, (at, directory, entry) => unsafeDirectory(at, directory, who, entry));
    if (typeof way === 'string') return way;
    real = way.real;
    if (!way.stat.isFile()) return `${path} is not a file.`;
    if (way.stat.size === 0) return `${path} is empty.`;
    const unsafe = unsafeFile(path, way.stat, who);
    if (unsafe !== undefined) return unsafe;
  } catch (error) {
    return notFound(path, error);
  }
  try {
    accessSync(real, constants.X_OK);
  } catch {
    return `${path} is not executable by this user. Run: chmod 750 '${path}', and set its group to that of the user that integratord runs as.`;
  }
  return undefined;
}

function notFound(path: string, error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return `There is no script ${path}. Put it there, or remove the integration.`;
    case 'EACCES':
      return `${path} cannot be reached: the user that integratord runs as cannot enter its directory.`;
    case 'ENOTDIR':
      return `There is no script ${path}: what should be its directory is a file.`;
    case 'ELOOP':
      return `${path} is a symbolic link loop.`;
    default:
      return `${path} cannot be examined (${code}).`;
  }
}

type Permissions = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** Why the script's own permissions are not safe. */
export function unsafeFile(path: string, file: Permissions, who: Identity): string | undefined {
  const fix = `Run: chown root '${path}' && chmod 750 '${path}'.`;
  if ((file.mode & 0o002) !== 0) {
    return `${path} can be changed by every user, so it is not run. ${fix}`;
  }
  if ((file.mode & 0o6000) !== 0) {
    return `${path} runs with the rights of its owner or group (setuid, setgid), so it is not run. Run: chmod u-s,g-s '${path}'.`;
  }
  const groupCanWrite = (file.mode & 0o020) !== 0;
  if (who.uid === ROOT) {
    if (file.uid !== ROOT) {
      return `${path} belongs to user ${file.uid}, who could have root run anything. ${fix}`;
    }
    if (groupCanWrite && file.gid !== ROOT) {
      return `${path} can be changed by group ${file.gid}, which could have root run anything. ${fix}`;
    }
    return undefined;
  }
  if (isForeign(file.uid, who)) {
    return `${path} belongs to user ${file.uid}, who can change it, so it is not run. ${fix}`;
  }
  if (file.uid === who.uid && (file.mode & 0o200) !== 0) {
    return `${path} can be changed by the user that integratord runs as, so it is not run: an attacker who compromises integratord could change it. ${fix}`;
  }
  if (groupCanWrite && (file.gid !== ROOT || who.gids.includes(ROOT))) {
    return `${path} can be changed by group ${file.gid}, so it is not run. ${fix}`;
  }
  return undefined;
}

/**
 * Why the permissions of a directory on the way to a script are not safe.
 * @param entry what the way goes on with.
 */
export function unsafeDirectory(
  path: string,
  directory: Permissions,
  who: Identity,
  entry: { readonly path: string; readonly uid: number },
): string | undefined {
  if (isForeign(directory.uid, who)) {
    const danger =
      who.uid === ROOT
        ? 'who could have root run anything.'
        : 'who can replace what is in it, so its scripts are not run.';
    return `${path} belongs to user ${directory.uid}, ${danger} Run: chown root '${path}'.`;
  }
  const everyoneCanWrite = (directory.mode & 0o002) !== 0;
  const isGroupForeign = directory.gid !== ROOT && !isOwnGroup(directory.gid, who);
  const groupCanWrite = (directory.mode & 0o020) !== 0 && isGroupForeign;
  if (!everyoneCanWrite && !groupCanWrite) return undefined;
  if ((directory.mode & 0o1000) !== 0) {
    // With the sticky bit, others cannot replace what is not theirs.
    if (!isForeign(entry.uid, who)) return undefined;
    return `${entry.path} belongs to user ${entry.uid}, who can replace it, so it is not used for scripts. Run: chown -h root '${entry.path}'.`;
  }
  return everyoneCanWrite
    ? `Every user can put other files into ${path}, so its scripts are not run. Run: chmod o-w '${path}'.`
    : `Group ${directory.gid} can put other files into ${path}, so its scripts are not run. Run: chmod g-w '${path}'.`;
}

/** True for a user who is neither root nor us. */
function isForeign(uid: number, who: Identity): boolean {
  return uid !== ROOT && uid !== who.uid;
}

/** A group of integratord's own user is the daemon itself, which the reference trusts here. */
function isOwnGroup(gid: number, who: Identity): boolean {
  return who.uid !== ROOT && who.gids.includes(gid);
}

/**
 * Why the system would not start a script that is there and may be run.
 * @param code the error of the attempt: `ENOENT`, `ENOEXEC`, `EACCES` …
 */
export function startProblem(path: string, code: string): string {
  const first = firstLine(path);
  const interpreter = /^#!\s*(\S+)/.exec(first)?.[1];
  if (first.startsWith('#!') && first.endsWith('\r')) {
    return `${path} has Windows line endings, so its interpreter is not found. Run: sed -i 's/\\r$//' '${path}'.`;
  }
  switch (code) {
    case 'ENOENT':
      return interpreter === undefined
        ? `${path} is a program for another system: its loader is missing.`
        : `The interpreter ${interpreter} in the first line of ${path} does not exist.`;
    case 'ENOEXEC':
      return first.startsWith('#!')
        ? `${path} cannot be run: its interpreter is not a program.`
        : `${path} has no interpreter line. Begin it with a line such as #!/bin/sh or #!/usr/bin/env python3; a binary must be built for this machine.`;
    case 'EACCES':
      return interpreter === undefined
        ? `${path} cannot be run: its file system may be mounted with noexec.`
        : `${path} cannot be run: ${interpreter} is not executable, or a file system is mounted with noexec.`;
    case 'E2BIG':
      return `${path} cannot be started: its arguments are longer than the system allows.`;
    default:
      return `${path} cannot be started (${code}).`;
  }
}

function firstLine(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(256);
      const bytesRead = readSync(file, buffer, 0, 256, 0);
      return buffer.toString('latin1', 0, bytesRead).split('\n')[0] ?? '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
