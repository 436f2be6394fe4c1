import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { askDaemon, watchDaemon } from '../control/client.ts';
import { ControlServer } from '../control/server.ts';
import { systemClock } from '../core/clock.ts';
import type { LiveEvent } from '../core/live-event.ts';
import type { ControlSettings } from '../core/settings.ts';
import type { StatusReport } from '../core/status.ts';
import { readingRoutes } from './control.ts';
import { ReadDoor } from './read-door.ts';

/** As much of a status as is looked at here: a reload was refused, for a line with a secret. */
const REPORT = {
  pid: 7,
  configuration: {
    file: '/etc/ossec.conf',
    inForceSince: 1,
    refused: {
      since: 2,
      diagnostics: [
        {
          severity: 'error',
          file: '/etc/i.yaml',
          line: 3,
          column: 5,
          message: 'unexpected end',
          excerpt: 'when: alert.token == "hunter2',
        },
      ],
    },
  },
} as unknown as StatusReport;

/** Tells of one delivery. */
const told = {
  watch: (tell: (event: LiveEvent) => void) => {
    tell({ at: 1, event: 'delivered', integration: 'slack' });
    return () => true;
  },
};

let directory: string;
let path: string;
let log: RecordingLog;
let door: ReadDoor;
let asked: number;
/** Those who look on in this test. */
let watching: Set<unknown>;

beforeEach(() => {
  directory = tempDir();
  path = join(directory, 'read.sock');
  log = new RecordingLog();
  asked = 0;
  const here = new Set<unknown>();
  watching = here;
  door = new ReadDoor({
    paths: { state: join(directory, 'state') },
    clock: systemClock,
    status: () => {
      asked += 1;
      return REPORT;
    },
    metrics: async () => 'integratord_build_info 1\n',
    live: {
      watch: (tell) => {
        here.add(tell);
        tell({ at: 1, event: 'delivered', integration: 'slack' });
        return () => here.delete(tell);
      },
    },
    log,
  });
  onTestFinished(() => door.stop());
});

const settings = (readSocket = path, group?: string): ControlSettings => ({ readSocket, group });
const ask = (method: 'GET' | 'POST', what: string) => askDaemon(path, method, what, 5000);
const cause = () => log.with('read socket cannot be used').map(({ fields }) => fields['cause']);

it('answers what is only read, and its group may connect', async () => {
  await door.use(settings());
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(log.with('read socket listens')).toMatchObject([
    { level: 'info', fields: { path, group: statSync(path).gid } },
  ]);
  expect(await ask('GET', '/status')).toMatchObject({ kind: 'answered', status: 200 });
  expect(await ask('GET', '/metrics')).toMatchObject({ body: 'integratord_build_info 1\n' });
  const lines: unknown[] = [];
  const leave = new AbortController();
  await watchDaemon(
    path,
    '/events',
    (line) => {
      lines.push(JSON.parse(line));
      leave.abort();
    },
    leave.signal,
  );
  expect(lines).toEqual([{ at: 1, event: 'delivered', integration: 'slack' }]);
});

it.each([
  ['POST', '/reload'],
  ['GET', '/reload'],
  ['POST', '/status'],
  ['POST', '/pause/slack'],
  ['POST', '/resume/slack'],
  ['POST', '/silences'],
  ['GET', '/deliveries'],
] as const)('does not know %s %s', async (method, what) => {
  await door.use(settings());
  expect(await ask(method, what)).toMatchObject({ kind: 'answered', status: 404 });
});

it('shows no lines of the configuration, and is asked once a second at most', async () => {
  await door.use(settings());
  const answers = await Promise.all([ask('GET', '/status'), ask('GET', '/status')]);
  expect(JSON.stringify(answers)).not.toContain('hunter2');
  expect(JSON.stringify(answers)).toContain('unexpected end');
  expect(asked).toBe(1);
});

it('follows the settings: elsewhere, the same, off', async () => {
  await door.use(settings());
  await door.use(settings());
  expect(log.with('read socket listens')).toHaveLength(1);
  const other = join(directory, 'other.sock');
  await door.use(settings(other));
  expect([existsSync(path), existsSync(other)]).toEqual([false, true]);
  await door.use(undefined);
  expect(existsSync(other)).toBe(false);
  expect(cause()).toEqual([]);
});

it('replaces a socket that a killed daemon has left, and none that somebody listens at', async () => {
  await door.use(settings());
  const second = new ReadDoor({
    paths: { state: join(directory, 'state') },
    clock: systemClock,
    status: () => REPORT,
    metrics: async () => '',
    live: { watch: () => () => true },
    log,
  });
  await second.use(settings());
  expect(cause()).toEqual([`another process listens at ${path}`]);
  expect(await ask('GET', '/status')).toMatchObject({ status: 200 });
});

it.each([
  ['a directory that everybody can write to', () => chmodSync(directory, 0o777), /everybody can/],
  ['the place of a file', () => writeFileSync(path, 'precious'), /is there, and is no socket/],
  [
    'the socket by which it is steered',
    () => (path = join(directory, 'state/control.sock')),
    /is steered/,
  ],
  ['a directory that is not there', () => (path = join(directory, 'gone/read.sock')), /ENOENT/],
])('is not opened in %s', async (_, prepare, reason) => {
  mkdirSync(join(directory, 'state'));
  prepare();
  await door.use(settings(path));
  expect(cause()).toEqual([expect.stringMatching(reason)]);
  expect(await ask('GET', '/status')).not.toMatchObject({ kind: 'answered' });
});

it('is not opened for a group that there is not, and is at the next reload that names one', async () => {
  await door.use(settings(path, 'no-such-group-here'));
  expect(cause()).toEqual(['this system knows no group "no-such-group-here"']);
  expect(existsSync(path)).toBe(false);
  await door.use(settings(path, String(process.getgid?.())));
  expect(await ask('GET', '/status')).toMatchObject({ status: 200 });
});

it('takes no places from those who look on as the user of the daemon', async () => {
  await door.use(settings());
  const leave = new AbortController();
  let lines = 0;
  const count = () => {
    lines += 1;
  };
  const many = [1, 2, 3, 4].map(() => watchDaemon(path, '/events', count, leave.signal));
  await vi.waitFor(() => expect(lines).toBe(4), 60_000);
  expect(await watchDaemon(path, '/events', count)).toMatchObject({ status: 503 });
  const own = join(directory, 'control.sock');
  const routes = readingRoutes({ status: () => REPORT, metrics: async () => '', live: told });
  const server = await ControlServer.start(own, routes, log);
  onTestFinished(() => server?.close());
  const answer = await watchDaemon(own, '/events', () => leave.abort(), leave.signal);
  expect(answer).not.toMatchObject({ status: 503 });
  await Promise.all(many);
});

it('ends those who look on when it is closed', async () => {
  await door.use(settings());
  let seen = 0;
  await watchDaemon(path, '/events', () => {
    seen = watching.size;
    door.stop();
  });
  expect(seen).toBe(1);
  await vi.waitFor(() => expect(watching.size).toBe(0), 60_000);
});
