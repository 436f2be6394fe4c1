import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { leave, leaveNow } from '../app/leave.ts';
import { type Signals, STOP_MS } from '../app/signals.ts';
import { systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import type { Paths } from '../core/paths.ts';
import { Scrubber } from '../core/secret.ts';
import { VERSION } from '../core/version.ts';
import { BoundedSink } from '../telemetry/bounded-sink.ts';
import { reportLost } from '../telemetry/log.ts';
import { type ManagerLine, ManagerLog } from '../telemetry/manager-log.ts';
import { complain, standardError } from '../telemetry/standard-error.ts';
import { startInBackground, tellParent } from './background.ts';
import type { DropInCall } from './call.ts';
import { validate } from './configuration.ts';
import { type Ending, exitCode } from './ending.ts';
import { type Flags, helpText, parseFlags } from './flags.ts';
import { readDebugOption } from './internal-options.ts';
import { EXIT_CODE } from './signals.ts';
import { CONFIG_FILE } from './verdict.ts';

type RunFlags = Extract<Flags, { kind: 'run' }>;

/** How long the last lines of the log may take, when the disk or whoever reads it is slow. */
const FLUSH_MS = 1000;

/**
 * Behaves as the manager's own Integrator, once `enter` has changed the user. Resolves with the exit
 * code.
 * @param signals taken already; whatever is no daemon releases them.
 */
export async function runDropIn(
  call: DropInCall,
  paths: (home: string) => Paths,
  signals: Signals,
): Promise<number> {
  if (call.isProbe) {
    signals.release();
    // Throws where a file or a library is out of reach.
    process.chdir(call.home ?? '/');
    await import('./serve.ts');
    return exitCode('done', call.isLaunched);
  }
  const flags = parseFlags(call.flags);
  const isDaemon = flags.kind === 'run' && !flags.test && (flags.foreground || call.isChild);
  if (!isDaemon) signals.release();
  switch (flags.kind) {
    case 'version':
      complain(`integratord ${VERSION}, in place of ${call.name}\n`);
      return exitCode('done', call.isLaunched);
    case 'help':
      if (flags.problem !== undefined) complain(`${call.name}: ${flags.problem}\n\n`);
      complain(helpText(call.name));
      return exitCode('refused', call.isLaunched);
    case 'run': {
      const home = enterHome(call);
      if (home === undefined) return exitCode('refused', call.isLaunched);
      const scrubber = new Scrubber();
      const log = openLog(call, home, scrubber);
      const ending = await run({ call, flags, home, log, scrubber, signals }, paths(home));
      if (call.isChild && ending !== 'stopped') await tellParent(ending);
      await log.close(Math.min(FLUSH_MS, signals.left(STOP_MS)));
      const code = ending === 'stopped' ? EXIT_CODE : exitCode(ending, call.isLaunched);
      return leave(code, systemClock);
    }
  }
}

/** A call that gets as far as reading the configuration. */
interface Run {
  readonly call: DropInCall;
  readonly flags: RunFlags;
  readonly home: string;
  readonly log: ManagerLog;
  readonly scrubber: Scrubber;
  readonly signals: Signals;
}

function openLog({ name, isChild }: DropInCall, home: string, scrubber: Scrubber): ManagerLog {
  const echo = isChild ? undefined : new BoundedSink(standardError(), systemClock);
  const directory = join(home, 'logs');
  const log = new ManagerLog({ directory, tag: name, clock: systemClock, scrubber, echo });
  if (echo !== undefined) echo.onRecovered = (lost) => reportLost(log.asLog(), lost);
  return log;
}

/** `stopped`: it ran until a signal ended it. */
async function run(
  { call, flags, home, log, scrubber, signals }: Run,
  paths: Paths,
): Promise<Ending | 'stopped'> {
  // As the original does: what is logged before knows nothing of the configuration.
  const { complaints, place, formats, blocks } = validate(CONFIG_FILE);
  log.formats = formats;
  const warnings = setDebug(flags, home, log);
  for (const complaint of complaints) log.write(complaint);
  if (flags.test && place !== undefined) {
    // Beside the original's lines, which name an element but seldom say where it is.
    complain(`${paths.config}:${place.line}:${place.column}: the mistake is here\n`);
  }
  if (complaints.length > 0) return 'refused';
  if (flags.test) {
    for (const warning of warnings) log.say(warning);
    await printDiagnostics(paths, scrubber, log);
    return 'done';
  }
  if (blocks === 0 && !(await hasOwnIntegrations(paths))) {
    log.write({ level: 'INFO', text: 'Remote integrations not configured. Clean exit.' });
    return 'done';
  }
  if (flags.foreground || call.isChild) {
    logUncaught(log);
    const { serve } = await import('./serve.ts');
    const { name } = call;
    await serve({ name, paths, log, scrubber, signals, warnings, begun: tellParent });
    return 'stopped';
  }
  const { ending, problem } = await startInBackground([...call.self, '--child', ...call.flags]);
  if (ending === 'broken')
    log.write({ level: 'ERROR', text: `integratord does not run: ${problem}` });
  return ending;
}

/**
 * True where `integratord.yaml` defines integrations, or where it cannot be read, so that nobody knows:
 * the daemon then stays and says so. The original knows no such file.
 */
async function hasOwnIntegrations(paths: Paths): Promise<boolean> {
  if (paths.settings === undefined || !existsSync(paths.settings)) return false;
  const { readSetup } = await import('../app/setup.ts');
  const { integrations, fatal } = readSetup(paths, process.env);
  return fatal || integrations.length > 0;
}

/** Goes to the manager's directory. Undefined when there is none; standard error says so. */
function enterHome({ name, home }: DropInCall): string | undefined {
  try {
    if (home === undefined)
      throw new Error('it is not in a bin directory, and WAZUH_HOME is not set');
    process.chdir(home);
    return process.cwd();
  } catch (error) {
    complain(`${name}: the manager's directory is unknown: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** Takes debug mode from the flags, else from the manager's options. */
function setDebug({ debug }: RunFlags, home: string, log: ManagerLog): ManagerLine[] {
  log.debug = debug > 0;
  if (log.debug) return [];
  const option = readDebugOption(home);
  if ('problem' in option) return [{ level: 'WARNING', text: `${option.problem}; using 0` }];
  log.debug = option.level > 0;
  return [];
}

/**
 * What we have to say about a configuration that the original accepts in silence. None of it is an
 * error to whoever tests: the API takes a line with `ERROR: ` for a reason to refuse.
 */
async function printDiagnostics(paths: Paths, scrubber: Scrubber, log: ManagerLog): Promise<void> {
  const { readSetup } = await import('../app/setup.ts');
  const { diagnostics, secrets } = readSetup(paths, process.env);
  scrubber.learn(secrets);
  for (const diagnostic of diagnostics) {
    log.say({ level: 'WARNING', text: formatDiagnostic(diagnostic).replace(': error: ', ': ') });
  }
}

/** A bug must not end the daemon silently: in the background standard error is not visible. */
function logUncaught(log: ManagerLog): void {
  process.on('uncaughtException', (error) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const places = stack.replace(/\s*\n\s*/g, ' ');
    log.write({ level: 'CRITICAL', text: `exits because of a bug in integratord: ${places}` });
    void log.close(FLUSH_MS).then(() => leaveNow(EXIT_CODE));
  });
}
