import type { Command } from 'commander';
import { sleep, systemClock } from '../../core/clock.ts';
import type { Queue, QueueEntry } from '../../outbox/queue.ts';
import type { QueueFilter } from '../../outbox/queue-filter.ts';
import { invocation } from '../common-options.ts';
import { print, printJson, printStyled } from '../output.ts';
import { printPaged } from '../pager.ts';
import { noteUnknown, wholeNumber, withQueue } from '../queue-access.ts';
import { outputStyle } from '../style.ts';
import { terminalWidth } from '../table.ts';
import { entryJson, entryLine, entryTable } from './entry-text.ts';
import { type FilterOptions, filterOf, withFilter } from './filter-options.ts';

interface ListOptions extends FilterOptions {
  readonly limit?: number;
  readonly follow?: boolean;
}

const USUAL_LIMIT = 50;
const FOLLOW_MS = 1000;
/** What ended is stored a little later: by so much, at most, in milliseconds. */
const LATEST_MS = 10_000;
/** How many of those that were shown are remembered, so that none is shown twice. */
const MOST_REMEMBERED = 10_000;

/** `integratord queue list`: deliveries, the newest first. */
export function addList(queue: Command): void {
  withFilter(queue.command('list').description('list deliveries, the newest first'))
    .option('--limit <n>', 'how many (default: 50, with --json all)', wholeNumber)
    .option('--follow', 'keep running: show what is new, and what becomes of it, the newest last')
    .action(async (own: ListOptions, command: Command) => {
      const { deliveryState: state } = invocation(command);
      const filter = filterOf(own, state);
      await withQueue(command, async ({ queue: outbox, json }) => {
        noteUnknown(outbox, own.integration);
        if (own.follow === true) await follow(outbox, filter, own.limit ?? USUAL_LIMIT, json);
        else if (json) await listJson(outbox, { ...filter, limit: own.limit });
        else await listPage(outbox, filter, own.limit ?? USUAL_LIMIT);
      });
    });
}

async function listJson(outbox: Queue, filter: QueueFilter): Promise<void> {
  for (const entry of outbox.list(filter)) await printJson(entryJson(entry));
}

async function listPage(
  outbox: Queue,
  filter: Omit<QueueFilter, 'limit'>,
  limit: number,
): Promise<void> {
  const { entries, more, isMoreThanThat } = outbox.page(filter, limit);
  if (entries.length === 0 && more === 0) return print('no deliveries\n');
  const style = outputStyle();
  const rest = isMoreThanThat ? `more than ${more}` : String(more);
  await printPaged(
    entryTable(entries, systemClock.now(), style, terminalWidth()) +
      (more === 0 ? '' : `${style.quiet(`${rest} more: --limit shows more, filters less`)}\n`),
  );
}

/** Shows the newest, and then what comes and what ends, until the process is ended. */
async function follow(
  outbox: Queue,
  filter: Omit<QueueFilter, 'limit'>,
  limit: number,
  json: boolean,
): Promise<never> {
  const style = outputStyle();
  const shown = new Set<string>();
  let [last] = outbox.list({ limit: 1 });
  let since = systemClock.now();
  const show = async (entry: QueueEntry) => {
    const key = `${entry.id} ${entry.state} ${entry.finishedAt ?? ''}`;
    if (shown.has(key)) return;
    shown.add(key);
    if (json) await printJson(entryJson(entry));
    else await printStyled(`${entryLine(entry, style)}\n`);
  };
  for (const entry of [...outbox.list({ ...filter, limit })].toReversed()) await show(entry);
  for (;;) {
    await sleep(systemClock, FOLLOW_MS);
    const now = systemClock.now();
    const [newest] = outbox.list({ limit: 1 });
    const news = { after: last?.id ?? 0, endedSince: since - LATEST_MS };
    for (const entry of [...outbox.list({ ...filter, news })].toReversed()) await show(entry);
    last = newest ?? last;
    since = now;
    for (const key of shown) {
      if (shown.size <= MOST_REMEMBERED) break;
      shown.delete(key);
    }
  }
}
