import type { Command } from 'commander';
import { systemClock } from '../../core/clock.ts';
import type { Queue } from '../../outbox/queue.ts';
import { retryInSteps } from '../../outbox/queue-changes.ts';
import type { QueueSelection } from '../../outbox/queue-filter.ts';
import { invocation } from '../common-options.ts';
import { operator } from '../operator.ts';
import { print, printJson } from '../output.ts';
import { inSteps, noteUnknown, withQueue } from '../queue-access.ts';
import { type SelectionOptions, selectionOf, withFilter } from './filter-options.ts';

/** `integratord queue retry`: has deliveries attempted again at once. */
export function addRetry(queue: Command): void {
  withFilter(
    queue
      .command('retry')
      .description('retry dead and waiting deliveries now, and resume their parked lanes'),
  )
    .argument('[ids...]', 'deliveries, as `queue list` shows them')
    .option('--all', 'all of them')
    .action(async (ids: string[], own: SelectionOptions, command: Command) => {
      const selection = selectionOf('retry', ids, own, invocation(command).deliveryState);
      // Before the command becomes the user that the outbox belongs to.
      const who = operator();
      await withQueue(command, async ({ queue: outbox, database, json }) => {
        noteUnknown(outbox, own.integration);
        const audit = { ...who, at: systemClock.now() };
        const count = await inSteps(retryInSteps(database, selection, audit), 'retried');
        const left = leftAlone(outbox, selection);
        if (json) await printJson({ retried: count, ...(count === 0 ? { why: left } : {}) });
        else {
          const text = `${count} ${count === 1 ? 'delivery' : 'deliveries'} retried\n`;
          await print(count === 0 ? `${text}${left.map((one) => `${one}\n`).join('')}` : text);
        }
      });
    });
}

const WHY: Readonly<Record<string, string>> = {
  delivered: 'delivered already: `integratord replay` sends alerts again',
  leased: 'being attempted right now',
  covered: 'told of in a message about several alerts',
  held: 'held back until their time; named by their ids, they go at once',
  silenced: 'held back by a silence or a mute; named by their ids, they go at once',
};

/** Why what was selected was not retried. */
function leftAlone(outbox: Queue, selection: QueueSelection): string[] {
  const { counts } = outbox.count(selection);
  const byState = new Map<string, number>();
  for (const { state, count } of counts) byState.set(state, (byState.get(state) ?? 0) + count);
  const reasons = [...byState].map(([state, count]) => {
    return `${count} ${count === 1 ? 'is' : 'are'} ${WHY[state] ?? state}`;
  });
  const found = [...byState.values()].reduce((sum, count) => sum + count, 0);
  if ('ids' in selection && found < selection.ids.length) {
    const known = new Set(selection.ids.filter((id) => outbox.show(id) !== undefined));
    const unknown = [...new Set(selection.ids)].filter((id) => !known.has(id));
    reasons.push(`there is no delivery ${unknown.join(', ')}`);
  }
  return reasons.length === 0 ? ['no delivery fits'] : reasons;
}
