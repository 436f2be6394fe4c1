import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** What someone may do: look, act on deliveries, and also reload. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Someone who may log in. */
export interface KnownUser {
  readonly name: string;
  readonly role: Role;
  /** What {@link checkPassword} takes. */
  readonly hash: string;
}

/** The users of a file, or why there are none. */
export type ReadUsers =
  | { readonly ok: true; readonly users: ReadonlyMap<string, KnownUser> }
  | { readonly ok: false; readonly why: string };

const LONGEST_FILE = 2 ** 20;
const LINE = /^([A-Za-z\d._@-]{1,64}):(viewer|operator|admin):(scrypt\$[\w$+/=-]{20,300})$/;

/**
 * Reads the users: `name:role:hash` on each line, and `#` before what is no user. The file must belong to
 * this user or root, and be nobody else's to read or write: one that is not is not used at all.
 */
export function readUsers(path: string): ReadUsers {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { mode, uid, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return failed(path, 'it is no file');
    if (uid !== 0 && uid !== process.geteuid?.()) return failed(path, 'it belongs to another user');
    if ((mode & 0o077) !== 0) return failed(path, 'others can read or write it: chmod 600');
    if (size > LONGEST_FILE) return failed(path, 'it is too long');
    return parsed(path, readFileSync(file, 'utf8'));
  } catch (error) {
    return failed(path, (error as Error).message);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parsed(path: string, text: string): ReadUsers {
  const users = new Map<string, KnownUser>();
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, role, hash] = LINE.exec(line) ?? [];
    if (name === undefined || role === undefined || hash === undefined) {
      return failed(path, `line ${index + 1} is not name:role:hash`);
    }
    if (users.has(name)) return failed(path, `line ${index + 1} has a name for the second time`);
    users.set(name, { name, role: role as Role, hash });
  }
  return { ok: true, users };
}

function failed(path: string, why: string): ReadUsers {
  return { ok: false, why: `the users file ${path} cannot be used: ${why}` };
}

/** True where a role includes another. */
export function includesRole(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}
