import type { Command } from 'commander';
import { priorityBy } from '../app/priority.ts';
import { countReplay, type ReplayCount, type ReplaySelection, selected } from '../app/replay.ts';
import type { RoutedIntegration } from '../app/setup.ts';
import { sleep, systemClock } from '../core/clock.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { printableLines } from '../core/printable.ts';
import { laneOf, ReplayWriter, roomIn } from '../outbox/replays.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { AlertHistory } from '../sources/file/history.ts';
import { actAsDaemon } from './act-as.ts';
import { confirm } from './ask.ts';
import { invocation } from './common-options.ts';
import { CommandError, EXIT } from './exit.ts';
import { complainOf } from './history-problems.ts';
import { findIntegration, loadSetup } from './load.ts';
import { moment, requireSpan } from './moment.ts';
import { onlyOption } from './only-option.ts';
import { operator } from './operator.ts';
import { isoTime, print, printJson, table } from './output.ts';
import { PAUSE_MS, withQueue } from './queue-access.ts';

interface ReplayOptions {
  readonly integration: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until?: number;
  readonly only?: readonly string[];
  readonly newKeys?: boolean;
  readonly yes?: boolean;
}

/** The disk needs some more than the alerts themselves: the log is written before the outbox is. */
const DISK_FACTOR = 2;
const MEGABYTE = 2 ** 20;

/** `integratord replay`: has an integration get past alerts again. */
export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('send past alerts to an integration again')
    .requiredOption('--integration <id>', 'which integration')
    .requiredOption('--since <time>', 'alerts from then on: 2h ago, or 2026-08-20T14:30', moment)
    .option('--until <time>', 'alerts up to then (default: now)', moment)
    .option('--only <yaml...>', 'only alerts that match, such as \'level: ">= 7"\'')
    .option('--new-keys', 'with new keys, so that a service does not recognise what it already has')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nThe filters and conditions of the integration choose; what holds alerts back does not apply.',
    )
    .action(async (own: ReplayOptions, command: Command) => {
      const invoked = invocation(command);
      // Before the command becomes the user that the outbox belongs to.
      const who = operator();
      const only = (own.only ?? []).map(onlyOption);
      const { files } = actAsDaemon(invoked);
      const setup = loadSetup(invoked.paths, { files });
      const entry = deliverable(findIntegration(setup, own.integration));
      const history = new AlertHistory({ path: invoked.paths.alerts, clock: systemClock });
      const range = { since: own.since, until: own.until ?? systemClock.now() };
      requireSpan(range);
      const found = await history.files(range);
      await withQueue(command, async (access) => {
        const { database, json } = access;
        const lane = laneOf(database, own.integration);
        if (lane === undefined) {
          throw new CommandError(
            `the outbox has no integration ${own.integration} yet: start the daemon, or reload it`,
            EXIT.wrongInput,
          );
        }
        const read = () => history.read(found, range);
        const selection = { entry, lane, only, clock: systemClock, read };
        const count = await countReplay(selection, roomIn(database, setup.settings.outbox));
        complainOf(history);
        if (count.alerts > 0) {
          refuseTooMuch(count, own.integration, invoked.paths.state);
          if (own.yes !== true) {
            process.stderr.write(printableLines(describe(count, own)));
            await confirm('replay', json, {
              question: `Send these to ${own.integration}?`,
              hint: 'add --yes to send these',
            });
          }
        }
        const newKeys = own.newKeys === true;
        const writer = new ReplayWriter(database, { lane, priorityOf: priorityBy(entry), newKeys });
        await store(writer, selection, count.alerts, () => {
          const audit = { ...who, at: systemClock.now() };
          writer.record(audit, { integration: own.integration, ...range });
        });
        await report(count, writer.stored, json);
      });
    });
}

/** @throws CommandError where its name leads nowhere. */
function deliverable(entry: ReturnType<typeof findIntegration>): RoutedIntegration {
  const { destination } = entry;
  if (destination !== undefined) return { ...entry, destination };
  const { id } = entry.integration;
  throw new CommandError(`nothing can be sent to ${id}: its name leads nowhere`, EXIT.wrongInput);
}

/** @throws CommandError where the outbox, or the disk, has no room for it. */
function refuseTooMuch({ alerts, bytes, hasRoom }: ReplayCount, id: string, state: string): void {
  const size = `${alerts} alerts, ${(bytes / MEGABYTE).toFixed(1)} MB`;
  const advice = 'narrow it with --until or --only, or replay it in parts';
  if (!hasRoom) {
    throw new CommandError(
      `${size}: more than ${id} may have waiting in the outbox beside what waits already; ${advice}`,
      EXIT.failed,
    );
  }
  if (DISK_FACTOR * bytes > new DiskReserve(state).freeBytes) {
    throw new CommandError(`${size}: too much for the disk of ${state}; ${advice}`, EXIT.failed);
  }
}

/** Stores in steps, with pauses in which a daemon may write; what was stored is recorded, too, when it fails. */
async function store(
  writer: ReplayWriter,
  selection: ReplaySelection,
  most: number,
  record: () => void,
): Promise<void> {
  let taken = 0;
  try {
    for await (const alert of selected(selection)) {
      // What was written since it was counted is not meant.
      if (taken === most) break;
      taken += 1;
      if (!writer.add(alert)) continue;
      writer.store(systemClock.now());
      await sleep(systemClock, PAUSE_MS);
    }
    writer.store(systemClock.now());
  } catch (error) {
    if (!(error instanceof OutboxError) || writer.stored === 0) throw error;
    record();
    const text = `${writer.stored} of ${most} alerts were stored, then: ${error.message}`;
    throw new OutboxError(error.trouble, text, error);
  }
  if (writer.stored > 0) record();
}

async function report({ alerts }: ReplayCount, stored: number, json: boolean): Promise<void> {
  if (json) await printJson({ alerts, stored });
  else if (alerts === 0) await print('there are no such alerts\n');
  else await print(`${stored} of ${alerts} alerts are stored, and are sent by the daemon\n`);
}

/** What is about to be sent. */
function describe({ alerts, byLevel, from, to }: ReplayCount, own: ReplayOptions): string {
  const levels = [...byLevel].sort(([a], [b]) => b - a);
  const rows = levels.map(([level, count]) => [String(level), String(count)]);
  const keys =
    own.newKeys === true
      ? 'they look like new alerts to the service\n'
      : 'a service that has had one may recognise it, and leave it out\n';
  return (
    `${alerts} alerts for ${own.integration}, ${isoTime(from) ?? '?'} to ${isoTime(to) ?? '?'}\n` +
    table([['LEVEL', 'ALERTS'], ...rows]) +
    keys
  );
}
