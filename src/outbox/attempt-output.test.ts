import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { Database } from './database.ts';
import { Purge } from './purge.ts';
import { Queue } from './queue.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

let database: Database;
let outbox: SqliteOutbox;

beforeEach(() => {
  database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('custom-x')], 0);
  outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
});

/** One attempt that printed something, and what comes of the delivery. */
function attempt(output: string, isLast = false): void {
  const [leased] = outbox.lease(1, 1, 1e6, 1);
  const next = isLast
    ? ({ state: 'dead', reason: 'rejected' } as const)
    : ({ state: 'pending', notBefore: 0, reason: 'rejected' } as const);
  const outcome = { kind: 'retry', reason: 'rejected', excerpt: 'cut', output } as const;
  outbox.commit({ settlements: [aSettlement(leased?.id as number, { outcome, next })] });
}

const outputs = () =>
  new Queue(database).show(1)?.attemptLog.map(({ output }) => output?.slice(0, 12));
const bytes = () =>
  database.get<{ bytes: number }>('SELECT bytes FROM delivery WHERE id = 1')?.bytes ?? 0;

it('is kept whole, up to what runs scripts keeps, and packed', () => {
  const text = `first line\n${'the same again, '.repeat(4000)}\nlast line`;
  const before = bytes();
  attempt(text, true);
  expect(new Queue(database).show(1)?.attemptLog[0]).toMatchObject({
    excerpt: 'cut',
    output: text,
  });
  expect(bytes() - before).toBeLessThan(2000);
});

it('is kept of the last five attempts, and counts as what the delivery takes up', () => {
  const text = () => randomBytes(30_000).toString('hex');
  const before = bytes();
  for (let number = 1; number <= 7; number += 1) attempt(`${number} ${text()}`);
  const kept = outputs();
  expect(kept?.slice(0, 2)).toEqual([undefined, undefined]);
  expect(kept?.slice(2).map((one) => one?.[0])).toEqual(['3', '4', '5', '6', '7']);
  const { packed } = database.get<{ packed: number }>(
    'SELECT SUM(length(output)) AS packed FROM attempt_output',
  ) as { packed: number };
  expect(packed).toBeGreaterThan(100_000);
  const attempts = 7 * (128 + 'cut'.length);
  expect(bytes() - before).toBe(packed + attempts);
});

it('goes with its delivery', () => {
  attempt('x'.repeat(3000), true);
  expect(outputs()).toEqual(['x'.repeat(12)]);
  expect(new Purge(database).purge('dead', 1e15, 10)).toBe(1);
  expect(database.all('SELECT * FROM attempt_output')).toEqual([]);
});
