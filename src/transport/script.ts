import { existsSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import {
  ALERT_FILE,
  OPTIONS_FILE,
  type ScriptCall,
  type ScriptResult,
  type ScriptRunner,
} from '../core/destination.ts';
import { type CallFiles, writeCallFiles } from './script-files.ts';
import { type OutputPipe, ScriptPipes } from './script-pipe.ts';
import type { ScriptPlace } from './script-place.ts';
import { type Command, type Ending, runProcess } from './script-process.ts';
import { type Identity, ownIdentity, scriptProblem, startProblem } from './script-safety.ts';

export interface ScriptRunnerOptions {
  /** Where the files of running scripts are. */
  readonly place: ScriptPlace;
  /** Where scripts run: the manager's home. */
  readonly workingDirectory: string;
  /** What scripts find in their environment. */
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Who runs them: who this process is, unless a test says otherwise. */
  readonly identity?: Identity;
}

/** Errors of the machine, not of the script: it may work in a moment. */
const PASSING = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY', 'ENOSPC', 'EDQUOT']);

/**
 * Runs scripts as the reference does, but with files that only this user can read, with a time
 * limit, and with an end of everything that a script started when that limit is over. Expected
 * failures are values.
 */
export function createScriptRunner(options: ScriptRunnerOptions): ScriptRunner {
  const { place, workingDirectory, environment, clock, identity = ownIdentity() } = options;
  const pipes = new ScriptPipes(place.directory);

  async function run(
    call: ScriptCall,
    limits: { timeoutMs: number; signal: AbortSignal; name: string },
  ): Promise<ScriptResult> {
    if (limits.signal.aborted) return { kind: 'killed', signal: 'SIGTERM', output: '' };
    const problem = scriptProblem(call.path, identity);
    if (problem !== undefined) return { kind: 'refused', message: problem };

    let written: CallFiles | undefined;
    let pipe: OutputPipe;
    try {
      written = writeCallFiles(place, limits.name, call, clock);
      pipe = pipes.open();
    } catch (error) {
      written?.remove();
      return noFiles(place.temporary, error);
    }
    const { path, argv0 } = call;
    const argv = call.argv.map((argument) => withPaths(argument, written));
    const command = { path, argv0, argv, cwd: workingDirectory, env: environment, pipe };
    try {
      return asResult(await runProcess(command, limits, clock), command);
    } finally {
      written.remove();
    }
  }

  return { run };
}

function withPaths(argument: string, { alertFile, optionsFile }: CallFiles): string {
  if (argument === ALERT_FILE) return alertFile;
  if (argument === OPTIONS_FILE) return optionsFile ?? '';
  return argument;
}

function asResult(ending: Ending, { path, cwd }: Command): ScriptResult {
  if (ending.kind !== 'error') return ending;
  const { code } = ending;
  if (!existsSync(cwd)) {
    return { kind: 'refused', message: `Scripts run in ${cwd}, which does not exist.` };
  }
  if (PASSING.has(code)) {
    return { kind: 'failed', message: `${path} could not be started (${code}).` };
  }
  return { kind: 'refused', message: startProblem(path, code) };
}

/** What becomes of a run whose files cannot be written now. */
export function noFiles(directory: string, error: unknown): ScriptResult {
  return {
    kind: 'failed',
    message: `The alert could not be written to ${directory} for the script (${codeOf(error)}). Check that directory, its owner, and the space on its disk.`,
  };
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message : 'unknown error';
}
