import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** What sending says in a copy of the program without any library. */
const PROGRAM = `
const { UnixDatagrams } = await import('./transport/datagrams/unix-datagrams.js');
const { systemClock } = await import('./core/clock.js');
const limits = { timeoutMs: 1000, signal: new AbortController().signal };
const result = await new UnixDatagrams(systemClock).send('/manager/queue', Buffer.from('a'), limits);
process.stdout.write(JSON.stringify(result));
`;

it('says which library is missing where datagrams cannot be sent', () => {
  const directory = tempDir();
  for (const name of ['transport', 'core', 'alert']) {
    cpSync(join(DIST, name), join(directory, name), { recursive: true });
  }
  const args = ['--input-type=module', '--eval', PROGRAM];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    reason: 'failed',
    message:
      "sending to /manager/queue failed: the library koffi, which does it, cannot be loaded: Cannot find module 'koffi'",
  });
});
