import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  ALERT_FILE,
  attemptSeconds,
  type Definition,
  defineDestination,
  type Integration,
  type Job,
  OPTIONS_FILE,
  type Outcome,
  openOptions,
  printable,
  retriesOf,
  type ScriptCall,
  type ScriptResult,
  secret,
  setting,
  wantsJson,
} from '../sdk/index.ts';
import { alertText } from './alert-text.ts';
import { bundleAlert, bundleSentence } from './bundle-alert.ts';

/** The prefix of script names. */
export const SCRIPT_PREFIX = 'custom-';

/** Seconds that a script may run when the configuration sets no timeout. The reference has no limit. */
const LEAST_SECONDS = 60;

/** A script that fails is run again only where the configuration asks for it. */
const RETRIES = { retriesOnRequest: true };

/** What a script says that should be run again later: EX_TEMPFAIL of sysexits.h. */
const TRY_LATER = 75;

/**
 * Someone else ended it: the service manager, which stops all processes of integratord, the kernel for
 * lack of memory, an administrator. That says nothing of the alert.
 */
const STOPPED: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP']);

/** As many as the reference makes of a command line. */
const MOST_ARGUMENTS = 8;

const settings = z.object({
  hook_url: setting(z.string().transform(secret).optional(), 'Handed to the script as it is.', {
    place: 'hook_url',
    secret: true,
  }),
  api_key: setting(z.string().transform(secret).optional(), 'Handed to the script as it is.', {
    place: 'api_key',
    secret: true,
  }),
  options: openOptions('A JSON object that the script gets as a file.', []),
});

/**
 * The destination of all `custom-*` integrations: one run of the script of that name per alert, called
 * as the reference calls it.
 * @param integrationsDir the directory of the scripts; when relative, below `workingDir`.
 * @param workingDir the manager's home.
 * @param debug whether scripts are told that this is debug mode.
 */
export function scriptDestination(
  integrationsDir: string,
  workingDir: string,
  debug = false,
): Definition {
  const directory = resolve(workingDir, integrationsDir);
  const callOf = (job: Job) => scriptCall(job, directory, debug);
  return defineDestination({
    name: SCRIPT_PREFIX,
    title: 'Script',
    knownToWazuh: true,
    settings,
    // Scripts keep files of their own, and the reference never runs two at a time.
    concurrency: 1,
    turnsOn: (integration) => realPath(scriptPath(directory, integration)),
    defaultTimeout: LEAST_SECONDS,
    ...RETRIES,
    plan: (job) => ({ kind: 'script', call: callOf(job) }),
    async deliver(job, { scripts, signal }) {
      const { integration } = job;
      const name = integration.name.trim();
      if (!isFileName(name)) {
        const message = `The <name> of a script is a file name in ${integrationsDir}; it must not contain a slash.`;
        return { kind: 'park', reason: 'client_error', message };
      }
      const seconds = attemptSeconds(integration, LEAST_SECONDS);
      const limits = { timeoutMs: seconds * 1000, signal, name };
      // Called apart, so that nothing keeps the bytes of the alert while the script runs.
      const run = () => scripts.run(callOf(job), limits);
      const result = await run();
      const quickOnly = !retriesOf(integration, RETRIES).isLong;
      return outcomeOf(result, { seconds, aborted: signal.aborted, quickOnly });
    },
    examples: { settings: {}, answers: [] },
  });
}

function isFileName(name: string): boolean {
  return name !== '' && !/[/\0]/.test(name);
}

function scriptPath(directory: string, { name }: Integration): string {
  return `${directory}/${name.trim()}`;
}

