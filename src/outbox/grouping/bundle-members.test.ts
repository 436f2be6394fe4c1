import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { LARGE_BYTES } from '../../core/delivery.ts';
import type { Database } from '../database.ts';
import { openOutboxDatabase } from '../state-directory.ts';
import { BundleMembers } from './bundle-members.ts';

const BUNDLE = 7;
const LARGE = 'x'.repeat(LARGE_BYTES);

interface Member {
  readonly key: string | null;
  readonly level: number;
  readonly isLarge: boolean;
}

/** In the order of their deliveries, of which the first is at the head. */
function store(database: Database, members: readonly Member[]): void {
  database.run('DELETE FROM delivery');
  database.run('DELETE FROM alert');
  members.forEach(({ key, level, isLarge }, at) => {
    const id = at + 1;
    const raw = Buffer.from(`alert ${id}${isLarge ? LARGE : ''}`);
    database.run('INSERT INTO alert VALUES (?, NULL, ?, ?, ?)', id, level, 100 + at, raw);
    database.run(
      'INSERT INTO alert_label (alert, read_at, level) VALUES (?, ?, ?)',
      id,
      100 + at,
      level,
    );
    database.run(
      `INSERT INTO delivery (id, alert, lane, state, priority, bundle, member_key, verdict)
       VALUES (?, ?, 1, 'held', 0, ?, ?, 'digest')`,
      id,
      id,
      BUNDLE,
      key,
    );
  });
}

const member = fc.record({
  key: fc.constantFrom(null, '["a"]', '["b"]', '["c"]'),
  level: fc.integer({ min: 0, max: 5 }),
  isLarge: fc.boolean(),
});

it('are told as they would be by looking at each of them', () => {
  const database = openOutboxDatabase(tempDir());
  const all = fc.array(member, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(all, fc.integer({ min: 1, max: 4 }), (members, limit) => {
      database.transaction(() => store(database, members));
      const numbered = members.map((one, at) => ({ ...one, key: one.key ?? '[]', id: at + 1 }));
      const byLevel = numbered.toSorted((a, b) => b.level - a.level || a.id - b.id);
      const keys = [...new Set(numbered.map(({ key }) => key))];
      const expected = keys
        .map((key) => {
          const its = numbered.filter((one) => one.key === key);
          const ids = its.map(({ id }) => id);
          return {
            key,
            count: its.length,
            first: 99 + Math.min(...ids),
            last: 99 + Math.max(...ids),
            level: Math.max(...its.map(({ level }) => level)),
            least: Math.min(...ids),
            allCount: numbered.length,
            allFirst: 100,
            allLast: 99 + numbered.length,
            allLines: keys.length,
          };
        })
        .sort((a, b) => b.level - a.level || b.count - a.count || a.least - b.least)
        .slice(0, limit);
      const found = new BundleMembers(database, BUNDLE, 1);
      const lines = found.lines(limit);
      expect(lines.map((line) => ({ ...line }))).toEqual(expected);

      expect(found.highest()).toEqual(byLevel.map(({ id }) => id));
      const texts = (some: typeof byLevel) => some.map(({ id }) => `alert ${id}`).slice(0, limit);
      const small = byLevel.filter(({ isLarge }) => !isLarge);
      expect(found.raws(found.highest(), limit).map(String)).toEqual(texts(small));
      for (const [key, samples] of found.samples(lines, limit)) {
        expect(samples.map(String)).toEqual(texts(small.filter((one) => one.key === key)));
      }
    }),
    { numRuns: 200 },
  );
});

it('have a sample of each line, also where there are very many', () => {
  const database = openOutboxDatabase(tempDir());
  const many = Array.from({ length: 10_000 }, () => ({ key: '["a"]', level: 3, isLarge: false }));
  const last = { key: '["b"]', level: 3, isLarge: false };
  database.transaction(() => store(database, [...many, last, last]));
  const found = new BundleMembers(database, BUNDLE, 1);
  const samples = found.samples(found.lines(5), 2);
  expect(samples.get('["a"]')?.map(String)).toEqual(['alert 1', 'alert 2']);
  expect(samples.get('["b"]')?.map(String)).toEqual(['alert 10001']);
});
