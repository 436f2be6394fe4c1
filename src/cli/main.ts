#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import { addCheck } from './check.ts';
import { addCommonOptions } from './common-options.ts';
import { addDemo } from './demo.ts';
import { addWazuh, runAsOriginal } from './drop-in.ts';
import { CommandError, EXIT } from './exit.ts';
import { addInstall, addUninstall } from './install.ts';
import { addMatch } from './match.ts';
import { addPreview } from './preview.ts';
import { addQueue } from './queue.ts';
import { addRun } from './run.ts';
import { addSend } from './send.ts';

/** The program with all its commands. */
function createProgram(): Command {
  const program = new Command('integratord')
    .description('Delivers Wazuh and OSSEC alerts to the tools where people act, and loses none.')
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ sortSubcommands: false });
  for (const add of [addRun, addCheck, addMatch, addPreview, addSend, addQueue, addDemo]) {
    add(program);
  }
  for (const add of [addInstall, addUninstall, addWazuh]) add(program);
  addCommonOptions(program);
  return program.action(() => program.outputHelp());
}

/** Runs the command line; resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv]);
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`integratord: ${error.message}\n`);
    return error.code;
  }
}

// The reader of our output may go away early (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = (await runAsOriginal(process.argv, process.env)) ?? (await main(process.argv));
