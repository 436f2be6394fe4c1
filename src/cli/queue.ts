import { Argument, type Command } from 'commander';
import { DELIVERY_STATES } from '../core/delivery.ts';
import type { LaneBacklog } from '../core/outbox.ts';
import type { QueueDetail, QueueEntry } from '../outbox/queue.ts';
import { retryInSteps } from '../outbox/queue-changes.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { isoTime, print, printJson, table } from './output.ts';
import {
  type FilterOptions,
  filterOf,
  inSteps,
  noteUnknown,
  type SelectionOptions,
  selectionOf,
  wholeNumber,
  withFilter,
  withQueue,
} from './queue-access.ts';
import { addDrop } from './queue-drop.ts';

interface ListOptions extends FilterOptions {
  readonly limit?: number;
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
  addRetry(queue);
  addDrop(queue);
}

function addList(queue: Command): void {
  withFilter(queue.command('list').description('list deliveries, oldest first'))
    .option('--limit <n>', 'maximum number of deliveries', wholeNumber)
    .action(async (own: ListOptions, command: Command) => {
      const { deliveryState: state } = invocation(command);
      await withQueue(command, async ({ queue: outbox, json }) => {
        noteUnknown(outbox, own.integration);
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
      await withQueue(command, async ({ queue: outbox, json }) => {
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
      await withQueue(command, async ({ queue: outbox, json, statistics }) => {
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

function addRetry(queue: Command): void {
  withFilter(
    queue
      .command('retry')
      .description('retry dead and waiting deliveries now, and resume their parked lanes'),
  )
    .argument('[ids...]', 'deliveries, as `queue list` shows them')
    .option('--all', 'all of them')
    .action(async (ids: string[], own: SelectionOptions, command: Command) => {
      const selection = selectionOf('retry', ids, own, invocation(command).deliveryState);
      await withQueue(command, async ({ queue: outbox, database, json }) => {
        noteUnknown(outbox, own.integration);
        const count = await inSteps(retryInSteps(database, selection), 'retried');
        if (json) await printJson({ retried: count });
        else await print(`${count} ${count === 1 ? 'delivery' : 'deliveries'} retried\n`);
      });
    });
}

const ENTRY_HEAD = ['ID', 'INTEGRATION', 'ALERT', 'LEVEL', 'STATE', 'ATTEMPTS', 'REASON', 'NEXT'];

function entryRow(entry: QueueEntry): string[] {
  return [
    String(entry.id),
    entry.integration,
    entry.alert ?? '-',
    String(entry.level),
    entry.state,
    String(entry.attempts),
    entry.reason ?? entry.verdict ?? '-',
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
    verdict: entry.verdict ?? null,
    verdict_by: entry.verdictBy ?? null,
    bundle: entry.bundle?.id ?? null,
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

/** Why it was held back, and what it is sent with. */
function heldFacts({ verdict, verdictBy, bundle }: QueueDetail): string[][] {
  const why = [verdict, verdictBy].filter((text) => text !== undefined).join(', by ');
  return [
    ...(why === '' ? [] : [['held back', why]]),
    ...(bundle === undefined
      ? []
      : [
          [
            'message',
            `${bundle.kind}, ${bundle.isCarrier ? 'carries' : 'part of'} bundle ${bundle.id} ` +
              `(integratord queue list --bundle ${bundle.id})`,
          ],
        ]),
  ];
}

function detailText(detail: QueueDetail): string {
  const facts = [
    ['delivery', String(detail.id)],
    ['integration', detail.integration],
    ['alert', detail.alert ?? '-'],
    ['level', String(detail.level)],
    ['state', detail.state],
    ['read', isoTime(detail.readAt) ?? '-'],
    ...heldFacts(detail),
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
  return `${table(facts)}\n${history}\n${detail.raw}\n`;
}
