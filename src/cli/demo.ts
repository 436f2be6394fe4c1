import { type Command, InvalidArgumentError } from 'commander';
import { sleep, systemClock } from '../core/clock.ts';
import { runDemo } from '../demo/demo.ts';
import { Screen } from '../demo/screen.ts';
import { EXIT } from './exit.ts';

/** `integratord demo`: the daemon on a bundled example, with fake services. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('run the daemon on a bundled example, with fake services')
    .option('--seconds <n>', 'stop after this many seconds', seconds)
    .action(async (own: { seconds?: number }) => {
      const screen = new Screen(
        (text) => process.stdout.write(text),
        process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
        systemClock,
      );
      const ends: Promise<unknown>[] = [interrupted()];
      if (own.seconds !== undefined) ends.push(sleep(systemClock, own.seconds * 1000));
      await runDemo(screen, Promise.race(ends));
      process.exitCode = EXIT.done;
    });
}

function interrupted(): Promise<unknown> {
  return new Promise<unknown>((resolve) => {
    // Not once: the same signal may come from the terminal and from `npm start`, and the second one must
    // not end this before it has tidied up.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}
