import { type Command, InvalidArgumentError } from 'commander';
import { Daemon } from '../app/daemon.ts';
import { type Reinject, reinjectTarget } from '../app/reinjection.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { Scrubber } from '../core/secret.ts';
import { createLog } from '../telemetry/log.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';

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
    .action(async (own: { fromStart?: boolean; reinject?: Reinject }, command: Command) => {
      const { paths, logLevel, logFormat } = invocation(command);
      const scrubber = new Scrubber();
      const isTerminal = process.stderr.isTTY;
      const log: Log = createLog(
        {
          level: logLevel,
          format: logFormat ?? (isTerminal ? 'pretty' : 'json'),
          sink: process.stderr,
          color: isTerminal,
        },
        scrubber,
      );
      // Before the start, which may take a while: its configuration may be an older one by then.
      let isReloadDue = false;
      let reload = () => {
        isReloadDue = true;
      };
      process.on('SIGHUP', () => reload());
      const stop = new AbortController();
      const stopped = stopSignal();
      void stopped.then((signal) => {
        log.info('stopping', { signal });
        stop.abort();
      });
      const started = await start();
      if (!(started instanceof Daemon) && started.kind === 'stopped') {
        log.info('stopped');
        return;
      }
      if (!(started instanceof Daemon)) {
        if (started.kind === 'configuration') {
          log.error('configuration is invalid; not started', { file: paths.config });
          process.exitCode = EXIT.wrongInput;
        } else {
          log.info('Remote integrations not configured. Clean exit.', { file: paths.config });
        }
        return;
      }
      reload = () => started.reload();
      if (isReloadDue) reload();
      await stopped;
      await started.stop();
      log.info('stopped');

      async function start() {
        try {
          return await Daemon.start({
            paths,
            fromStart: own.fromStart ?? false,
            env: process.env,
            log,
            scrubber,
            reinject: own.reinject ?? environmentReinject(),
            stop: stop.signal,
          });
        } catch (error) {
          if (!(error instanceof OutboxError)) throw error;
          throw new CommandError(error.message, EXIT.wrongInput);
        }
      }
    });
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

/** Resolves with the first signal that asks to stop; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(EXIT.failed));
        resolve(signal);
      });
    }
  });
}
