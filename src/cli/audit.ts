import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { localTime } from '../core/local-time.ts';
import { spanOf } from '../core/words.ts';
import { type AuditRecord, auditRecords } from '../outbox/audit.ts';
import { auditCount, auditDetail } from './audit/detail.ts';
import { moment } from './moment.ts';
import { isoTime, print, printJson } from './output.ts';
import { printPaged } from './pager.ts';
import { wholeNumber, withQueue } from './queue-access.ts';
import { type Column, fittedTable, terminalWidth } from './table.ts';

interface AuditOptions {
  readonly since?: number;
  readonly limit: number;
}

/** `integratord audit`: what operators did. */
export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('show what operators did, the newest first')
    .option('--since <time>', 'only since then: 2h ago, or 2026-08-20T14:30', moment)
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .addHelpText('after', `\n${NOTE}\nThe last thousand acts are kept.`)
    .action(async (own: AuditOptions, command: Command) => {
      await withQueue(command, async ({ database, json }) => {
        const records = auditRecords(database, { since: own.since }, own.limit);
        if (json) for (const record of records) await printJson(recordJson(record));
        else if (records.length === 0) await print('nobody did anything yet\n');
        else await printPaged(fittedTable(columns(systemClock.now()), records, terminalWidth()));
      });
    });
}

const NOTE = `Who it was, their uid and SUDO_USER are as the command itself reported them: that proves nothing about
someone who may write to the state directory.`;

function recordJson(record: AuditRecord) {
  const { id, at, who, uid, sudoUser, kind, detail } = record;
  return {
    id,
    at: isoTime(at),
    what: kind,
    who,
    uid: uid ?? null,
    sudo_user: sudoUser ?? null,
    reported_by: 'client',
    count: auditCount(record) ?? null,
    detail,
  };
}

function columns(now: number): Column<AuditRecord>[] {
  return [
    { title: 'TIME', text: ({ at }) => localTime(at) },
    { title: 'AGE', text: ({ at }) => spanOf(now - at), leftOut: 2 },
    { title: 'WHO (AS REPORTED)', text: ({ who }) => who, isCut: true },
    { title: 'UID', text: ({ uid }) => (uid === undefined ? '-' : String(uid)), leftOut: 1 },
    { title: 'WHAT', text: ({ kind }) => kind },
    { title: 'COUNT', text: (record) => String(auditCount(record) ?? '-') },
    { title: 'DETAIL', text: auditDetail, isCut: true },
  ];
}
