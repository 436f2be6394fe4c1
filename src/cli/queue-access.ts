import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Clock, sleep, systemClock } from '../core/clock.ts';
import { suggestion } from '../core/nearest.ts';
import type { OutboxStatistics } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { printableLines } from '../core/printable.ts';
import { isRoot } from '../dropin/enter.ts';
import type { Database } from '../outbox/database.ts';
import { Queue } from '../outbox/queue.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { OUTBOX_FILE, openOutboxDatabase } from '../outbox/state-directory.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { complain } from '../telemetry/standard-error.ts';
import { actAsOwner } from './act-as.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { noteStopped } from './note-stopped.ts';

const clock: Clock = systemClock;
/** Between two steps of a change. */
export const PAUSE_MS = 5;
/** With less of the disk than this, a command needs the reserve. */
const LITTLE_ROOM = 2 ** 20;

/** What a command works on. */
export interface QueueAccess {
  readonly queue: Queue;
  readonly statistics: OutboxStatistics;
  readonly database: Database;
  readonly json: boolean;
}

/**
 * Works on the outbox that the command line names.
 * @param mayCreate whether one that is missing is made, unless it would be root's.
 * @throws CommandError when there is none, or it cannot be used.
 */
export async function withQueue(
  command: Command,
  work: (access: QueueAccess) => Promise<void>,
  mayCreate = false,
): Promise<void> {
  const { paths, json } = invocation(command);
  actAsOwner(paths.state);
  const isOurs = existsSync(paths.state) || !isRoot();
  if (!existsSync(join(paths.state, OUTBOX_FILE)) && !(mayCreate && isOurs)) {
    throw new CommandError(
      `there is no outbox in ${paths.state}; the daemon creates it on its first run ` +
        '(--state or --home select the directory; --in selects deliveries by what became of them)',
      EXIT.wrongInput,
    );
  }
  noteStopped(paths.state);
  try {
    const database = openWithRoom(paths.state);
    const statistics = new SqliteStatistics(database);
    try {
      await work({ queue: new Queue(database), statistics, database, json });
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof OutboxError)) throw error;
    throw new CommandError(error.message, error.isTemporary ? EXIT.failed : EXIT.wrongInput);
  }
  process.exitCode = EXIT.done;
}

/** Says that a filter names an integration that the outbox does not know: it selects nothing. */
export function noteUnknown(queue: Queue, integration: string | undefined): void {
  if (integration === undefined) return;
  const known = queue.integrations();
  if (known.includes(integration)) return;
  const meant = suggestion(integration, known) || `; it has: ${known.join(', ') || 'none yet'}`;
  const text = `the outbox has no integration ${JSON.stringify(integration)}${meant}`;
  complain(`integratord: ${printableLines(text)}\n`);
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

/**
 * Takes the steps of a change, with pauses in which a daemon may write. Returns how many it concerned.
 * @throws OutboxError that also says how many were done before it.
 */
export async function inSteps(steps: Iterable<number>, past: string): Promise<number> {
  let count = 0;
  try {
    for (const step of steps) {
      count += step;
      await sleep(clock, PAUSE_MS);
    }
  } catch (error) {
    if (!(error instanceof OutboxError) || count === 0) throw error;
    throw new OutboxError(error.trouble, `${count} ${past}, then: ${error.message}`, error);
  }
  return count;
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
