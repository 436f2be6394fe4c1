import type { Command } from 'commander';
import { systemClock } from '../../core/clock.ts';
import type { LaneBacklog, StateCount } from '../../core/outbox.ts';
import type { Queue } from '../../outbox/queue.ts';
import { dropInSteps } from '../../outbox/queue-changes.ts';
import type { QueueSelection } from '../../outbox/queue-filter.ts';
import { confirm } from '../ask.ts';
import { invocation } from '../common-options.ts';
import { CommandError, EXIT } from '../exit.ts';
import { operator } from '../operator.ts';
import { isoTime, print, printableLines, printJson, table } from '../output.ts';
import { inSteps, noteUnknown, withQueue } from '../queue-access.ts';
import { type SelectionOptions, selectionOf, withFilter } from './filter-options.ts';

interface DropOptions extends SelectionOptions {
  readonly allStates?: boolean;
  readonly yes?: boolean;
}

/**
 * `integratord queue drop`: removes deliveries permanently. What a filter selects are dead letters
 * only, unless a state or all states are asked for, and it is confirmed first.
 */
export function addDrop(queue: Command): void {
  withFilter(
    queue
      .command('drop')
      .description('remove deliveries permanently: dead letters, unless told otherwise'),
  )
    .argument('[ids...]', 'deliveries, as `queue list` shows them, in whatever state')
    .option('--all', 'of all integrations')
    .option('--all-states', 'also what is delivered, and what STILL WAITS to be delivered')
    .option('--yes', 'do not ask')
    .action(async (ids: string[], own: DropOptions, command: Command) => {
      const { deliveryState: older, json } = invocation(command);
      const deliveryState = own.in ?? older;
      if (own.allStates === true && (ids.length > 0 || deliveryState !== undefined)) {
        throw new CommandError(
          'drop: --all-states goes with neither ids nor a state',
          EXIT.wrongUsage,
        );
      }
      const every = selectionOf('drop', ids, own, deliveryState);
      const selection = own.allStates === true || 'ids' in every ? every : onlyDead(every);
      // Before the command becomes the user that the outbox belongs to.
      const who = operator();
      await withQueue(command, async ({ queue: outbox, statistics, database }) => {
        noteUnknown(outbox, own.integration);
        const { counts, last } = outbox.count(selection);
        if (!('ids' in selection) && own.yes !== true) {
          const unread = own.allStates === true ? statistics.backlog().filter(isBehind) : [];
          const text = describe(outbox, every, counts) + unread.map(unreadText).join('');
          process.stderr.write(printableLines(text));
          await confirm('drop', json, {
            question: 'Drop these permanently?',
            hint: 'add --yes to drop these permanently',
          });
        }
        const shown = 'ids' in selection ? selection : { ...selection, upTo: last };
        const audit = { ...who, at: systemClock.now() };
        const dropped = await inSteps(dropInSteps(database, shown, audit), 'dropped');
        if (json) await printJson({ dropped, states: counts.map(countJson) });
        else await print(`${number(dropped)} dropped\n`);
      });
    });
}

function onlyDead(every: Exclude<QueueSelection, { ids: unknown }>): QueueSelection {
  return { ...every, state: every.state ?? 'dead' };
}

/** What is about to be dropped, and what is not. */
function describe(outbox: Queue, every: QueueSelection, counts: readonly StateCount[]): string {
  const head = ['INTEGRATION', 'STATE', 'COUNT', 'HIGHEST LEVEL', 'READ FROM', 'TO'];
  const rows = counts.map((one) => [
    one.integration,
    one.state,
    String(one.count),
    String(one.level),
    isoTime(one.oldestReadAt) ?? '-',
    isoTime(one.newestReadAt) ?? '-',
  ]);
  const chosen = new Set(counts.map(({ state }) => state));
  const left = outbox.count(every).counts.filter(({ state }) => !chosen.has(state));
  const rest = left.map(({ integration, state, count }) => `${integration}: ${count} ${state}`);
  return (
    (rows.length === 0 ? 'nothing to drop\n' : table([head, ...rows])) +
    (rest.length === 0 ? '' : `not dropped without --all-states: ${rest.join(', ')}\n`)
  );
}

function isBehind({ behindSince }: LaneBacklog): boolean {
  return behindSince !== undefined;
}

/** What a lane has not stored yet counts as waiting. */
function unreadText({ integration, behindSince }: LaneBacklog): string {
  return `${integration} waits for more that is only in the alert file, since ${isoTime(behindSince)}\n`;
}

function countJson(one: StateCount) {
  return {
    integration: one.integration,
    state: one.state,
    count: one.count,
    level: one.level,
    oldest_read_at: isoTime(one.oldestReadAt),
    newest_read_at: isoTime(one.newestReadAt),
  };
}

function number(count: number): string {
  return `${count} ${count === 1 ? 'delivery' : 'deliveries'}`;
}
