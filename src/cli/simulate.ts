import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { readSetup, routedIntegrations, type Setup } from '../app/setup.ts';
import { simulate } from '../app/simulation.ts';
import { systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import type { Paths } from '../core/paths.ts';
import { printableLines } from '../core/printable.ts';
import { ALWAYS, AlertHistory } from '../sources/file/history.ts';
import { openNamed } from '../sources/file/history-files.ts';
import { complain } from '../telemetry/standard-error.ts';
import { actAsDaemon } from './act-as.ts';
import { type Invocation, invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { complainOf } from './history-problems.ts';
import { loadSetup } from './load.ts';
import { moment, requireSpan } from './moment.ts';
import { print, printJson } from './output.ts';
import { resultHtml } from './simulation/html.ts';
import { resultJson } from './simulation/json.ts';
import { resultText } from './simulation/text.ts';

interface SimulateOptions {
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly until?: number;
  readonly html?: string;
}

const USUAL_DAYS = 7;
const USUAL_WIDTH = 80;

/** `integratord simulate`: what a configuration would have sent of the alerts of the last days. */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('show what a configuration would send of past alerts; sends and stores nothing')
    .argument('[files...]', 'files with alerts, .gz or not (default: the alert file, its archives)')
    .option(
      '--since <time>',
      'only alerts from then on: 7d ago, or 2026-08-20 (default: 7d)',
      moment,
    )
    .option('--until <time>', 'only alerts up to then', moment)
    .option('--html <file>', 'also write a page with charts to this file')
    .addHelpText(
      'after',
      '\n-c and --settings name what is tried; it is compared with the configuration of --home.' +
        '\nExit code 3: an alert of level 12 or above would reach nobody.',
    )
    .action(async (files: string[], own: SimulateOptions, command: Command) => {
      const invoked = invocation(command);
      // Before the command becomes the user of the daemon, who may write and read nothing else.
      const page = own.html === undefined ? undefined : openPage(own.html);
      const named = await Promise.all(files.map((path) => openNamed(path)));
      const access = actAsDaemon(invoked);
      const after = loadSetup(invoked.paths, { files: access.files });
      requireSettings(invoked.paths);
      const before = presentSetup(invoked, access.files);
      for (const note of notes(after)) complain(`integratord: ${printableLines(note)}\n`);
      const history = new AlertHistory({ path: invoked.paths.alerts, clock: systemClock });
      const range = rangeOf(own, files.length > 0);
      const found = files.length > 0 ? await history.named(named) : await history.files(range);
      if (files.length > 0) refuseProblems(history);
      const result = await simulate({
        after,
        before,
        read: () => history.read(found, range),
        now: systemClock.now(),
      });
      await history.close();
      complainOf(history);
      if (page !== undefined) writePage(page, resultHtml(result));
      if (invoked.json) await printJson(resultJson(result));
      else await print(resultText(result, process.stdout.columns ?? USUAL_WIDTH));
      process.exitCode = result.unreached.count > 0 ? EXIT.failed : EXIT.done;
    });
}

function rangeOf({ since, until }: SimulateOptions, isNamed: boolean) {
  const usual = isNamed ? ALWAYS.since : systemClock.now() - USUAL_DAYS * DAY_MS;
  const range = { since: since ?? usual, until: until ?? ALWAYS.until };
  requireSpan(range);
  return range;
}

/** @throws CommandError when there is none of the settings that are to be tried. */
function requireSettings({ settings, settingsOptional = false }: Paths): void {
  if (settings === undefined || settingsOptional || existsSync(settings)) return;
  throw new CommandError(`cannot read ${settings}: there is no such file`, EXIT.wrongInput);
}

/** What is in force, where something else is tried; undefined where it is that itself. */
function presentSetup(
  { paths, present }: Invocation,
  files: ReturnType<typeof actAsDaemon>['files'],
): Pick<Setup, 'integrations' | 'quiet'> | undefined {
  const isSame = (one: Paths, other: Paths) =>
    one.config === other.config && one.settings === other.settings;
  if (isSame(paths, present)) return undefined;
  const setup = readSetup(present, process.env, { files });
  if (setup.fatal) {
    const text = `there is no valid configuration in ${present.config}: nothing is sent before`;
    complain(`integratord: ${printableLines(text)}\n`);
  }
  return setup;
}

/** What takes part although it cannot run here, or does not. */
function notes(setup: Setup): string[] {
  const routed = new Set(routedIntegrations(setup).map(({ integration }) => integration.id));
  return setup.integrations.flatMap(({ integration: { id }, unusable }) => {
    if (!routed.has(id)) return [`${id} is left out: its name leads nowhere`];
    if (unusable === undefined) return [];
    return [`${id} cannot run (${unusable.reason}); it is simulated as if it could`];
  });
}

/** @throws CommandError when a file that was asked for cannot be read. */
function refuseProblems({ problems }: AlertHistory): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new CommandError(`cannot read ${first.path}: ${first.message}`, EXIT.wrongInput);
}

/** @throws CommandError when it cannot be written. */
function openPage(path: string): { readonly path: string; readonly descriptor: number } {
  try {
    // Alerts are nobody else's business.
    return { path, descriptor: openSync(path, 'w', 0o600) };
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function writePage({ path, descriptor }: ReturnType<typeof openPage>, html: string): void {
  try {
    const bytes = Buffer.from(html);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    closeSync(descriptor);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): CommandError {
  const { message } = error as NodeJS.ErrnoException;
  return new CommandError(`cannot write ${path}: ${message}`, EXIT.wrongInput);
}
