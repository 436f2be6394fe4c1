import { type Known, knownByName, type ProgramName, readOwnOptions } from './enter.ts';

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
  const known = knownByName(program);
  return known === undefined ? undefined : callWithOptions(argv.slice(2), [program], env, known);
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
  known: Known = {},
): DropInCall {
  const own = readOwnOptions(args, env, known);
  const { name, home } = own;
  const again = home === undefined ? ['--as', name] : ['--home', home, '--as', name];
  return { ...own, self: [...self, ...again] };
}
