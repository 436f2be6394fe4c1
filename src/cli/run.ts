import { isatty } from 'node:tty';
import { type Command, InvalidArgumentError } from 'commander';
import { Daemon } from '../app/daemon.ts';
import { leave, leaveNow } from '../app/leave.ts';
import { type Reinject, reinjectTarget } from '../app/reinjection.ts';
import { reportNode } from '../app/report-node.ts';
import { STOP_MS } from '../app/signals.ts';
import type { StartFailure } from '../app/start-failure.ts';
import { stopInTime } from '../app/stop-in-time.ts';
import { sleep, systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { Scrubber } from '../core/secret.ts';
import { BoundedSink } from '../telemetry/bounded-sink.ts';
import { createLog, reportLost } from '../telemetry/log.ts';
import { standardError } from '../telemetry/standard-error.ts';
import { type Invocation, invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { signals } from './take-signals.ts';

/** What `run` has besides the options of all commands. */
interface OwnOptions {
  readonly fromStart?: boolean;
  readonly reinject?: Reinject;
}

/** How long the last lines of the log may take, when whoever reads it is slow. */
const FLUSH_MS = 1000;
/** How long a start may go on that is not wanted any more. */
const START_MS = 2000;

/** `integratord run`: the daemon, in the foreground. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('run the daemon in the foreground')
    .option('--from-start', 'without a checkpoint, begin at the start of the alert file')
    .option(
      '--reinject <target>',
      'where events of enrichments go: manager, file:PATH or none',
      parseReinject,
    )
    .action(async (own: OwnOptions, command: Command) => {
      const { logLevel, logFormat } = invocation(command);
      const isTerminal = isatty(2);
      const scrubber = new Scrubber();
      const sink = new BoundedSink(standardError(), systemClock);
      const log = createLog(
        {
          level: logLevel,
          format: logFormat ?? (isTerminal ? 'pretty' : 'json'),
          sink,
          color: isTerminal,
        },
        scrubber,
      );
      sink.onRecovered = (lost) => reportLost(log, lost);
      const end = async (code: number) => {
        await sink.close(Math.min(FLUSH_MS, signals.left(STOP_MS)));
        return leave(code, systemClock);
      };
      reportNode(log, () => void end(EXIT.failed));
      signals.onSecond = (signal) => leaveNow(EXIT.failed, signal);
      try {
        await end(await run(invocation(command), own, log, scrubber));
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        sink.write(`integratord: ${error.message}\n`);
        await end(error.code);
      }
    });
}

/** Runs the daemon until a signal ends it. Resolves with the exit code. */
async function run(
  call: Invocation,
  own: OwnOptions,
  log: Log,
  scrubber: Scrubber,
): Promise<number> {
  const { paths } = call;
  const starting = start(call, own, log, scrubber);
  // A signal that comes meanwhile does not wait for what keeps the start waiting.
  const late = signals.stopped.then(() => sleep(systemClock, START_MS));
  const started = (await Promise.race([starting, late])) ?? { kind: 'stopped' };
  if (started instanceof Daemon) {
    signals.onHangup(() => started.reload());
    const { signal } = await signals.stopped;
    log.info('stopping', { signal, in_flight: started.inFlight });
    await stopInTime(started, signals, { clock: systemClock, log });
    log.info('stopped');
    return EXIT.done;
  }
  if (started.kind === 'stopped') {
    const { signal } = await signals.stopped;
    log.info('stopping', { signal });
    log.info('stopped');
    return EXIT.done;
  }
  if (started.kind === 'configuration') {
    log.error('configuration is invalid; not started', { file: paths.config });
    return EXIT.wrongInput;
  }
  log.info('Remote integrations not configured. Clean exit.', { file: paths.config });
  return EXIT.done;
}

async function start(
  { paths, logLevel }: Invocation,
  own: OwnOptions,
  log: Log,
  scrubber: Scrubber,
): Promise<Daemon | StartFailure> {
  try {
    return await Daemon.start({
      paths,
      fromStart: own.fromStart ?? false,
      env: process.env,
      debug: logLevel === 'debug',
      log,
      scrubber,
      reinject: own.reinject ?? environmentReinject(),
      stop: signals.stop,
    });
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    throw new CommandError(error.message, EXIT.wrongInput);
  }
}

function parseReinject(text: string): Reinject {
  const target = reinjectTarget(text);
  if (target !== undefined) return target;
  throw new InvalidArgumentError('It must be manager, file:PATH or none.');
}

function environmentReinject(): Reinject {
  const text = process.env['INTEGRATORD_REINJECT'];
  return text === undefined ? { kind: 'manager' } : parseReinject(text);
}
