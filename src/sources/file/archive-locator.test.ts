import { utimesSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { line } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { systemClock } from '../../core/clock.ts';
import { Locator } from './archive-locator.ts';
import { ArchiveLayout } from './archives.ts';
import { nowhere } from './first-start.ts';

/** One archive, last written at `time`, and the position in a file that is gone. */
function withArchive(time: number) {
  const log = new AlertLog(tempDir());
  log.lines(line(1));
  const name = log.nextDay();
  utimesSync(log.pathOf(name), time / 1000, time / 1000);
  const files = new FaultyFiles();
  const locator = new Locator(files, new ArchiveLayout(files, log.live));
  const head = { length: 5, hash: 'of a file that is gone' };
  const position = { ...nowhere(log.live), inode: 'gone', offset: 5, head };
  return { name, files, locator, position };
}

it('allows for a file server whose clock is half a minute behind', async () => {
  const now = systemClock.now();
  const { name, locator, position } = withArchive(now - 30_000);
  const { archives } = await locator.route({ position, since: now }, undefined);
  expect(archives.map(({ dated }) => dated?.name)).toEqual([name]);
});

it('says that an archive that may be the file searched for cannot be opened', async () => {
  const now = systemClock.now();
  const { name, files, locator, position } = withArchive(now);
  files.break('open', name, 'EACCES');
  const { trouble } = await locator.route({ position, since: now }, undefined);
  expect(trouble).toMatchObject({ code: 'EACCES' });
});
