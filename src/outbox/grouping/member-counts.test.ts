import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { openTestDatabase } from '../../../test/support/outbox.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import type { Database } from '../database.ts';
import { MemberCounts } from './member-counts.ts';

let database: Database;
beforeEach(() => {
  database = openTestDatabase(tempDir());
  onTestFinished(() => database.close());
});

const join = (bundle: number) =>
  database.run(
    'INSERT INTO delivery (alert, lane, priority, bytes, bundle) VALUES (1, 1, 0, 1, ?)',
    bundle,
  );

it('counts the members that a bundle has when it is first met, and knows them from then on', () => {
  for (const bundle of [7, 7, 8]) join(bundle);
  const counts = new MemberCounts(database);
  counts.foresee([7, 9]);
  expect([7, 8, 9].map((bundle) => counts.of(bundle))).toEqual([2, 1, 0]);
  join(7);
  counts.set(7, 3);
  expect(counts.of(7)).toBe(3);
});

it('counts anew after a transaction that was taken back', () => {
  const counts = new MemberCounts(database);
  const failing = () =>
    database.transaction(() => {
      join(7);
      counts.set(7, counts.of(7) + 1);
      throw new Error('no');
    });
  expect(failing).toThrow();
  expect(counts.of(7)).toBe(0);
});
