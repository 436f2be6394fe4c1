import type { Command } from 'commander';
import { callByName, callWithOptions, type DropInCall } from '../dropin/call.ts';
import { runDropIn } from '../dropin/program.ts';
import { CommandError, EXIT } from './exit.ts';
import { resolvePaths } from './paths.ts';

const COMMAND = 'wazuh';

/** What the launcher runs. The command line is the launcher's, then the original's. */
export function runLaunched(args: readonly string[], program: string): Promise<void> {
  return run(callWithOptions(args, [program], process.env));
}

/**
 * Behaves as the manager's own Integrator: called by a link to this program with the original's name,
 * or as `integratord wazuh …`.
 * @param argv Node's
 */
export function runAsOriginal(argv: readonly string[]): Promise<void> {
  const self = [argv[1] ?? '', COMMAND];
  return run(callByName(argv, process.env) ?? callWithOptions(argv.slice(3), self, process.env));
}

async function run(call: DropInCall): Promise<void> {
  process.exitCode = await runDropIn(call, (home) => resolvePaths({ home }, {}));
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