/** The path itself where there is nothing yet. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function scriptCall(job: Job, directory: string, debug: boolean): ScriptCall {
  const { integration } = job;
  const optionsFile = integration.optionsText?.reveal();
  return {
    path: scriptPath(directory, integration),
    argv0: 'integrations',
    argv: scriptArguments(integration, debug),
    ...alertFileOf(job),
    optionsFile: optionsFile === undefined ? undefined : `${optionsFile}\n`,
  };
}

function alertFileOf({
  alert,
  bundle,
  integration,
}: Job): Pick<ScriptCall, 'alertFile' | 'alertFileEnd'> {
  if (!wantsJson(integration)) {
    const sentence = bundle === undefined ? undefined : bundleSentence(bundle);
    return { alertFile: alertText(alert, integration.maxLog, sentence) };
  }
  if (bundle !== undefined) {
    return { alertFile: bundleAlert(alert.raw, bundle), alertFileEnd: '\n' };
  }
  // A second copy of a large one would take as much memory again.
  if (alert.isLarge) return { alertFile: alert.raw, alertFileEnd: '\n' };
  return { alertFile: Buffer.concat([alert.raw, Buffer.from('\n')]) };
}

/**
 * The arguments after the program's name: alert file, API key, hook URL, `debug` or an empty one,
 * options file, timeout, retries, and, but not in debug mode, a leftover from the time when a
 * shell ran the scripts. The reference joins them with spaces and splits them again, into at most
 * eight, so a space in a key or an address shifts the arguments after it; `\ ` keeps a space.
 */
export function scriptArguments(integration: Integration, debug = false): string[] {
  const command = [
    ALERT_FILE,
    integration.apiKey?.reveal() ?? '',
    integration.hookUrl?.reveal() ?? '',
    debug ? 'debug' : '',
    integration.optionsText === undefined ? '' : OPTIONS_FILE,
    String(integration.timeout),
    String(integration.retries),
    ...(debug ? [] : ['> /dev/null 2>&1']),
  ];
  return splitCommand(command.join(' '), MOST_ARGUMENTS);
}

/** Splits at single spaces into at most `most` parts; the last part gets the rest. */
function splitCommand(command: string, most: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of command) {
    const isDivider = character === ' ' && parts.length < most - 1;
    if (!isDivider) part += character;
    else if (part.endsWith('\\')) part = `${part.slice(0, -1)} `;
    else {
      parts.push(part);
      part = '';
    }
  }
  return [...parts, part];
}

/** What a result means depends on. */
interface Circumstances {
  readonly seconds: number;
  readonly aborted: boolean;
  /** True without the long schedule. */
  readonly quickOnly: boolean;
}

/** The table of docs/integrations/custom-scripts.md; a test holds both together. */
function outcomeOf(result: ScriptResult, { seconds, aborted, quickOnly }: Circumstances): Outcome {
  switch (result.kind) {
    case 'exited':
      return exited(result.code, result.output, quickOnly);
    case 'killed':
      if (aborted) {
        return {
          kind: 'retry',
          reason: 'timeout',
          message: 'The script was stopped because integratord is stopping. It will be run again.',
        };
      }
      return {
        kind: 'retry',
        ...(STOPPED.has(result.signal)
          ? { reason: 'internal' }
          : { reason: 'rejected', quickOnly }),
        message: `The script was killed by ${result.signal}${lastLine(result.output)}`,
        ...excerpt(result.output),
      };
    case 'timeout':
      return {
        kind: 'retry',
        reason: 'timeout',
        quickOnly,
        message: `The script was still running after ${seconds} s; it was stopped, with all processes it had started. <timeout> sets this limit${lastLine(result.output)}`,
        ...excerpt(result.output),
      };
    case 'refused':
      return { kind: 'park', reason: 'client_error', message: result.message };
    case 'failed':
      return { kind: 'retry', reason: 'internal', message: result.message };
  }
}

function exited(code: number, output: string, quickOnly: boolean): Outcome {
  const detail = { status: code, ...excerpt(output) };
  if (code === 0) return { kind: 'delivered', ...detail };
  const what = `The script ended with exit code ${code}`;
  if (code === 126 || code === 127) {
    const message = `${what}: a command or the script's interpreter was not found or is not executable${lastLine(output)}`;
    return { kind: 'park', reason: 'client_error', message, ...detail };
  }
  if (code === TRY_LATER) {
    const message = `${what}, which asks to be run again later${lastLine(output)}`;
    return { kind: 'retry', reason: 'server_error', message, ...detail };
  }
  const message = `${what}${lastLine(output)}`;
  return { kind: 'retry', reason: 'rejected', quickOnly, message, ...detail };
}

/** The end of a sentence: the last line, where scripts usually say what went wrong. */
function lastLine(output: string): string {
  const line = printable(output).trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '; it printed nothing.' : `: ${line}`;
}

/** What is shown of an output, which is cut later, and all of it. */
function excerpt(output: string): { excerpt?: string; output?: string } {
  const text = printable(output.trim());
  return text === '' ? {} : { excerpt: text, output: text };
}
