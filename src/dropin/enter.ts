// The manager starts us as root. This file is all of ours that runs as root, so it imports nothing
// else of the project and no library: the rest is loaded once the user has been changed.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The names that the manager's Integrator has had: up to Wazuh 4.1, and since. */
export const PROGRAM_NAMES = ['wazuh-integratord', 'ossec-integratord'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** Whom the daemon runs as. */
export interface Account {
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whom the command line asks for, by name or number. */
export interface AskedAccount {
  readonly user: string | undefined;
  readonly group: string | undefined;
}

/** What the launcher takes for a refusal; anything else but 0 is our own failure to it. */
export const LAUNCHED_REFUSAL = 3;

/** The manager's accounts: Wazuh from 4.3 on, Wazuh before, and OSSEC. */
const ACCOUNTS: Readonly<Record<ProgramName, readonly (readonly [string, string])[]>> = {
  'wazuh-integratord': [
    ['wazuh', 'wazuh'],
    ['ossecm', 'ossec'],
  ],
  'ossec-integratord': [
    ['ossecm', 'ossec'],
    ['wazuh', 'wazuh'],
    ['ossec', 'ossec'],
  ],
};

/** The options of ours that may stand ahead of the original's flags. */
export interface OwnOptions {
  /** Whom it stands in for. */
  readonly name: ProgramName;
  /** The manager's directory; undefined when nothing tells it. */
  readonly home: string | undefined;
  readonly isChild: boolean;
  readonly isLaunched: boolean;
  readonly isProbe: boolean;
  /** The rest of the command line, as the original would get it. */
  readonly flags: readonly string[];
}

/** What is known of a call without its options. */
export interface Known {
  readonly name?: ProgramName;
  readonly home?: string | undefined;
}

/**
 * Gives up the powers of root for good, where this process has them. Where it cannot, it says so as
 * the original would, sets the exit code and returns false: then nothing else may be loaded.
 * @param args the command line after the program: options of ours, then the original's flags
 */
export function enter(args: readonly string[], known: Known = {}): boolean {
  if (!isRoot()) return true;
  const { name, home, isLaunched, flags } = readOwnOptions(args, process.env, known);
  const asked = askedAccount(flags);
  const account = findAccount(name, asked ?? { user: undefined, group: undefined });
  const problem = account === undefined ? invalid(name, asked) : whyNotBecome(account);
  if (problem === undefined) return true;
  const line = `${startTime()} ${name}: CRITICAL: ${problem}\n`;
  process.stderr.write(line);
  if (home !== undefined) appendTo(join(home, 'logs', 'ossec.log'), line);
  process.exitCode = isLaunched ? LAUNCHED_REFUSAL : 1;
  return false;
}

/** Reads the options of ours: `--home DIR` and `--as NAME` and what the launcher adds. */
export function readOwnOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  known: Known,
): OwnOptions {
  let { name = PROGRAM_NAMES[0], home } = known;
  const given = new Set<string>();
  let at = 0;
  for (; at < args.length; at += 1) {
    const [option = '', ...inline] = (args[at] ?? '').split('=');
    if (option === '--home' || option === '--as') {
      const value = inline.length > 0 ? inline.join('=') : args[(at += 1)];
      if (option === '--home') home = value;
      else name = programName(value) ?? name;
    } else if (['--child', '--launched', '--probe'].includes(option)) given.add(option);
    else break;
  }
  const found = home ?? env['WAZUH_HOME'];
  return {
    name,
    home: found === undefined || found === '' ? undefined : resolve(found),
    isChild: given.has('--child'),
    isLaunched: given.has('--launched'),
    isProbe: given.has('--probe'),
    flags: args.slice(at),
  };
}

function programName(text: string | undefined): ProgramName | undefined {
  return PROGRAM_NAMES.find((name) => name === text);
}

/**
 * What the path of the program tells where it is a link with the original's name; undefined where it
 * has another name.
 */
export function knownByName(program: string): Known | undefined {
  const name = programName(basename(program));
  return name === undefined ? undefined : { name, home: homeOf(program) };
}

/** The directory above `bin`, as the reference finds it; undefined when it is not called `bin`. */
function homeOf(program: string): string | undefined {
  let directory = dirname(program);
  try {
    directory = realpathSync(directory);
  } catch {
    // It was removed since we were started; its name still tells.
  }
  return basename(directory) === 'bin' ? dirname(directory) : undefined;
}

/**
 * Takes flags apart as getopt does with the original's `Vdhtfu:g:`: several may share a dash, a value
 * may follow at once or as the next word, `--` ends them, other words are skipped.
 */
export function* getopt(
  args: readonly string[],
): Generator<{ readonly flag: string; readonly value: string | undefined }> {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return;
    if (!word.startsWith('-')) continue;
    for (let position = 1; position < word.length; position += 1) {
      const flag = word.charAt(position);
      const hasValue = flag === 'u' || flag === 'g';
      yield { flag, value: hasValue ? word.slice(position + 1) || args[(at += 1)] : undefined };
      if (hasValue) break;
    }
  }
}

