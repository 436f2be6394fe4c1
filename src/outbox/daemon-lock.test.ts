import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Child } from '../../test/support/child.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { lockStateDirectory } from './daemon-lock.ts';

const STARTED = new Date(Date.UTC(2026, 7, 20, 11));

/** A process that tries to take the lock, says how that went, and stays. */
const contender = (directory: string) =>
  new Child(`
    const { lockStateDirectory } = await import('./src/outbox/daemon-lock.ts');
    try {
      lockStateDirectory(${JSON.stringify(directory)}, new Date());
      console.log('locked');
    } catch (error) {
      console.log(error.message);
    }
    setInterval(() => {}, 1000);
  `);

describe('the lock of a state directory', () => {
  it('refuses a second process, and tells it who holds it', async () => {
    const directory = tempDir();
    const lock = lockStateDirectory(directory, STARTED);
    const answer = await contender(directory).line();
    expect(answer).toContain(`in use by integratord with process id ${process.pid} on `);
    expect(answer).toContain('since 2026-08-20T11:00:00.000Z');
    expect(answer).toContain('--state');
    lock.release();
    expect(await contender(directory).line()).toBe('locked');
  });

  it('is free again when its holder was killed', async () => {
    const directory = tempDir();
    const holder = contender(directory);
    expect(await holder.line()).toBe('locked');
    expect(() => lockStateDirectory(directory, STARTED)).toThrow(`process id ${holder.pid}`);
    await holder.kill();
    const lock = lockStateDirectory(directory, STARTED);
    expect(readFileSync(join(directory, 'daemon.json'), 'utf8')).toContain(`${process.pid}`);
    lock.release();
  });

  it('is not lost when the same process tries to take it again', async () => {
    const directory = tempDir();
    const lock = lockStateDirectory(directory, STARTED);
    expect(() => lockStateDirectory(directory, STARTED)).toThrow(OutboxError);
    expect(await contender(directory).line()).toContain('in use by integratord');
    lock.release();
  });

  it('leaves no word of its holder behind when it is released', () => {
    const directory = tempDir();
    const lock = lockStateDirectory(directory, STARTED);
    const owner = join(directory, 'daemon.json');
    expect(statSync(owner).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(owner, 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(existsSync(owner)).toBe(false);
    lockStateDirectory(directory, STARTED).release();
  });

  it('says in use also where the word of its holder is missing or damaged', async () => {
    const directory = tempDir();
    const holder = contender(directory);
    await holder.line();
    writeFileSync(join(directory, 'daemon.json'), '{"pid":');
    expect(() => lockStateDirectory(directory, STARTED)).toThrow('in use by another integratord');
  });

  it('does not take another failure for a second daemon', () => {
    const damaged = tempDir();
    writeFileSync(
      join(damaged, 'daemon.lock'),
      'this is no database, and was never one'.repeat(99),
    );
    expect(() => lockStateDirectory(damaged, STARTED)).toThrow(
      /cannot be locked: .*not a database/,
    );
    const taken = tempDir();
    mkdirSync(join(taken, 'daemon.lock'));
    expect(() => lockStateDirectory(taken, STARTED)).toThrow(/cannot be locked/);
    const noWord = tempDir();
    mkdirSync(join(noWord, 'daemon.json'));
    expect(() => lockStateDirectory(noWord, STARTED)).toThrow(/cannot be locked: .*EISDIR/);
    // And nothing stays locked after that.
    expect(() => lockStateDirectory(noWord, STARTED)).toThrow(/EISDIR/);
  });
});
