import type { Command } from 'commander';
import { sleep, systemClock } from '../core/clock.ts';
import type { LaneReport } from '../core/status.ts';
import { invocation } from './common-options.ts';
import { type DaemonPlace, placeToAsk, type SocketOption, socketOption } from './daemon-place.ts';
import { CommandError, EXIT } from './exit.ts';
import { printJson, printStyled } from './output.ts';
import { gather } from './status/gather.ts';
import { statusJson, stoppedJson } from './status/json.ts';
import { statusText, stoppedText } from './status/text.ts';
import { type Judgement, judge, laneProblems } from './status/verdict.ts';
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
      const { json } = called;
      const place = placeToAsk(own, called);
      if (own.watch === true && !json && process.stdout.isTTY) await watch(place);
      process.exitCode = await show(place, json);
    });
}

/** Shows it again and again, until the process is ended. */
async function watch(place: DaemonPlace): Promise<never> {
  for (;;) {
    process.stdout.write(CLEAR);
    await show(place, false);
    await sleep(systemClock, WATCH_MS);
  }
}

async function show(place: DaemonPlace, json: boolean): Promise<number> {
  const gathered = await gather(place);
  const now = systemClock.now();
  const screen = { style: outputStyle(), width: terminalWidth() };
  switch (gathered.kind) {
    case 'unknown':
      throw new CommandError(`the daemon cannot be asked: ${gathered.why}`, EXIT.failed);
    case 'stopped': {
      const { waiting, hasOutbox, why } = gathered;
      const judgement: Judgement =
        why === undefined
          ? stoppedJudgement(place.state, hasOutbox, waiting)
          : { verdict: 'stopped', problems: [`it is not running: ${why}`] };
      if (json) await printJson(stoppedJson(waiting, judgement, now));
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

function stoppedJudgement(
  state: string,
  hasOutbox: boolean,
  waiting: readonly LaneReport[],
): Judgement {
  const count = waiting.reduce((sum, { pending }) => sum + pending, 0);
  const rest = !hasOutbox
    ? `${state} has no outbox: it never ran there (--state or --home select the directory)`
    : count === 0
      ? 'nothing waits in the outbox; new alerts wait in the alert file'
      : `${count} ${count === 1 ? 'delivery waits' : 'deliveries wait'} in the outbox, and new alerts in the alert file`;
  const held = waiting.filter(({ state }) => state === 'parked' || state === 'paused');
  const lanes = held.flatMap((one) => laneProblems(one, 0));
  return { verdict: 'stopped', problems: [`it is not running: ${rest}`, ...lanes] };
}
