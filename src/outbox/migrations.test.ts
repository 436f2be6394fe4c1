import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AlertLog } from '../../test/support/alert-log.ts';
import { Child } from '../../test/support/child.ts';
import { anAcceptedAlert, anIdentity, anIntake } from '../../test/support/outbox.ts';
import { line, someLines } from '../../test/support/reading.ts';
import { tempDir } from '../../test/support/temp-dir.ts';

import { systemClock } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { FileSource } from '../sources/file/file-source.ts';
import { Database } from './database.ts';
import { migrate } from './migrations.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { OUTBOX_FILE, openOutboxDatabase } from './state-directory.ts';
import { openUpgraded } from './upgrade.ts';

const versionOf = (database: Database) =>
  database.get<{ user_version: number }>('PRAGMA user_version')?.user_version;
const shapeOf = (database: Database) =>
  database.all('SELECT type, name, sql FROM sqlite_schema ORDER BY name');

/** The shape after each step, as a hash. A new step adds one at the end when it is released. */
const RELEASED = [
  '3d77a640',
  'cfebf8c7',
  '7ff3f799',
  'dbe2c043',
  '82679f92',
  '8a552711',
  '5e203caa',
  '04e11222',
  'f0f201b2',
  '68d1ede8',
  'ab0b1a39',
];

describe('migrations', () => {
  it('make a new outbox, and leave a present one as it is', () => {
    const directory = tempDir();
    const first = openOutboxDatabase(directory);
    expect(versionOf(first)).toBeGreaterThanOrEqual(1);
    const shape = shapeOf(first);
    const outbox = new SqliteOutbox(first);
    outbox.assignLanes([anIdentity('slack')], 0);
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

  it('are what they were when they were released: a step that changes makes outboxes differ', () => {
    const database = Database.open(join(tempDir(), OUTBOX_FILE));
    const digests = RELEASED.map((_, step) => {
      migrate(database, step + 1);
      return createHash('sha256')
        .update(JSON.stringify(shapeOf(database)))
        .digest('hex')
        .slice(0, 8);
    });
    database.close();
    expect(digests).toEqual(RELEASED);
  });

  it('refuse an outbox of a newer version, and leave it untouched', () => {
    const directory = tempDir();
    const newer = openOutboxDatabase(directory);
    newer.execute('PRAGMA user_version = 99');
    newer.close();
    expect(() => openOutboxDatabase(directory)).toThrow(OutboxError);
    expect(() => openOutboxDatabase(directory)).toThrow(
      /outbox\.db was written by a newer integratord \(format 99; this one supports \d+\)\. Run that version/,
    );
  });
});

/** A state directory whose outbox has the first shape, with these rows in it. */
function firstShape(sql: string, ...values: (string | number)[]): string {
  const directory = tempDir();
  const path = join(directory, OUTBOX_FILE);
  const database = Database.open(path);
  migrate(database, 1);
  database.run(sql, ...values);
  database.close();
  return directory;
}

const SAVE = "INSERT INTO setting (key, value) VALUES ('checkpoint', ?)";

/** The checkpoint of the alert file after the outbox was brought to the present shape. */
function migratedCheckpoint(directory: string) {
  const { database } = openUpgraded(directory);
  const checkpoint = new SqliteOutbox(database).checkpoint('file');
  const rest = database.all("SELECT * FROM setting WHERE key = 'checkpoint'");
  database.close();
  return { checkpoint, rest };
}

describe('an outbox of the first shape', () => {
  // Written by version 0.1.0, between two parts of a day.
  const stored =
    '{"version":1,"position":{"path":"/var/ossec/logs/alerts/alerts.json",' +
    '"archive":"2026/Aug/ossec-alerts-20-001.json","device":"2049","inode":"9007199254740993",' +
    '"offset":4096,"head":{"length":1024,"hash":"0f1e2d3c4b5a69788796a5b4c3d2e1f0"},' +
    '"marks":[{"offset":4096,"length":4096,"hash":"00112233445566778899aabbccddeeff"}]},' +
    '"finished":[{"path":"/var/ossec/logs/alerts/alerts.json","archive":null,"device":"2049",' +
    '"inode":"12","offset":3,"head":{"length":3,"hash":"a"},"marks":[]}],"takenAt":1787223600123}';

  it('keeps its checkpoint, as that of the alert file', () => {
    const { version, ...state } = JSON.parse(stored) as { version: number };
    const { checkpoint, rest } = migratedCheckpoint(firstShape(SAVE, stored));
    expect(checkpoint).toEqual({ source: 'file', version, state });
    expect(rest).toEqual([]);
  });

  it('is read on from where it stopped', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 3));
    const options = { path: log.live, fromStart: false, clock: systemClock, log: silentLog };
    const first = new FileSource({ ...options, checkpoint: undefined });
    const { version, state } = (await first.start()) ?? {};
    await first.close();
    const directory = firstShape(SAVE, JSON.stringify({ version, ...(state as object) }));
    log.lines(line(4));
    log.nextDay();
    const { checkpoint } = migratedCheckpoint(directory);
    const second = new FileSource({ ...options, checkpoint });
    onTestFinished(() => second.close());
    const batch = await second.next(new AbortController().signal);
    expect(batch?.bytes.toString()).toBe(`${line(4)}\n`);
  });

  it('has no checkpoint afterwards where it had none', () => {
    const other = firstShape("INSERT INTO setting (key, value) VALUES ('salt', ?)", 'x');
    expect(migratedCheckpoint(other)).toEqual({ checkpoint: undefined, rest: [] });
  });

  it.each(['{"version":1,', '{}'])(
    'keeps the broken checkpoint %s as one of no known version',
    (broken) => {
      const { checkpoint } = migratedCheckpoint(firstShape(SAVE, broken));
      expect(checkpoint).toMatchObject({ source: 'file', version: 0 });
    },
  );

  it('keeps its unreadable lines, with their places in words', () => {
    const directory = firstShape(
      `INSERT INTO unreadable (id, read_at, path, offset, length, reason, excerpt)
       VALUES (41, 7, ?, 1234, 3, 'invalid JSON', CAST('{"a' AS BLOB))`,
      '/alerts.json',
    );
    const { database } = openUpgraded(directory);
    expect(database.all('SELECT * FROM unreadable')).toEqual([
      {
        id: 41,
        read_at: 7,
        source: 'file',
        place: '/alerts.json, byte 1234',
        length: 3,
        reason: 'invalid JSON',
        excerpt: new Uint8Array(Buffer.from('{"a')),
      },
    ]);
    database.close();
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
  migrate(late);
  expect(shapeOf(database)).toEqual(shape);
  database.close();
});
