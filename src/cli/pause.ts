import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { suggestion } from '../core/nearest.ts';
import { setPause } from '../outbox/pauses.ts';
import { CommandError, EXIT } from './exit.ts';
import { operator } from './operator.ts';
import { print, printJson } from './output.ts';
import { withQueue } from './queue-access.ts';

/** `integratord pause ID`: stops the deliveries of an integration; its alerts wait. */
export function addPause(program: Command): void {
  program
    .command('pause')
    .description('stop delivering to an integration; its alerts wait')
    .argument('<id>', 'the integration')
    .action((id: string, _own: unknown, command: Command) => change(id, true, command));
}

/** `integratord resume ID`: ends a pause. */
export function addResume(program: Command): void {
  program
    .command('resume')
    .description('end a pause; what waits is delivered')
    .argument('<id>', 'the integration')
    .action((id: string, _own: unknown, command: Command) => change(id, false, command));
}

async function change(id: string, isPaused: boolean, command: Command): Promise<void> {
  const who = operator();
  await withQueue(command, async ({ database, queue, json }) => {
    const pause = isPaused ? { since: systemClock.now(), who: who.who } : undefined;
    const change = setPause(database, id, pause, { ...who, at: systemClock.now() });
    if (change === 'unknown') {
      const known = queue.integrations();
      const meant = suggestion(id, known) || `; it has: ${known.join(', ') || 'none yet'}`;
      const message = `the outbox has no integration ${JSON.stringify(id)}${meant}`;
      throw new CommandError(message, EXIT.wrongInput);
    }
    if (json) {
      await printJson({ integration: id, paused: isPaused, changed: change === 'changed' });
    } else if (change === 'same') {
      await print(isPaused ? `${id} is paused already\n` : `${id} is not paused\n`);
    } else {
      await print(
        isPaused
          ? `${id} is paused: its alerts wait until \`integratord resume ${id}\`\n`
          : `${id} goes on: what waits is delivered\n`,
      );
    }
  });
}