/** Undefined when nothing is to be run: the version or the help is asked for, or a flag is wrong. */
function askedAccount(flags: readonly string[]): AskedAccount | undefined {
  const values: { u?: string; g?: string } = {};
  for (const { flag, value } of getopt(flags)) {
    if (flag === 'u' || flag === 'g') {
      if (value === undefined) return undefined;
      values[flag] = value;
    } else if (!'dtf'.includes(flag)) return undefined;
  }
  return { user: values.u, group: values.g };
}

/** The account to use, by name or number; where none is named, the manager's. Undefined: unknown. */
export function findAccount(name: ProgramName, asked: AskedAccount): Account | undefined {
  for (const [defaultUser, defaultGroup] of ACCOUNTS[name]) {
    const user = asked.user ?? defaultUser;
    const group = asked.group ?? defaultGroup;
    const uid = findId('passwd', user);
    const gid = findId('group', group);
    if (uid !== undefined && gid !== undefined) return { user, group, uid, gid };
  }
  return undefined;
}

/** How the account that {@link findAccount} did not find is called, for a message. */
export function accountNames(
  name: ProgramName,
  asked: AskedAccount,
): { user: string; group: string } {
  const [user, group] = ACCOUNTS[name][0] ?? ['', ''];
  return { user: asked.user ?? user, group: asked.group ?? group };
}

/** True where this process may become another user. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Becomes another user for good, with no other group than the one named. Only for root.
 * @throws Error when the system refuses.
 */
export function becomeAccount({ uid, gid }: Pick<Account, 'uid' | 'gid'>): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** Where there is no such account. The version and the help can be had all the same. */
function invalid(name: ProgramName, asked: AskedAccount | undefined): string | undefined {
  if (asked === undefined) return undefined;
  const { user, group } = accountNames(name, asked);
  return `(1203): Invalid user '${user}' or group '${group}' given.`;
}

function whyNotBecome(account: Account): string | undefined {
  try {
    becomeAccount(account);
    return undefined;
  } catch (error) {
    return `(1206): Unable to switch to user '${account.user}': ${(error as Error).message}`;
  }
}

/** When this process started, as `YYYY/MM/DD HH:MM:SS` in local time. */
function startTime(): string {
  const date = new Date(performance.timeOrigin);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Only to a file that is there: the directory is the manager's user's, so links are not followed. */
function appendTo(path: string, line: string): void {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const descriptor = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    try {
      writeSync(descriptor, line);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Standard error has it.
  }
}

/** A user's or group's number: from the local files, or wherever else the system knows them from. */
function findId(database: 'passwd' | 'group', name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  return idIn(localEntries(database), name) ?? idIn(otherEntry(database, name), name);
}

function localEntries(database: string): string {
  try {
    return readFileSync(`/etc/${database}`, 'utf8');
  } catch {
    return '';
  }
}

function otherEntry(database: string, name: string): string {
  if (name.startsWith('-')) return '';
  const { stdout } = spawnSync('getent', [database, name], { encoding: 'utf8', timeout: 10_000 });
  return stdout ?? '';
}

/** Both files look like `name:password:number:…`. */
function idIn(entries: string, name: string): number | undefined {
  for (const line of entries.split('\n')) {
    const [entry, , id] = line.split(':');
    if (entry === name && id !== undefined && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}
