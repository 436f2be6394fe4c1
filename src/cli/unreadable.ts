import { Argument, type Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { localTime } from '../core/local-time.ts';
import { bytesOf, spanOf } from '../core/words.ts';
import { type KeptRecord, unreadableRecord, unreadableRecords } from '../outbox/unreadable.ts';
import { asGroup } from './command-group.ts';
import { CommandError, EXIT } from './exit.ts';
import { moment } from './moment.ts';
import { isoTime, print, printable, printableLines, printJson, table } from './output.ts';
import { printPaged } from './pager.ts';
import { wholeNumber, withQueue } from './queue-access.ts';
import { type Column, fittedTable, terminalWidth } from './table.ts';

interface ListOptions {
  readonly since?: number;
  readonly limit: number;
}

/** `integratord unreadable …`: what was read and is no alert. */
export function addUnreadable(program: Command): void {
  const unreadable = program
    .command('unreadable')
    .description('show the lines that were read and are not alerts');
  addList(unreadable);
  addShow(unreadable);
  asGroup(unreadable);
}

function addList(unreadable: Command): void {
  unreadable
    .command('list')
    .description('list them, the newest first; the last thousand are kept')
    .option('--since <time>', 'only since then: 2h ago, or 2026-08-20T14:30', moment)
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(async (own: ListOptions, command: Command) => {
      await withQueue(command, async ({ database, statistics, json }) => {
        const records = unreadableRecords(database, own.since, own.limit);
        if (json) {
          for (const record of records) await printJson(recordJson(record));
          return;
        }
        const { unreadable: all } = statistics.counts();
        const head =
          records.length === 0
            ? 'no such lines\n'
            : fittedTable(columns(systemClock.now()), records, terminalWidth());
        await printPaged(`${head}${all} since the outbox was created\n`);
      });
    });
}

function addShow(unreadable: Command): void {
  unreadable
    .command('show')
    .description('show the beginning of one of them')
    .addArgument(new Argument('<id>', 'as `unreadable list` shows it').argParser(wholeNumber))
    .action(async (id: number, _own: unknown, command: Command) => {
      await withQueue(command, async ({ database, json }) => {
        const record = unreadableRecord(database, id);
        if (record === undefined) {
          throw new CommandError(`there is no such line ${id}`, EXIT.wrongInput);
        }
        if (json) await printJson(recordJson(record));
        else await print(recordText(record));
      });
    });
}

function columns(now: number): Column<KeptRecord>[] {
  return [
    { title: 'ID', text: ({ id }) => String(id) },
    { title: 'TIME', text: ({ readAt }) => localTime(readAt), leftOut: 2 },
    { title: 'AGE', text: ({ readAt }) => spanOf(now - readAt), leftOut: 1 },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'LENGTH', text: ({ length }) => bytesOf(length), leftOut: 3 },
    { title: 'WHERE', text: ({ place }) => place, isCut: true },
    { title: 'BEGINNING', text: ({ excerpt }) => excerpt.toString('utf8'), isCut: true },
  ];
}

function recordJson({ id, readAt, source, place, length, reason, excerpt }: KeptRecord) {
  return {
    id,
    read_at: isoTime(readAt),
    source,
    place,
    length,
    reason,
    excerpt: excerpt.toString('utf8'),
  };
}

function recordText({ id, readAt, place, length, reason, excerpt }: KeptRecord): string {
  const facts = [
    ['line', String(id)],
    ['read', isoTime(readAt) ?? '-'],
    ['where', place],
    ['length', `${length} bytes`],
    ['reason', reason],
  ];
  const cut = excerpt.length < length ? `\n… ${length - excerpt.length} bytes more\n` : '\n';
  return `${table(facts)}\n${printableLines(excerpt.toString('utf8'))}${printable(cut.trim())}\n`;
}
