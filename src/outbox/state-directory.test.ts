import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAcceptedAlert, anIdentity, anIntake } from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { lockStateDirectory } from './daemon-lock.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { OUTBOX_FILE, openOutboxDatabase, prepareStateDirectory } from './state-directory.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('permissions', () => {
  let umask = 0;
  beforeEach(() => {
    umask = process.umask(0o022);
  });
  afterEach(() => {
    process.umask(umask);
  });

  it('let the owner in and nobody else, whatever the umask', () => {
    const directory = join(tempDir(), 'queue', 'integratord');
    const lock = lockStateDirectory(directory, new Date(0));
    const database = openOutboxDatabase(directory);
    const outbox = new SqliteOutbox(database);
    outbox.assignLanes([anIdentity('slack')], 0);
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    expect(modeOf(directory)).toBe('700');
    const files = readdirSync(directory).sort();
    expect(files).toEqual([
      'daemon.json',
      'daemon.lock',
      'daemon.lock-journal',
      OUTBOX_FILE,
      `${OUTBOX_FILE}-shm`,
      `${OUTBOX_FILE}-wal`,
    ]);
    expect(files.map((file) => modeOf(join(directory, file)))).toEqual(files.map(() => '600'));
    database.close();
    lock.release();
  });

  it('of an empty directory are tightened', () => {
    const directory = tempDir();
    chmodSync(directory, 0o755);
    prepareStateDirectory(directory);
    expect(modeOf(directory)).toBe('700');
  });

  it('of a directory that holds only our files are tightened', () => {
    const directory = tempDir();
    openOutboxDatabase(directory).close();
    for (const name of ['scripts', 'spool']) mkdirSync(join(directory, name));
    chmodSync(directory, 0o777);
    prepareStateDirectory(directory);
    expect(modeOf(directory)).toBe('700');
  });

  it('of a directory that others use stay: someone may have named /tmp', () => {
    const directory = tempDir();
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'other'), '');
    prepareStateDirectory(directory);
    expect(modeOf(directory)).toBe('755');
    openOutboxDatabase(directory).close();
    expect(modeOf(join(directory, OUTBOX_FILE))).toBe('600');
    for (const mode of [0o775, 0o757, 0o1777]) {
      chmodSync(directory, mode);
      expect(() => prepareStateDirectory(directory)).toThrow(
        `Other users can write to the state directory ${directory}`,
      );
    }
  });
});

describe('a state directory in which someone planted something', () => {
  const planted = ['daemon.json', 'daemon.lock', OUTBOX_FILE, 'outbox.db-wal', 'outbox.reserve'];

  it.each(planted)('is refused for a link %s, and nothing is written through it', (name) => {
    const directory = tempDir();
    const outside = tempDir();
    const precious = join(outside, 'precious');
    writeFileSync(precious, 'as it was');
    for (const target of [precious, join(outside, 'new')]) {
      symlinkSync(target, join(directory, name));
      const sentence = `${join(directory, name)} is a symbolic link.`;
      expect(() => lockStateDirectory(directory, new Date(0))).toThrow(sentence);
      expect(() => openOutboxDatabase(directory)).toThrow(sentence);
      rmSync(join(directory, name));
    }
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readFileSync(precious, 'utf8')).toBe('as it was');
  });

  it('is refused for a pipe, which would have us wait for ever', () => {
    const directory = tempDir();
    execFileSync('mkfifo', [join(directory, 'daemon.json')]);
    expect(() => prepareStateDirectory(directory)).toThrow('neither a file nor a directory');
  });

  it('may itself be reached through a link', () => {
    const directory = tempDir();
    const link = join(tempDir(), 'link');
    symlinkSync(directory, link);
    openOutboxDatabase(link).close();
    expect(readdirSync(directory)).toContain(OUTBOX_FILE);
  });

  it.runIf(process.getuid?.() === 0)('is refused when it, or a file in it, is another’s', () => {
    const directory = tempDir();
    openOutboxDatabase(directory).close();
    chownSync(join(directory, OUTBOX_FILE), 54_321, 54_321);
    expect(() => prepareStateDirectory(directory)).toThrow('belongs to user 54321, not to user 0');
    chownSync(directory, 54_321, 54_321);
    const link = join(tempDir(), 'link');
    symlinkSync(directory, link);
    for (const path of [directory, link]) {
      expect(() => prepareStateDirectory(path)).toThrow(
        `The state directory ${path} belongs to user 54321, not to user 0`,
      );
    }
  });
});

describe('a state directory that cannot be used', () => {
  it('is told with its name and what to do', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'below')]) {
      expect(() => prepareStateDirectory(path)).toThrow(OutboxError);
      expect(() => openOutboxDatabase(path)).toThrow(
        /directory .*file.* cannot be used: .*--state/,
      );
    }
  });

  it('holds something else in place of the outbox', () => {
    const directory = tempDir();
    mkdirSync(join(directory, OUTBOX_FILE));
    expect(() => openOutboxDatabase(directory)).toThrow(/outbox .*outbox\.db cannot be opened/);
    const other = tempDir();
    writeFileSync(join(other, OUTBOX_FILE), 'alerts '.repeat(1000));
    expect(() => openOutboxDatabase(other)).toThrow(/cannot be opened: .*not a database/);
    expect(() => openOutboxDatabase(other)).toThrow(OutboxError);
  });
});

describe('the outbox file', () => {
  it('is complete by itself once it is closed', () => {
    const directory = tempDir();
    const database = openOutboxDatabase(directory);
    const outbox = new SqliteOutbox(database);
    outbox.assignLanes([anIdentity('slack')], 0);
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    database.close();
    const backup = tempDir();
    copyFileSync(join(directory, OUTBOX_FILE), join(backup, OUTBOX_FILE));
    const copy = openOutboxDatabase(backup);
    expect(new SqliteOutbox(copy).lease(1, 9, 9, 2)).toHaveLength(1);
    copy.close();
  });

  it('survives a power failure, and can be shrunk', () => {
    const database = openOutboxDatabase(tempDir());
    const value = (name: string) => Object.values(database.get<object>(`PRAGMA ${name}`) ?? {})[0];
    expect(value('journal_mode')).toBe('wal');
    expect(value('synchronous')).toBe(2);
    expect(value('auto_vacuum')).toBe(2);
    database.close();
  });
});
