import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** The names that the manager's Integrator has had: up to Wazuh 4.1, and since. */
export const PROGRAM_NAMES = ['wazuh-integratord', 'ossec-integratord'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** That the program is to behave as the manager's Integrator. */
export interface DropInCall {
  /** Whom it stands in for: its name in logs and of its PID file. */
  readonly name: ProgramName;
  /** The manager's directory; undefined when nothing tells it. */
  readonly home: string | undefined;
  /** The command line, as the original would get it. */
  readonly flags: readonly string[];
  /** What starts this program again, up to the flags. */
  readonly self: readonly string[];
  /** True in the process that was sent into the background. */
  readonly isChild: boolean;
  /** True when the launcher looks at the exit code, to tell a refusal from our own failure. */
  readonly isLaunched: boolean;
  /** True when it is only to be seen whether this user can run the program at all. */
  readonly isProbe: boolean;
}

/**
 * Reads a command line as a call by the original's name: `bin/wazuh-integratord`, a link to this
 * program. Undefined when it has another name.
 * @param argv Node's: the second is the path of the program, links not followed
 */
export function callByName(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): DropInCall | undefined {
  const program = argv[1] ?? '';
  const name = programName(basename(program));
  if (name === undefined) return undefined;
  return callWithOptions(argv.slice(2), [program], env, { name, home: homeOf(program) });
}

/**
 * Reads a command line whose program was chosen otherwise, by the launcher or by
 * `integratord wazuh`. Ahead of the original's flags may stand `--home DIR` and `--as NAME`.
 * @param self what starts this program again with the options of the result
 */
export function callWithOptions(
  args: readonly string[],
  self: readonly string[],
  env: NodeJS.ProcessEnv,
  known: { readonly name?: ProgramName; readonly home?: string | undefined } = {},
): DropInCall {
  let { name = PROGRAM_NAMES[0], home } = known;
  let isChild = false;
  let isLaunched = false;
  let isProbe = false;
  let at = 0;
  for (; at < args.length; at += 1) {
    const [option, inline] = splitOnce(args[at] ?? '');
    if (option === '--home') home = inline ?? args[(at += 1)];
    else if (option === '--as') name = programName(inline ?? args[(at += 1)]) ?? name;
    else if (option === '--child') isChild = true;
    else if (option === '--launched') isLaunched = true;
    else if (option === '--probe') isProbe = true;
    else break;
  }
  const found = home ?? env['WAZUH_HOME'];
  const absolute = found === undefined || found === '' ? undefined : resolve(found);
  const again = absolute === undefined ? ['--as', name] : ['--home', absolute, '--as', name];
  return {
    name,
    home: absolute,
    flags: args.slice(at),
    self: [...self, ...again],
    isChild,
    isLaunched,
    isProbe,
  };
}

function programName(text: string | undefined): ProgramName | undefined {
  return PROGRAM_NAMES.find((name) => name === text);
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

function splitOnce(option: string): [string, string | undefined] {
  const at = option.indexOf('=');
  return at === -1 ? [option, undefined] : [option.slice(0, at), option.slice(at + 1)];
}
