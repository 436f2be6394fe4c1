import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { askDaemon } from './client.ts';
import { ControlServer, success } from './server.ts';

const ROUTES = { 'GET /status': () => success({ well: true }) };

/** How many files this process has open. */
const openFiles = () => readdirSync('/proc/self/fd').length;

it('is reached by a path that is longer than a socket can have, and leaves nothing behind', async () => {
  const directory = join(tempDir(), 'a-long-name-'.repeat(8), 'and-another-'.repeat(8));
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'control.sock');
  expect(Buffer.byteLength(path)).toBeGreaterThan(200);
  const log = new RecordingLog();
  expect(await askDaemon(path, 'GET', '/status', 1000)).toEqual({ kind: 'nobody' });
  const server = await ControlServer.start(path, ROUTES, log);
  onTestFinished(() => server?.close());
  expect(log.lines).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const before = openFiles();
  for (let time = 0; time < 3; time += 1) {
    expect(await askDaemon(path, 'GET', '/status', 5000)).toEqual({
      kind: 'answered',
      status: 200,
      body: '{"well":true}',
    });
  }
  expect(openFiles()).toBeLessThanOrEqual(before + 1);
  server?.close();
  expect(existsSync(path)).toBe(false);
  expect(await askDaemon(path, 'GET', '/status', 1000)).toEqual({ kind: 'nobody' });
});

it('says that there is nobody where there is no such directory', async () => {
  const path = join(tempDir(), 'x'.repeat(120), 'control.sock');
  expect(await askDaemon(path, 'GET', '/status', 1000)).toEqual({ kind: 'nobody' });
});
