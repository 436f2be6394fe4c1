import type { Command } from 'commander';
import { sleep, systemClock } from '../core/clock.ts';
import { type Invocation, invocation } from './common-options.ts';
import { type DaemonPlace, placeToAsk, type SocketOption, socketOption } from './daemon-place.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson, printStyled } from './output.ts';
import { gather } from './status/gather.ts';
import { statusJson, stoppedJson } from './status/json.ts';
import { statusText, stoppedText } from './status/text.ts';
import { judge } from './status/verdict.ts';
import { outputStyle } from './style.ts';
import { terminalWidth } from './table.ts';

/** Exit codes as Nagios reads them. */
const CODES = { ok: 0, degraded: 1, stopped: 2 } as const;
const WATCH_MS = 2000;
/** Moves to the first line, and clears what follows. */
const CLEAR = '\u001b[H\u001b[J';

/** `integratord status`: is it running, what is late, and why. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('show whether the daemon runs, what is late, and why')
    .option('--watch', 'show it again every two seconds')
    .addOption(socketOption())
    .addHelpText(
      'after',
      '\nExit code 0: all is well; 1: degraded; 2: stopped, or not reading; 3: that cannot be found out.',
    )
    .action(async (own: { watch?: boolean } & SocketOption, command: Command) => {
      const called = invocation(command);
      const place = placeToAsk(own, called);
      if (own.watch === true && !called.json && process.stdout.isTTY) await watch(place, called);
      process.exitCode = await show(place, called);
    });
}

/** What is shown, and how. */
type Shown = Pick<Invocation, 'json' | 'paths'>;

/** Shows it again and again, until the process is ended. */
async function watch(place: DaemonPlace, called: Shown): Promise<never> {
  for (;;) {
    process.stdout.write(CLEAR);
    await show(place, { ...called, json: false });
    await sleep(systemClock, WATCH_MS);
  }
}

async function show(place: DaemonPlace, { json, paths }: Shown): Promise<number> {
  const gathered = await gather(place);
  const now = systemClock.now();
  const screen = { style: outputStyle(), width: terminalWidth() };
  switch (gathered.kind) {
    case 'unknown':
      throw new CommandError(`the daemon cannot be asked: ${gathered.why}`, EXIT.failed);
    case 'stopped': {
      const { backAt, judgeStopped } = await import('./status/stopped.ts');
      const { waiting } = gathered;
      const back = place.readSocket === undefined ? backAt(paths) : undefined;
      const judgement = judgeStopped({ ...gathered, state: place.state }, back);
      if (json) await printJson(stoppedJson(waiting, judgement, back, now));
      else await printStyled(stoppedText(waiting, judgement, now, screen));
      return CODES.stopped;
    }
    case 'running': {
      const judgement = judge(gathered.report);
      if (json) await printJson(statusJson(gathered.report, judgement));
      else await printStyled(statusText(gathered.report, judgement, screen));
      return CODES[judgement.verdict];
    }
  }
}
