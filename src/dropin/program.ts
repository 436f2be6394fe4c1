import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import type { Paths } from '../core/paths.ts';
import { Scrubber } from '../core/secret.ts';
import { VERSION } from '../core/version.ts';
import { type ManagerLine, ManagerLog } from '../telemetry/manager-log.ts';
import { startInBackground, tellParent } from './background.ts';
import type { DropInCall } from './call.ts';
import { validate } from './configuration.ts';
import { type Ending, exitCode } from './ending.ts';
import { type Flags, helpText, parseFlags } from './flags.ts';
import { readDebugOption } from './internal-options.ts';
import { CONFIG_FILE } from './verdict.ts';

type RunFlags = Extract<Flags, { kind: 'run' }>;

/**
 * Behaves as the manager's own Integrator, once `enter` has changed the user. Resolves with the exit
 * code.
 */
export async function runDropIn(call: DropInCall, paths: (home: string) => Paths): Promise<number> {
  if (call.isProbe) {
    // Throws where a file or a library is out of reach.
    process.chdir(call.home ?? '/');
    await import('./serve.ts');
    return exitCode('done', call.isLaunched);
  }
  const flags = parseFlags(call.flags);
  switch (flags.kind) {
    case 'version':
      process.stderr.write(`integratord ${VERSION}, in place of ${call.name}\n`);
      return exitCode('done', call.isLaunched);
    case 'help':
      if (flags.problem !== undefined) process.stderr.write(`${call.name}: ${flags.problem}\n\n`);
      process.stderr.write(helpText(call.name));
      return exitCode('refused', call.isLaunched);
    case 'run': {
      const ending = await run(call, flags, paths);
      if (call.isChild) await tellParent(ending);
      return exitCode(ending, call.isLaunched);
    }
  }
}

async function run(
  call: DropInCall,
  flags: RunFlags,
  pathsOf: (home: string) => Paths,
): Promise<Ending> {
  const home = enterHome(call);
  if (home === undefined) return 'refused';
  const paths = pathsOf(home);
  const scrubber = new Scrubber();
  const echo = call.isChild ? undefined : process.stderr;
  const log = new ManagerLog({
    directory: join(home, 'logs'),
    tag: call.name,
    clock: systemClock,
    scrubber,
    echo,
  });

  // As the original does: what is logged before knows nothing of the configuration.
  const { complaints, place, formats, blocks } = validate(CONFIG_FILE);
  log.formats = formats;
  const warnings = setDebug(flags, home, log);
  for (const complaint of complaints) log.write(complaint);
  if (flags.test && place !== undefined) {
    // Beside the original's lines, which name an element but seldom say where it is.
    process.stderr.write(`${paths.config}:${place.line}:${place.column}: the mistake is here\n`);
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
    await serve({ name: call.name, paths, log, scrubber, warnings, begun: tellParent });
    // Everything is closed; but a name that is still being looked up would keep the process alive.
    process.exit(1);
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
  if (paths.settings === undefined) return false;
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
    process.stderr.write(
      `${name}: the manager's directory is unknown: ${(error as Error).message}\n`,
    );
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
    process.exit(1);
  });
}
