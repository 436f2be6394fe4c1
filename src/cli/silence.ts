import type { Command } from 'commander';
import { readSetup, type Setup } from '../app/setup.ts';
import { systemClock } from '../core/clock.ts';
import { localTime } from '../core/local-time.ts';
import { MOMENTS } from '../core/moment.ts';
import { endOf, type SilenceRecord } from '../core/silence.ts';
import { Silences } from '../outbox/silences.ts';
import { actAsDaemon } from './act-as.ts';
import { asGroup } from './command-group.ts';
import { type Invocation, invocation } from './common-options.ts';
import { duration } from './duration.ts';
import { CommandError, EXIT } from './exit.ts';
import { operator } from './operator.ts';
import { print, printable, printJson } from './output.ts';
import { withQueue } from './queue-access.ts';
import { listed, recurringTimes, silenceJson, silenceTable } from './silence/listed.ts';
import {
  readSilence,
  requireKnown,
  requireShort,
  type SilenceOptions,
  untilOf,
  withSilenceOptions,
} from './silence/options.ts';
import { addTest } from './silence/test-command.ts';

/** `integratord silence …`: holds alerts back for a while, also while the daemon runs. */
export function addSilence(program: Command): void {
  const silence = program
    .command('silence')
    .description('hold alerts back for a while, and see what was held back');
  addAdd(silence);
  addList(silence);
  addExtend(silence);
  addEnd(silence);
  addTest(silence);
  asGroup(silence);
}

function addAdd(silence: Command): void {
  withSilenceOptions(silence.command('add').description('add a silence'))
    .addHelpText('after', EXAMPLES)
    .action(async (own: SilenceOptions, command: Command) => {
      const who = operator();
      const invoked = invocation(command);
      const setup = readQuietly(invoked);
      const now = systemClock.now();
      const added = await readSilence(own, { setup, now, who: who.who, json: invoked.json });
      const add: Parameters<typeof withQueue>[1] = async ({ queue, database, json }) => {
        const configured = setup.integrations.map(({ integration }) => integration.id);
        // Of a configuration that cannot be read, nobody knows which integrations it has.
        if (!setup.fatal) requireKnown(added, new Set([...configured, ...queue.integrations()]));
        const record = new Silences(database).add(added, who, now);
        if (json) await printJson(silenceJson(listed(record, setup, now)));
        else await print(`${addedText(record)}\n`);
      };
      await withQueue(command, add, true);
    });
}

const EXAMPLES = `
Examples:
  integratord silence add --for 2h --why "patch night" --only '{ agents: srv-* }'
  integratord silence add --until 06:00 --why "scan" --when 'data.srcip == "192.0.2.7"' --integration slack
A silence is in force within a second, without a reload. Try it before: integratord silence test`;

function addedText({ id, from, until, integrations }: SilenceRecord): string {
  const whom = integrations === undefined ? 'all integrations' : integrations.join(', ');
  const span = `from ${localTime(from)} until ${localTime(until)}`;
  return printable(
    `silence ${id} ${span}, for ${whom}; end it with: integratord silence end ${id}`,
  );
}

function addList(silence: Command): void {
  silence
    .command('list')
    .description('list silences, and how many alerts each has held back')
    .option('--all', 'also those that are over')
    .action(async (own: { all?: boolean }, command: Command) => {
      const setup = readQuietly(invocation(command));
      await withQueue(command, async ({ database, json }) => {
        const now = systemClock.now();
        const records = new Silences(database).list();
        const keys = new Set(records.map(({ key }) => key));
        const all = [
          ...records.map((record) => listed(record, setup, now)),
          ...setup.quiet.silences.flatMap((one) => recurringTimes(one, keys, now)),
        ];
        const shown = own.all === true ? all : all.filter(({ state }) => state !== 'over');
        if (json) await printJson(shown.map(silenceJson));
        else await print(shown.length === 0 ? 'no silences\n' : silenceTable(shown));
      });
    });
}

