import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { type Clock, sleep, systemClock } from '../core/clock.ts';
import { DELIVERY_STATES, QUEUE_STATES, type QueueState } from '../core/delivery.ts';
import type { LaneBacklog, OutboxStatistics } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Database } from '../outbox/database.ts';
import { Queue, type QueueDetail, type QueueEntry } from '../outbox/queue.ts';
import { dropInSteps, retryInSteps } from '../outbox/queue-changes.ts';
import type { QueueFilter, QueueSelection } from '../outbox/queue-filter.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { OUTBOX_FILE, openOutboxDatabase } from '../outbox/state-directory.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { actAsOwner } from './act-as.ts';
import { invocation } from './common-options.ts';
import { duration } from './duration.ts';
import { CommandError, EXIT } from './exit.ts';
import { isoTime, print, printable, printJson, table } from './output.ts';

const clock: Clock = systemClock;
/** Between two steps of a change. */
const PAUSE_MS = 5;
/** With less of the disk than this, a command needs the reserve. */
const LITTLE_ROOM = 2 ** 20;

interface FilterOptions {
  readonly integration?: string;
  /** Milliseconds. */
  readonly olderThan?: number;
}
interface ListOptions extends FilterOptions {
  readonly limit?: number;
}
interface SelectionOptions extends FilterOptions {
  readonly all?: boolean;
}

/** `integratord queue …`: the deliveries in the outbox, also while the daemon runs. */
export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('inspect and manage the deliveries in the outbox')
    .action((_own: unknown, command: Command) => command.outputHelp());
  addList(queue);
  addShow(queue);
  addStats(queue);
  addChange(queue, 'retry', 'retry dead and waiting deliveries now, and resume their parked lanes');
  addChange(queue, 'drop', 'remove deliveries permanently');
}

function addList(queue: Command): void {
  withFilter(queue.command('list').description('list deliveries, oldest first'))
    .option('--limit <n>', 'maximum number of deliveries', wholeNumber)
    .action(async (own: ListOptions, command: Command) => {
      const { deliveryState: state } = invocation(command);
      await withQueue(command, async (outbox, json) => {
        const rows: string[][] = [];
        for (const entry of outbox.list({ ...filterOf(own, state), limit: own.limit })) {
          if (json) await printJson(entryJson(entry));
          else rows.push(entryRow(entry));
        }
        if (json) return;
        if (rows.length === 0) await print('no deliveries\n');
        else await print(table([ENTRY_HEAD, ...rows]));
      });
    });
}

function addShow(queue: Command): void {
  queue
    .command('show')
    .description('show a delivery with all its attempts and its alert')
    .addArgument(new Argument('<id>', 'as `queue list` shows it').argParser(wholeNumber))
    .action(async (id: number, _own: unknown, command: Command) => {
      await withQueue(command, async (outbox, json) => {
        const detail = outbox.show(id);
        if (detail === undefined) throw new CommandError(`no delivery ${id}`, EXIT.wrongInput);
        if (json) await printJson(detailJson(detail));
        else await print(detailText(detail));
      });
    });
}

function addStats(queue: Command): void {
  queue
    .command('stats')
    .description('count deliveries by integration and state')
    .action(async (_own: unknown, command: Command) => {
      await withQueue(command, async (outbox, json, statistics) => {
        const stats = outbox.stats();
        if (json) {
          await printJson(stats);
          return;
        }
        const head = ['INTEGRATION', ...DELIVERY_STATES.map((state) => state.toUpperCase())];
        const rows = Object.entries(stats).map(([integration, counts]) => [
          integration,
          ...DELIVERY_STATES.map((state) => String(counts[state])),
        ]);
        const { read, matched, skipped, unreadable } = statistics.counts();
        await print(
          `${table([head, ...rows])}\nsince the outbox was created: ${read} alerts read, ` +
            `${matched} matched, ${skipped} skipped, ${unreadable} unreadable\n`,
        );
        for (const backlog of statistics.backlog()) await print(behindText(backlog));
      });
    });
}

/** What is to be said of an integration that has used up, or once used up, its share of the outbox. */
function behindText({ integration, behindSince, losses, lostBytes }: LaneBacklog): string {
  const behind =
    behindSince === undefined
      ? ''
      : `${integration} has used up its share of the outbox (${isoTime(behindSince)}): more waits for it ` +
        'in the alert file and its archives\n';
  const lost =
    losses === 0
      ? ''
      : `${integration} LOST alerts that were no longer there ${losses === 1 ? 'once' : `${losses} times`}` +
        `${lostBytes > 0 ? `, at least ${lostBytes} bytes of the alert file` : ''}\n`;
  return behind + lost;
}

function addChange(queue: Command, name: 'retry' | 'drop', description: string): void {
  withFilter(queue.command(name).description(description))
    .argument('[ids...]', 'deliveries, as `queue list` shows them')
    .option('--all', 'all of them')
    .action(async (ids: string[], own: SelectionOptions, command: Command) => {
      const selection = selectionOf(name, ids, own, invocation(command).deliveryState);
      await withQueue(command, async (_queue, json, _statistics, database) => {
        const change = name === 'retry' ? retryInSteps : dropInSteps;
        const past = name === 'retry' ? 'retried' : 'dropped';
        let count = 0;
        try {
          for (const step of change(database, selection)) {
            count += step;
            await sleep(clock, PAUSE_MS); // a daemon may want to write
          }
        } catch (error) {
          if (!(error instanceof OutboxError) || count === 0) throw error;
          throw new OutboxError(error.trouble, `${count} ${past}, then: ${error.message}`, error);
        }
        if (json) await printJson({ [past]: count });
        else await print(`${count} ${count === 1 ? 'delivery' : 'deliveries'} ${past}\n`);
      });
    });
}

