import type { Command } from 'commander';
import type { Signals } from '../app/signals.ts';
import { callByName, callWithOptions } from '../dropin/call.ts';
import { CommandError, EXIT } from './exit.ts';
import { resolvePaths } from './paths.ts';

const COMMAND = 'wazuh';

/**
 * Behaves as the manager's own Integrator: called by a link to this program with the original's name,
 * or as `integratord wazuh …`.
 * @param argv Node's
 */
export async function runAsOriginal(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: Signals,
): Promise<number | undefined> {
  const call =
    callByName(argv, env) ??
    (argv[2] === COMMAND
      ? callWithOptions(withHelp(argv.slice(3)), [argv[1] ?? '', COMMAND], env)
      : undefined);
  if (call === undefined) return undefined;
  // Every command comes by here; only the original's needs what it logs and starts by.
  const { runDropIn } = await import('../dropin/program.ts');
  return runDropIn(call, (home) => resolvePaths({ home }, {}), signals);
}

/** Every command of ours has `--help`, which the original does not know. */
function withHelp(args: readonly string[]): readonly string[] {
  return args.map((word) => (word === '--help' ? '-h' : word));
}

/** Shows `integratord wazuh` in the help. */
export function addWazuh(program: Command): void {
  program
    .command(COMMAND)
    .description("behave like the manager's own wazuh-integratord, with the same flags")
    .argument('[flags...]', "the original's flags, after --home DIR: -Vhdtf -u user -g group")
    .allowUnknownOption()
    .action(() => {
      const message = `${COMMAND} must be the first word: integratord ${COMMAND} --home DIR -t`;
      throw new CommandError(message, EXIT.wrongUsage);
    });
}