function addEnd(silence: Command): void {
  silence
    .command('end')
    .description('end a silence now: what it holds back is told of, or sent, at once')
    .argument('<id>', 'as `silence list` shows it, or its name')
    .action(async (id: string, _own: unknown, command: Command) => {
      const who = operator();
      const setup = readQuietly(invocation(command));
      await withQueue(command, async ({ database, json }) => {
        const silences = new Silences(database);
        const now = systemClock.now();
        const record = chosen(silences.list(), id, now);
        if (!silences.end(record.id, who, now)) throw isOver(record);
        const ended = silences.list().find((one) => one.id === record.id) ?? record;
        const shown = listed(ended, setup, now);
        if (json) await printJson(silenceJson(shown));
        else await print(printable(`${record.key} is over`).concat('\n'));
      });
    });
}

function addExtend(silence: Command): void {
  silence
    .command('extend')
    .description('let a silence last longer, with what it holds back')
    .argument('<id>', 'as `silence list` shows it, or its name')
    .option('--by <time>', 'how much longer: 30m, 2h, 3d', duration)
    .option('--until <time>', `or until when: ${MOMENTS}; a date alone is inclusive`)
    .action(async (id: string, own: ExtendOptions, command: Command) => {
      const who = operator();
      const setup = readQuietly(invocation(command));
      const extend: Parameters<typeof withQueue>[1] = async ({ database, json }) => {
        const silences = new Silences(database);
        const now = systemClock.now();
        const record = chosen(silences.list(), id, now);
        const until = extendedUntil(record, own, now);
        const extended = silences.extend(record.id, until, who, now);
        if (extended === undefined) throw isNotExtended(record, now);
        if (json) await printJson(silenceJson(listed(extended, setup, now)));
        else await print(printable(`${record.key} holds until ${localTime(until)}`).concat('\n'));
      };
      await withQueue(command, extend);
    });
}

interface ExtendOptions {
  readonly by?: number;
  readonly until?: string;
}

/** @throws CommandError for an end that cannot be. */
function extendedUntil({ until }: SilenceRecord, own: ExtendOptions, now: number): number {
  if ((own.by === undefined) === (own.until === undefined)) {
    const text = 'silence: say with either --by or --until how long it lasts';
    throw new CommandError(text, EXIT.wrongUsage);
  }
  const wanted = own.until === undefined ? until + (own.by ?? 0) : untilOf(own.until, now);
  requireShort(wanted - now);
  return wanted;
}

function isNotExtended(record: SilenceRecord, now: number): CommandError {
  if (now >= endOf(record)) return isOver(record);
  const why = record.isRecurring
    ? 'is of the settings file: change it there'
    : `holds until ${localTime(record.until)} already`;
  return new CommandError(`silence ${record.id} ${why}`, EXIT.wrongInput);
}

/** @throws CommandError when there is no such silence, or several. */
function chosen(records: readonly SilenceRecord[], id: string, now: number): SilenceRecord {
  const byId = records.find((one) => String(one.id) === id || one.key === id);
  if (byId !== undefined) return byId;
  const named = records.filter(({ name }) => name === id);
  const open = named.filter((one) => now < endOf(one));
  const [first, ...others] = open;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const ids = open.map((one) => one.id).join(', ');
    throw new CommandError(
      `several silences are called ${JSON.stringify(id)}: ${ids}`,
      EXIT.wrongInput,
    );
  }
  const last = named.at(-1);
  if (last !== undefined) throw isOver(last);
  throw new CommandError(
    `there is no silence ${JSON.stringify(id)} (silence list --all)`,
    EXIT.wrongInput,
  );
}

function isOver(record: SilenceRecord): CommandError {
  const text = `silence ${record.id} is over since ${localTime(endOf(record))}`;
  return new CommandError(text, EXIT.wrongInput);
}

/** The configuration, as far as it can be read: what is wrong with it is no matter here. */
function readQuietly(invoked: Invocation): Setup {
  return readSetup(invoked.paths, process.env, { files: actAsDaemon(invoked).files });
}
