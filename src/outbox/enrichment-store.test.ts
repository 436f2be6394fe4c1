import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { openTestDatabase } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { UNUSED_QUOTA } from '../core/quota.ts';
import type { Database } from './database.ts';
import { SqliteAnswerCache, SqliteQuotaStore } from './enrichment-store.ts';

let clock: FakeClock;
let directory: string;
let database: Database;
beforeEach(() => {
  clock = new FakeClock();
  directory = tempDir();
  database = openTestDatabase(directory);
});

/** Ends the process and starts it again. */
function reopen(): void {
  database.close();
  database = openTestDatabase(directory);
}

describe('kept answers', () => {
  const cache = () => new SqliteAnswerCache(database, clock);
  const keys = () => database.all<{ key: string }>('SELECT key FROM answer').map(({ key }) => key);

  it('are there until their time is over, also after a restart', () => {
    cache().set('file:a', '{"found":1}', 1000);
    expect(cache().get('file:b')).toBeUndefined();
    clock.tick(999);
    reopen();
    expect(cache().get('file:a')).toBe('{"found":1}');
    clock.tick(1);
    expect(cache().get('file:a')).toBeUndefined();
  });

  it('give way to later ones, with their time', () => {
    cache().set('file:a', 'old', 1000);
    clock.tick(500);
    cache().set('file:a', 'new', 1000);
    clock.tick(999);
    expect(cache().get('file:a')).toBe('new');
  });

  it('are removed when another one is kept and their time is over', () => {
    cache().set('file:a', '1', 1000);
    cache().set('file:b', '2', 1001);
    clock.tick(1000);
    expect(keys()).toEqual(['file:a', 'file:b']);
    cache().set('file:c', '3', 1000);
    expect(keys()).toEqual(['file:b', 'file:c']);
  });
});

describe('the states of quotas', () => {
  it('are kept by name, over a restart, and the last one counts', () => {
    const state = { recent: [5, 6], day: 1, asked: 2, blockedUntil: 0 };
    new SqliteQuotaStore(database).write('virustotal', UNUSED_QUOTA);
    new SqliteQuotaStore(database).write('virustotal', state);
    reopen();
    expect(new SqliteQuotaStore(database).read('virustotal')).toEqual(state);
    expect(new SqliteQuotaStore(database).read('maltiverse')).toBeUndefined();
  });
});
