import { Command, CommanderError } from 'commander';
import { suggestion } from '../core/nearest.ts';
import { printableLines } from '../core/printable.ts';
import { VERSION } from '../core/version.ts';
import { complain } from '../telemetry/standard-error.ts';
import { addCommonOptions } from './common-options.ts';
import { addWazuh, runAsOriginal } from './drop-in.ts';
import { CommandError, EXIT, type ExitCode } from './exit.ts';
import { signals } from './take-signals.ts';

/** The commands by name, in the order of the help, and how each is loaded. */
const COMMANDS: readonly [name: string, load: () => Promise<(program: Command) => void>][] = [
  ['run', async () => (await import('./run.ts')).addRun],
  ['check', async () => (await import('./check.ts')).addCheck],
  ['match', async () => (await import('./match.ts')).addMatch],
  ['explain', async () => (await import('./explain.ts')).addExplain],
  ['simulate', async () => (await import('./simulate.ts')).addSimulate],
  ['replay', async () => (await import('./replay.ts')).addReplay],
  ['preview', async () => (await import('./preview.ts')).addPreview],
  ['send', async () => (await import('./send.ts')).addSend],
  ['status', async () => (await import('./status.ts')).addStatus],
  ['reload', async () => (await import('./reload.ts')).addReload],
  ['pause', async () => (await import('./pause.ts')).addPause],
  ['resume', async () => (await import('./pause.ts')).addResume],
  ['tail', async () => (await import('./tail.ts')).addTail],
  ['top', async () => (await import('./top.ts')).addTop],
  ['metrics', async () => (await import('./metrics.ts')).addMetrics],
  ['queue', async () => (await import('./queue/commands.ts')).addQueue],
  ['silence', async () => (await import('./silence.ts')).addSilence],
  ['audit', async () => (await import('./audit.ts')).addAudit],
  ['unreadable', async () => (await import('./unreadable.ts')).addUnreadable],
  [
    'completion',
    async () => {
      const { addCompletion } = await import('./completion.ts');
      return (program) => addCompletion(program, () => createProgram([]));
    },
  ],
  ['console-user', async () => (await import('./console-user.ts')).addConsoleUser],
  ['demo', async () => (await import('./demo.ts')).addDemo],
  ['setup', async () => (await import('./setup.ts')).addSetup],
  ['install', async () => (await import('./install.ts')).addInstall],
  ['uninstall', async () => (await import('./install.ts')).addUninstall],
  ['restore-outbox', async () => (await import('./restore-outbox.ts')).addRestoreOutbox],
];

/**
 * The program with the commands whose names are among these words, which is much less to load than
 * all of them; with all of them when there is none, for the help.
 */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const isHelp = words.includes('help');
  const named = isHelp ? [] : COMMANDS.filter(([name]) => words.includes(name));
  const program = new Command('integratord')
    .description('Delivers Wazuh and OSSEC alerts to the tools your team works in, and loses none.')
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ sortSubcommands: false })
    .configureOutput({ writeErr: complain });
  for (const [, load] of named.length > 0 ? named : COMMANDS) (await load())(program);
  addWazuh(program);
  addCommonOptions(program);
  program.hook('preAction', (_program, command) => {
    if (command.name() !== 'run') signals.release();
  });
  // After the commands, which would inherit it: what is no command comes here, too.
  return program.allowExcessArguments().action(() => {
    const [word] = program.args;
    if (word === undefined) return program.outputHelp();
    const names = [...COMMANDS.map(([name]) => name), 'wazuh', 'help'];
    const message = `there is no command ${JSON.stringify(word)}${suggestion(word, names)} (--help lists them)`;
    throw new CommandError(message, EXIT.wrongUsage);
  });
}

/** Ends a command whose output cannot be written, rather than with a stack trace. */
function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader may go away early (`| head`): that is not a failure.
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    complain(`integratord: the output cannot be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
}

/** To Nagios 2 is critical, and 3 unknown: a check that is misspelt says nothing about the daemon. */
function wrongUsage(argv: readonly string[]): ExitCode {
  return argv[2] === 'status' ? EXIT.failed : EXIT.wrongUsage;
}

/**
 * Runs a command line, ours or the original's; resolves with the exit code.
 * @param argv Node's
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  watchOutput();
  const code = await runAsOriginal(argv, process.env, signals);
  if (code !== undefined) return code;
  try {
    const program = await createProgram(argv.slice(2));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : wrongUsage(argv);
    if (!(error instanceof CommandError)) throw error;
    complain(`integratord: ${printableLines(error.message)}\n`);
    return error.code;
  }
}
