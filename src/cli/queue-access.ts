import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../core/clock.ts';
import { QUEUE_STATES, type QueueState } from '../core/delivery.ts';
import type { OutboxStatistics } from '../core/outbox.ts';
import { Queue } from '../outbox/queue.ts';
import type { QueueFilter, QueueSelection } from '../outbox/selection.ts';
import { OUTBOX_FILE, openOutboxDatabase } from '../outbox/state-directory.ts';
import { StateError } from '../outbox/state-error.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { invocation } from './common-options.ts';
import { duration } from './duration.ts';
import { CommandError, EXIT } from './exit.ts';

/** Options that say which deliveries are meant. */
export interface FilterOptions {
  readonly integration?: string;
  /** Milliseconds. */
  readonly olderThan?: number;
}
export interface SelectionOptions extends FilterOptions {
  readonly all?: boolean;
}

export function withFilter(command: Command): Command {
  const states = QUEUE_STATES.join(', ');
  return command
    .option('--integration <id>', 'only this integration')
    .option('--older-than <time>', 'only alerts read longer ago: 30m, 2h, 3d', duration)
    .addHelpText('after', `\n--state also accepts a delivery state: ${states}`);
}

export function filterOf(
  { integration, olderThan }: FilterOptions,
  state: QueueState | undefined,
): Omit<QueueFilter, 'limit'> {
  const readBefore = olderThan === undefined ? undefined : systemClock.now() - olderThan;
  return { state, integration, readBefore };
}

/**
 * What `retry` or `drop` is to work on.
 * @throws CommandError when nothing says so, or ids and a filter do.
 */
export function selectionOf(
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

/**
 * Works on the outbox that the command line names.
 * @throws CommandError when there is none, or it cannot be used.
 */
export async function withQueue(
  command: Command,
  work: (queue: Queue, json: boolean, statistics: OutboxStatistics) => Promise<void>,
): Promise<void> {
  const { paths, json } = invocation(command);
  if (!existsSync(join(paths.state, OUTBOX_FILE))) {
    throw new CommandError(
      `there is no outbox in ${paths.state}; the daemon creates it on its first run ` +
        '(--state or --home select the directory)',
      EXIT.wrongInput,
    );
  }
  try {
    const database = openOutboxDatabase(paths.state);
    try {
      await work(new Queue(database), json, new SqliteStatistics(database));
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new CommandError(error.message, EXIT.wrongInput);
  }
  process.exitCode = EXIT.done;
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
