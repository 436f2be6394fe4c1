import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../database.ts';
import { openOutboxDatabase } from '../state-directory.ts';
import { browse } from './browse.ts';
import { deadGroupIds, deadGroups, normalised } from './dead-groups.ts';
import type { BrowseFilter } from './filter.ts';

/** Ten thousand deliveries of two lanes: every hundredth dead, the second lane nearly empty. */
function fill(database: Database): void {
  for (const [id, name] of ['slack', 'rare'].entries()) {
    database.run(
      'INSERT INTO lane (id, integration, name, target_hash, settings_hash) VALUES (?, ?, ?, ?, ?)',
      id + 1,
      name,
      name,
      name,
      name,
    );
  }
  database.transaction(() => {
    for (let number = 1; number <= 10_000; number += 1) {
      const raw = Buffer.from(`{"n":"number ${number}"}`);
      const sql = 'INSERT INTO alert (id, alert_id, level, read_at, raw) VALUES (?, ?, 5, ?, ?)';
      // Far apart, as after many have been removed.
      const alert = number * 40;
      database.run(sql, alert, `1.${number}`, number * 1000, raw);
      // Few of the second, many of the third.
      const rule = number === 4713 ? '5712' : number < 5000 ? '5713' : '5710';
      database.run(
        'INSERT OR REPLACE INTO alert_label (alert, read_at, level, rule, agent, agent_id) VALUES (?, ?, ?, ?, ?, ?)',
        alert,
        number * 1000,
        number % 16,
        rule,
        `web-${number % 5000}`,
        String(number % 7),
      );
      const isDead = number % 100 === 0;
      database.run(
        'INSERT INTO delivery (alert, lane, state, priority, finished_at, reason) VALUES (?, ?, ?, 0, 1, ?)',
        alert,
        number === 17 ? 2 : 1,
        isDead ? 'dead' : 'delivered',
        isDead ? 'client_error' : null,
      );
    }
    for (let id = 100; id <= 10_000; id += 100) {
      database.run(
        `INSERT INTO attempt (delivery, number, started_at, duration_ms, outcome, message)
         VALUES (?, 1, 1, 1, 'reject', ?)`,
        id,
        id > 9000 ? `no such channel C0${id}ABCDEFG` : `too long by ${id}`,
      );
    }
  });
}

let directory: string;
let database: Database;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'integratord-browse-'));
  database = openOutboxDatabase(directory);
  fill(database);
});
afterAll(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

function scene() {
  let time = 0;
  const find = (filter: BrowseFilter, rows = 100, budgetMs = 1e9, step = 0) =>
    browse(database, filter, { rows, budgetMs, monotonic: () => (time += step) });
  return { database, find };
}

it('gives pages of the newest first, each of which goes on from the one before', () => {
  const { find } = scene();
  const ids: number[] = [];
  let before: number | undefined;
  do {
    const page = find({ state: 'dead', before }, 30);
    ids.push(...page.entries.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined);
  expect(ids).toEqual(Array.from({ length: 100 }, (_, at) => 10_000 - at * 100));
});

it.each<[BrowseFilter, number[]]>([
  [{ integration: 'rare' }, [17]],
  [{ alert: '1.4711' }, [4711]],
  [{ holds: ['number 4712"'] }, [4712]],
  [{ holds: ['number 47', '99"'] }, [4799]],
  [{ state: 'dead', readSince: 9_850_000 }, [10_000, 9900]],
  [{ state: 'dead', integration: 'rare' }, []],
  [{ reason: 'client_error', before: 250 }, [200, 100]],
  [{ bundle: 5 }, []],
  [{ rules: ['5712'] }, [4713]],
  [{ rules: ['5712'], state: 'dead' }, []],
  [{ rules: ['5713'], state: 'dead', before: 301 }, [300, 200, 100]],
  [{ rules: ['5713'], state: 'delivered', before: 4 }, [3, 2, 1]],
  [{ rules: ['1'] }, []],
  [{ agent: 'web-4712' }, [9712, 4712]],
  [{ agent: 'web-4712', before: 9712 }, [4712]],
  [{ agent: 'web-4712', readSince: 9_000_000 }, [9712]],
  [{ agent: '3', rules: ['5713'], before: 20 }, [17, 10, 3]],
  [{ agent: '3', integration: 'rare' }, [17]],
  [
    { agent: 'web-471?', rules: ['5712', '5710'] },
    [9719, 9718, 9717, 9716, 9715, 9714, 9713, 9712, 9711, 9710, 4713],
  ],
  [{ agent: 'web-4712', agentBy: ['id'] }, []],
  [{ agent: '*', agentBy: ['id'] }, []],
  [{ agent: '3', agentBy: ['name'] }, []],
  [{ agent: 'web-4712', agentBy: [] }, []],
  [{ level: 15, before: 40 }, [31, 15]],
  [{ level: 15, state: 'dead', before: 2000 }, []],
  [{ rules: [], agent: 'web-1' }, []],
  [{ readBefore: 4000 }, [3, 2, 1]],
])('finds %j', (filter, ids) => {
  const { entries, next, isFull } = scene().find(filter);
  expect(entries.map(({ id }) => id)).toEqual(ids);
  expect({ next, isFull }).toEqual({ next: undefined, isFull: true });
});

it('ends when its time is over, and finds all when it goes on from there', () => {
  const { find } = scene();
  const found: number[] = [];
  let before: number | undefined;
  let pages = 0;
  do {
    const page = find({ integration: 'rare', before }, 100, 10, 20);
    pages += 1;
    found.push(...page.entries.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined);
  expect(pages).toBeGreaterThan(3);
  expect(found).toEqual([17]);
});

it('groups dead letters by what they failed at, without what differs', () => {
  const { database } = scene();
  const { groups, seen, isWhole } = deadGroups(database, 1e9, () => 0);
  expect({ seen, isWhole }).toEqual({ seen: 100, isWhole: true });
  expect(groups.map(({ message, count }) => [message, count])).toEqual([
    ['too long by …', 90],
    ['no such channel …', 10],
  ]);
  const [group] = groups;
  expect(deadGroupIds(database, group as (typeof groups)[0], 250)).toEqual([200, 100]);
});

it('takes numbers, times and ids out of messages, and leaves words', () => {
  expect(normalised('HTTP 400 at 12:30:01 by 0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(
    'HTTP … at … by …',
  );
  expect(normalised('the destination is unreachable')).toBe('the destination is unreachable');
});

it('gives pages of what has a label, each of which goes on from the one before, also out of time', () => {
  const { find } = scene();
  for (const step of [0, 20]) {
    const ids: number[] = [];
    let before: number | undefined;
    let pages = 0;
    do {
      const page = find({ rules: ['5713'], before }, 700, 10, step);
      ids.push(...page.entries.map(({ id }) => id));
      before = page.next;
      pages += 1;
    } while (before !== undefined);
    const all = Array.from({ length: 4999 }, (_, at) => 4999 - at);
    expect(ids).toEqual(all.filter((id) => id !== 4713));
    expect(pages).toBeGreaterThan(7);
  }
});
