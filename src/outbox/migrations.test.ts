import { describe, expect, it } from 'vitest';
import { Child } from '../../test/support/child.ts';
import { anAcceptedAlert, anIdentity, anIntake } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { Database } from './database.ts';
import { migrate } from './migrations.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { openOutboxDatabase } from './state-directory.ts';
import { StateError } from './state-error.ts';

const versionOf = (database: Database) =>
  database.get<{ user_version: number }>('PRAGMA user_version')?.user_version;
const shapeOf = (database: Database) =>
  database.all('SELECT type, name, sql FROM sqlite_schema ORDER BY name');

describe('migrations', () => {
  it('make a new outbox, and leave a present one as it is', () => {
    const directory = tempDir();
    const first = openOutboxDatabase(directory);
    expect(versionOf(first)).toBeGreaterThanOrEqual(1);
    const shape = shapeOf(first);
    const outbox = new SqliteOutbox(first);
    outbox.assignLanes([anIdentity('slack')]);
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    const version = versionOf(first);
    first.close();
    const second = openOutboxDatabase(directory);
    expect(versionOf(second)).toBe(version);
    expect(shapeOf(second)).toEqual(shape);
    expect(new SqliteOutbox(second).lease(1, 9, 9, 2)).toHaveLength(1);
    second.close();
  });

  it('are made once where several processes open a new outbox at the same time', async () => {
    const directory = tempDir();
    const code = `
      const { openOutboxDatabase } = await import('./src/outbox/state-directory.ts');
      const database = openOutboxDatabase(${JSON.stringify(directory)});
      console.log(JSON.stringify(database.all('SELECT COUNT(*) AS lanes FROM lane')));
      database.close();
    `;
    const children = [new Child(code), new Child(code), new Child(code)];
    const answers = await Promise.all(children.map((child) => child.line()));
    expect(answers).toEqual(Array(3).fill('[{"lanes":0}]'));
  });

  it('refuse an outbox of a newer version, and leave it untouched', () => {
    const directory = tempDir();
    const newer = openOutboxDatabase(directory);
    newer.execute('PRAGMA user_version = 99');
    newer.close();
    expect(() => openOutboxDatabase(directory)).toThrow(StateError);
    expect(() => openOutboxDatabase(directory)).toThrow(
      /outbox\.db was written by a newer integratord \(format 99; this one knows \d+\).*--state/,
    );
  });
});

it('takes no migration again that another process made while this one waited for the lock', () => {
  const database = openOutboxDatabase(tempDir());
  const shape = shapeOf(database);
  const looks = [0];
  const late = {
    // What was seen before the wait is out of date.
    get: (sql: string) => {
      const seen = looks.pop();
      return seen === undefined ? database.get(sql) : { user_version: seen };
    },
    transaction: (work: () => void) => database.transaction(work),
    execute: (sql: string) => database.execute(sql),
  } as unknown as Database;
  migrate(late, 'outbox.db');
  expect(shapeOf(database)).toEqual(shape);
  database.close();
});
