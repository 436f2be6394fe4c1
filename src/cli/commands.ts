import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import { addCommonOptions } from './common-options.ts';
import { addWazuh } from './drop-in.ts';
import { CommandError, EXIT } from './exit.ts';

/** The commands by name, in the order of the help, and how each is loaded. */
const COMMANDS: readonly [name: string, load: () => Promise<(program: Command) => void>][] = [
  ['run', async () => (await import('./run.ts')).addRun],
  ['check', async () => (await import('./check.ts')).addCheck],
  ['match', async () => (await import('./match.ts')).addMatch],
  ['preview', async () => (await import('./preview.ts')).addPreview],
  ['send', async () => (await import('./send.ts')).addSend],
  ['queue', async () => (await import('./queue.ts')).addQueue],
  ['demo', async () => (await import('./demo.ts')).addDemo],
  ['install', async () => (await import('./install.ts')).addInstall],
  ['uninstall', async () => (await import('./install.ts')).addUninstall],
];

/**
 * The program with the commands whose names are among these words, which is much less to load than
 * all of them; with all of them when there is none, for the help.
 */
async function createProgram(words: readonly string[]): Promise<Command> {
  const isHelp = words.includes('help');
  const named = isHelp ? [] : COMMANDS.filter(([name]) => words.includes(name));
  const program = new Command('integratord')
    .description('Delivers Wazuh and OSSEC alerts to the tools your team works in, and loses none.')
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ sortSubcommands: false });
  for (const [, load] of named.length > 0 ? named : COMMANDS) (await load())(program);
  addWazuh(program);
  addCommonOptions(program);
  return program.action(() => program.outputHelp());
}

/** Runs a command of ours; resolves with the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(argv.slice(2));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`integratord: ${error.message}\n`);
    return error.code;
  }
}
