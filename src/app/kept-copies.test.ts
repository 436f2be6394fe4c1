import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { KEPT_MS, keptCopyPath, newerPath } from '../outbox/kept-copy.ts';
import { KeptCopies } from './kept-copies.ts';

let directory: string;
let clock: FakeClock;
let log: RecordingLog;
beforeEach(() => {
  directory = tempDir();
  clock = new FakeClock();
  log = new RecordingLog();
  for (const path of [
    keptCopyPath(directory),
    newerPath(directory),
    `${keptCopyPath(directory)}.partial`,
    `${newerPath(directory)}-wal`,
  ]) {
    writeFileSync(path, '');
    utimesSync(path, clock.now() / 1000, clock.now() / 1000);
  }
  writeFileSync(join(directory, 'outbox.db'), '');
});

function keep(freeBytes: number): KeptCopies {
  return new KeptCopies({ directory, disk: { size: 100, freeBytes }, clock, log });
}

describe('what an upgrade has kept', () => {
  it('is removed after seven days, and nothing else', async () => {
    const copies = keep(100);
    copies.start();
    await clock.advance(KEPT_MS - 60_000);
    expect(existsSync(keptCopyPath(directory))).toBe(true);
    await clock.advance(120_000);
    expect(readdirSync(directory)).toEqual(['outbox.db']);
    expect(log.lines.map(({ fields }) => fields['why'])).toEqual(['age', 'age', 'age']);
    copies.stop();
  });

  it('is removed where the disk has no more free than is kept in reserve', () => {
    const copies = keep(99);
    copies.start();
    expect(readdirSync(directory)).toEqual(['outbox.db']);
    expect(log.lines.map(({ fields }) => fields['why'])).toEqual(['room', 'room', 'room']);
    copies.stop();
  });
});
