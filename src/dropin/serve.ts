import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../alert/json.ts';
import { Daemon } from '../app/daemon.ts';
import { readSetup, type Setup } from '../app/setup.ts';
import type { Signals } from '../app/signals.ts';
import { stopInTime } from '../app/stop-in-time.ts';
import { type Clock, sleep, systemClock } from '../core/clock.ts';
import { formatDiagnostic } from '../core/diagnostic.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Paths } from '../core/paths.ts';
import type { Scrubber } from '../core/secret.ts';
import { VERSION } from '../core/version.ts';
import type { ManagerLine, ManagerLog } from '../telemetry/manager-log.ts';
import { answerRequest } from './control-request.ts';
import { ControlSocket } from './control-socket.ts';
import { enablingLines } from './enabling.ts';
import type { Ending } from './ending.ts';
import { persist } from './persist.ts';
import { createPidFile, type PidFile } from './pid-file.ts';
import { followSignals } from './signals.ts';

/** What the daemon needs, once the configuration was judged and the user is the manager's. */
export interface DropInParts {
  readonly name: string;
  readonly paths: Paths;
  readonly log: ManagerLog;
  readonly scrubber: Scrubber;
  readonly signals: Signals;
  /** What was noticed on the way here. */
  readonly warnings: readonly ManagerLine[];
  /** Called once, when it has begun or cannot begin. */
  readonly begun: (ending: Ending) => Promise<void>;
}

/** Where the socket is, relative to the home: Wazuh from 4.2 on, and before. */
const SOCKETS = ['queue/sockets', 'queue/ossec'] as const;
const SOCKET_NAME = 'integrator';
/** How long a start may go on that is not wanted any more. */
const START_MS = 2000;

/**
 * Runs the daemon until a signal ends it. The working directory must be the manager's home.
 * What keeps it from delivering for now (a disk that is full, a settings file that is broken) does
 * not end it: it reports this and retries, because the alerts wait for it in their files.
 */
export async function serve(service: DropInParts): Promise<void> {
  const { name, paths, log, scrubber, signals, begun } = service;
  process.title = name;
  const clock: Clock = systemClock;
  followSignals(signals, log);
  let pidFile: PidFile;
  try {
    pidFile = createPidFile(paths.home, name);
  } catch (error) {
    log.write({
      level: 'CRITICAL',
      text: `(1212): Unable to create PID file: ${messageOf(error)}.`,
    });
    await begun('refused');
    return;
  }
  process.on('exit', () => pidFile.remove());
  const docs = fileURLToPath(new URL('../../docs/drop-in.md', import.meta.url));
  const introduction = `integratord ${VERSION} runs in place of ${name}; how it differs: ${docs}`;
  log.write({ level: 'INFO', text: introduction });
  log.write({ level: 'INFO', text: `Started (pid: ${process.pid}).` });
  for (const warning of service.warnings) log.write(warning);

  let current = readSetup(paths, process.env);
  scrubber.learn(current.secrets);
  const settings = (): JsonObject[] =>
    current.integrations
      .filter(({ integration }) => integration.isOurs !== true)
      .map(({ loaded }) => loaded.getconfig());
  const socket = await openSocket(clock, settings, log);
  await begun('done');

  const takeOver = (setup: Setup) => {
    current = setup;
    for (const line of enablingLines(setup)) log.write(line);
  };
  const starting = persist({
    attempt: () => {
      signals.holdHangup(); // until it is known what it is for
      return startDaemon(service, takeOver, signals.stop);
    },
    clock,
    stop: signals.stop,
    wake: (callback) => signals.onHangup(callback),
    complain: (problem) => log.write({ level: 'ERROR', text: problem }),
  });
  const late = signals.stopped.then(() => sleep(clock, START_MS));
  const daemon = await Promise.race([starting, late]);
  if (daemon instanceof Daemon) {
    signals.onHangup(() => daemon.reload());
    await signals.stopped;
    await stopInTime(daemon, signals, { clock, log: log.asLog() });
  }
  // What it has to wait for is gone with this process.
  void socket?.close();
}

/** The running daemon, or why there is none yet. */
async function startDaemon(
  { paths, log, scrubber }: DropInParts,
  onSetup: (setup: Setup) => void,
  stop: AbortSignal,
): Promise<Daemon | string> {
  const { fatal, diagnostics } = readSetup(paths, process.env);
  if (fatal) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return `nothing is delivered: ${errors.map(formatDiagnostic).join('; ')}`;
  }
  try {
    const daemon = await Daemon.start({
      mode: 'in place',
      paths,
      fromStart: false,
      env: process.env,
      debug: log.debug,
      log: log.asLog(),
      scrubber,
      reinject: { kind: 'manager' },
      onSetup,
      stop,
    });
    return daemon instanceof Daemon ? daemon : 'nothing is delivered: no integration is configured';
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    return `nothing is delivered: ${error.message}`;
  }
}

/** Opens the socket of the API. Without it all else works. */
async function openSocket(
  clock: Clock,
  settings: () => JsonObject[],
  log: ManagerLog,
): Promise<ControlSocket | undefined> {
  const directory = SOCKETS.find((candidate) => existsSync(candidate)) ?? SOCKETS[0];
  // Relative, since the system takes only about a hundred bytes.
  const path = `${directory}/${SOCKET_NAME}`;
  try {
    return await ControlSocket.open({
      path,
      clock,
      answer: (request) => answerRequest(request, settings),
    });
  } catch (error) {
    const text = `the socket ${path} cannot be opened, so the Wazuh API cannot read the configuration`;
    log.write({ level: 'ERROR', text: `${text}: ${messageOf(error)}` });
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