function selectionOf(
  name: string,
  ids: readonly string[],
  own: SelectionOptions,
  state: QueueState | undefined,
): QueueSelection {
  const filter = filterOf(own, state);
  const filtered = Object.values(filter).some((value) => value !== undefined);
  if (ids.length > 0) {
    if (filtered || own.all === true) {
      throw new CommandError(`${name}: give either ids or a filter, not both`, EXIT.wrongUsage);
    }
    return { ids: ids.map(wholeNumber) };
  }
  if (!filtered && own.all !== true) {
    throw new CommandError(
      `${name}: select deliveries by ids, --integration, --state, --older-than or --all`,
      EXIT.wrongUsage,
    );
  }
  return filter;
}

function filterOf(
  { integration, olderThan }: FilterOptions,
  state: QueueState | undefined,
): Omit<QueueFilter, 'limit'> {
  const readBefore = olderThan === undefined ? undefined : systemClock.now() - olderThan;
  return { state, integration, readBefore };
}

function withFilter(command: Command): Command {
  const states = QUEUE_STATES.join(', ');
  return command
    .option('--integration <id>', 'only this integration')
    .option('--older-than <time>', 'only alerts read longer ago: 30m, 2h, 3d', duration)
    .addHelpText('after', `\n--state also accepts a delivery state: ${states}`);
}

async function withQueue(
  command: Command,
  work: (
    queue: Queue,
    json: boolean,
    statistics: OutboxStatistics,
    database: Database,
  ) => Promise<void>,
): Promise<void> {
  const { paths, json } = invocation(command);
  actAsOwner(paths.state);
  if (!existsSync(join(paths.state, OUTBOX_FILE))) {
    throw new CommandError(
      `there is no outbox in ${paths.state}; the daemon creates it on its first run ` +
        '(--state or --home select the directory)',
      EXIT.wrongInput,
    );
  }
  try {
    const database = openWithRoom(paths.state);
    try {
      await work(new Queue(database), json, new SqliteStatistics(database), database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    throw new CommandError(error.message, error.isTemporary ? EXIT.failed : EXIT.wrongInput);
  }
  process.exitCode = EXIT.done;
}

/** Opens the outbox. On a full disk it gives up the reserve: the daemon takes it back later. */
function openWithRoom(directory: string): Database {
  const reserve = new DiskReserve(directory);
  if (reserve.freeBytes < LITTLE_ROOM) reserve.giveUp();
  try {
    return openOutboxDatabase(directory);
  } catch (error) {
    // A quota does not show in what is free.
    if (OutboxError.of(error).trouble === 'full' && reserve.giveUp()) {
      return openOutboxDatabase(directory);
    }
    throw error;
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

const ENTRY_HEAD = ['ID', 'INTEGRATION', 'ALERT', 'LEVEL', 'STATE', 'ATTEMPTS', 'REASON', 'NEXT'];

function entryRow(entry: QueueEntry): string[] {
  return [
    String(entry.id),
    entry.integration,
    printable(entry.alert ?? '-'),
    String(entry.level),
    entry.state,
    String(entry.attempts),
    entry.reason ?? '-',
    isoTime(entry.nextAttemptAt) ?? '-',
  ];
}

function entryJson(entry: QueueEntry) {
  return {
    id: entry.id,
    integration: entry.integration,
    alert: entry.alert ?? null,
    level: entry.level,
    state: entry.state,
    attempts: entry.attempts,
    reason: entry.reason ?? null,
    next_attempt_at: isoTime(entry.nextAttemptAt),
    read_at: isoTime(entry.readAt),
    finished_at: isoTime(entry.finishedAt),
  };
}

function detailJson(detail: QueueDetail) {
  return {
    ...entryJson(detail),
    parked: detail.parked ?? null,
    attempt_log: detail.attemptLog.map((attempt) => ({
      number: attempt.number,
      started_at: isoTime(attempt.startedAt),
      duration_ms: attempt.durationMs,
      outcome: attempt.outcome,
      reason: attempt.reason ?? null,
      status: attempt.status ?? null,
      message: attempt.message ?? null,
      excerpt: attempt.excerpt ?? null,
    })),
    raw: detail.raw,
  };
}

function detailText(detail: QueueDetail): string {
  const facts = [
    ['delivery', String(detail.id)],
    ['integration', detail.integration],
    ['alert', detail.alert ?? '-'],
    ['level', String(detail.level)],
    ['state', detail.state],
    ['read', isoTime(detail.readAt) ?? '-'],
    ['next attempt', isoTime(detail.nextAttemptAt) ?? '-'],
    ...(detail.parked === undefined ? [] : [['parked', detail.parked.message]]),
  ];
  const attempts = detail.attemptLog.map((attempt) => [
    `#${attempt.number}`,
    isoTime(attempt.startedAt) ?? '',
    `${attempt.durationMs} ms`,
    attempt.outcome,
    attempt.status === undefined ? '' : String(attempt.status),
    attempt.message ?? attempt.excerpt ?? '',
  ]);
  const history = attempts.length === 0 ? 'no attempts yet\n' : table(attempts);
  return printable(`${table(facts)}\n${history}\n${detail.raw}\n`);
}
