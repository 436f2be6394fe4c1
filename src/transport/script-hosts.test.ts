import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child } from '../../test/support/child.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { forkTestHost, testPlace } from '../../test/support/script-host.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { ALERT_FILE, type ScriptResult, type ScriptRunner } from '../core/destination.ts';
import type { HostSetup } from './script-host.ts';
import { ScriptHosts } from './script-hosts.ts';

const within = { timeout: 20_000 };
const SUBSTITUTED: ScriptResult = { kind: 'exited', code: 77, output: 'by the substitute' };
const LOST = /exited \(SIGKILL\), so it is unknown whether the script finished/;

let home: string;
let files: string;
let setup: HostSetup;
let log: RecordingLog;
let started: ChildProcess[];
let opened: ScriptHosts[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'script-hosts-test-'));
  files = join(home, 'tmp');
  mkdirSync(files);
  setup = { place: testPlace(files), environment: process.env };
  mkdirSync(join(home, 'integrations'), { mode: 0o755 });
  log = new RecordingLog();
  started = [];
  opened = [];
});
afterEach(async () => {
  for (const host of started) host.kill('SIGCONT');
  await Promise.all(opened.map((hosts) => hosts.close()));
  for (const pid of numbersIn('pids')) signal(pid, 'SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}

const substitute: ScriptRunner = { run: () => Promise.resolve(SUBSTITUTED) };

function open(
  { clock = systemClock, most = 1 }: { clock?: Clock; most?: number } = {},
  start: () => ChildProcess = () => forkTestHost(home),
): ScriptHosts {
  const counted = () => {
    const child = start();
    started.push(child);
    return child;
  };
  const hosts = new ScriptHosts({
    start: counted,
    setup: () => setup,
    most,
    substitute,
    clock,
    log,
  });
  opened.push(hosts);
  return hosts;
}

/** Adds a script, and gives what runs it. */
function script(body: string, name = 'custom-x') {
  const path = join(home, 'integrations', name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o550);
  return (hosts: ScriptRunner, abort?: AbortSignal, timeoutMs = 60_000) =>
    hosts.run(
      {
        path,
        argv0: name,
        argv: [ALERT_FILE, 'KEY'],
        alertFile: Buffer.from('{"a":1}\n'),
        optionsFile: undefined,
      },
      { timeoutMs, signal: abort ?? new AbortController().signal, name },
    );
}

function numbersIn(name: string): number[] {
  const path = join(home, name);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.split('\n').slice(0, -1).map(Number);
}

/** True for a process that runs, false also for one that only waits to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const pidOf = (host: ChildProcess | undefined) => host?.pid as number;
const WAITS = 'echo $$ >> pids; while [ ! -e go ]; do sleep 0.05; done; echo done';
const go = () => writeFileSync(join(home, 'go'), '');
const done = { kind: 'exited', code: 0, output: 'done\n' };

describe('the hosts', () => {
  it('are started when they are needed: one after another uses one', async () => {
    const hosts = open({ most: 2 });
    const run = script('echo $PPID');
    expect(started).toHaveLength(0);
    const first = await run(hosts);
    expect(first).toEqual({ kind: 'exited', code: 0, output: `${pidOf(started[0])}\n` });
    expect(await run(hosts)).toEqual(first);
    expect(started).toHaveLength(1);
  });

  it('are as many as allowed when more scripts run at a time', async () => {
    const hosts = open({ most: 2 });
    const run = script(`echo $PPID >> parents; ${WAITS}`);
    const all = [run(hosts), run(hosts), run(hosts), run(hosts)];
    await expect.poll(() => numbersIn('parents').length, within).toBe(4);
    go();
    expect(await Promise.all(all)).toEqual([done, done, done, done]);
    const [one, two] = started.map(pidOf);
    const parents = numbersIn('parents');
    expect(parents.filter((pid) => pid === one)).toHaveLength(2);
    expect(parents.filter((pid) => pid === two)).toHaveLength(2);
  });

  it('show no secret to whoever lists processes', async () => {
    const run = script('tr "\\0" " " < /proc/$PPID/cmdline; cat "$1"');
    const result = await run(open());
    const text = result.kind === 'exited' ? result.output : '';
    expect(text).toContain(`script-host.ts ${home} `);
    expect(text).toContain('{"a":1}');
    expect(text).not.toContain('KEY');
  });

  it('leave signals for the whole service, or the terminal, to the daemon', async () => {
    const hosts = open();
    const result = script(WAITS)(hosts);
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    const host = pidOf(started[0]);
    const group = readFileSync(`/proc/${host}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(Number(group)).toBe(host);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signal(host, name);
    go();
    expect(await result).toEqual(done);
    expect(started).toHaveLength(1);
  });

  it('end when they are closed, with what they run', async () => {
    const clock = new FakeClock();
    const hosts = open({ clock });
    const result = script(WAITS)(hosts);
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    await hosts.close();
    expect(await result).toMatchObject({ kind: 'killed', signal: 'SIGTERM' });
    // Gone, and reaped.
    expect(existsSync(`/proc/${pidOf(started[0])}`)).toBe(false);
    expect(numbersIn('pids').filter(isRunning)).toEqual([]);
    expect(readdirSync(files)).toEqual(['private']);
    expect(clock.timers).toBe(0);
    expect(log.lines).toEqual([]);
    expect(await script('echo')(hosts)).toMatchObject({ kind: 'killed' });
    expect(started).toHaveLength(1);
  });

  it('end at once when the daemon is killed; scripts continue', async () => {
    script(`echo $PPID > host; ${WAITS} > /dev/null; echo ended > end`);
    const daemon = new Child(`
      import { forkTestHost } from './test/support/script-host.ts';
      import { systemClock } from './src/core/clock.ts';
      import { silentLog } from './src/core/log.ts';
      import { ScriptHosts } from './src/transport/script-hosts.ts';
      const home = ${JSON.stringify(home)};
      const start = () => forkTestHost(home);
      const place = ${JSON.stringify(testPlace(files))};
      const setup = () => ({ place, environment: process.env });
      const hosts = new ScriptHosts({ start, setup, most: 1, clock: systemClock, log: silentLog });
      const call = { path: home + '/integrations/custom-x', argv0: 'x', argv: [], alertFile: Buffer.from('') };
      await hosts.run(call, { timeoutMs: 60_000, signal: new AbortController().signal, name: 'x' });
    `);
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    const [host = 0] = numbersIn('host');
    expect(isRunning(host)).toBe(true);
    await daemon.kill();
    await expect.poll(() => isRunning(host), within).toBe(false);
    expect(numbersIn('pids').filter(isRunning)).toHaveLength(1);
    go();
    await expect.poll(() => existsSync(join(home, 'end')), within).toBe(true);
  });
});

describe('a host that is lost', () => {
  it('fails the runs it had, and another is started, but not at once', async () => {
    const clock = new FakeClock();
    const hosts = open({ clock });
    const waits = script(WAITS, 'custom-w');
    const lost = [waits(hosts), waits(hosts)];
    await expect.poll(() => numbersIn('pids').length, within).toBe(2);
    signal(pidOf(started[0]), 'SIGKILL');
    for (const result of await Promise.all(lost)) {
      expect(result).toMatchObject({ kind: 'failed' });
      expect(result.kind === 'failed' && result.message).toMatch(LOST);
    }
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message: 'script host exited; the next script starts a new one',
        fields: { how: 'SIGKILL' },
      },
    ]);

    const next = [script('echo next')(hosts), script('echo next')(hosts)];
    expect(clock.timers).toBe(2);
    clock.tick(999);
    expect(started).toHaveLength(1);
    clock.tick(1);
    expect(await Promise.all(next)).toMatchObject([{ output: 'next\n' }, { output: 'next\n' }]);
    expect(started).toHaveLength(2);
    // Those that outlive it still have their group, but nobody who waits for them.
    expect(numbersIn('pids').filter(isRunning)).toHaveLength(2);
  });

  it('does not keep a script waiting that is not wanted any more', async () => {
    const clock = new FakeClock();
    const hosts = open({ clock });
    await script('kill -KILL $PPID')(hosts);
    const abort = new AbortController();
    const waiting = script('echo')(hosts, abort.signal);
    abort.abort();
    expect(await waiting).toMatchObject({ kind: 'killed' });
    expect(started).toHaveLength(1);
  });

  it('does not lose what it reported before its end', async () => {
    const program = join(home, 'last-words.mjs');
    writeFileSync(
      program,
      `process.on('message', ({ kind, id }) => {
        if (kind !== 'run') return;
        const result = { kind: 'exited', code: 0, output: 'last words' };
        process.send({ kind: 'result', id, result }, () => process.kill(process.pid, 'SIGKILL'));
      });
      process.send({ kind: 'ready' });`,
    );
    const clock = new FakeClock();
    const hosts = open({ clock }, () => fork(program, { serialization: 'advanced' }));
    const run = script('echo');
    for (let i = 1; i <= 5; i += 1) {
      expect(await run(hosts)).toMatchObject({ output: 'last words' });
      await expect.poll(() => log.lines.length, within).toBe(i);
      clock.tick(1000);
    }
  });

  it('is killed when it does not answer', async () => {
    const clock = new FakeClock();
    const hosts = open({ clock });
    const result = script(WAITS)(hosts, undefined, 5000);
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    signal(pidOf(started[0]), 'SIGSTOP');
    clock.tick(5000 + 14_999);
    expect(isRunning(pidOf(started[0]))).toBe(true);
    clock.tick(1);
    const failed = await result;
    expect(failed.kind === 'failed' && failed.message).toMatch(LOST);
  });

  it('is killed when it does not end', async () => {
    const clock = new FakeClock();
    const hosts = open({ clock });
    await script('echo')(hosts);
    signal(pidOf(started[0]), 'SIGSTOP');
    const closed = hosts.close();
    clock.tick(5000);
    await closed;
    expect(started[0]?.signalCode).toBe('SIGKILL');
  });
});

describe('a host that does not start', () => {
  const options: ForkOptions = { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] };
  const endsAtOnce = () => {
    writeFileSync(join(home, 'ends.mjs'), '');
    return fork(join(home, 'ends.mjs'), options);
  };

  it.each<[string, () => ChildProcess]>([
    ['its program ends', endsAtOnce],
    ['Node is gone', () => fork('x', { ...options, execPath: '/nonexistent/node' })],
    [
      'the system refuses',
      () => {
        throw new Error('spawn ENOMEM');
      },
    ],
  ])('is substituted for a minute: %s', async (_what, broken) => {
    const clock = new FakeClock();
    let isMended = false;
    let starts = 0;
    const hosts = open({ clock }, () => {
      starts += 1;
      return isMended ? forkTestHost(home) : broken();
    });
    const run = script('echo done');
    expect(await Promise.all([run(hosts), run(hosts)])).toEqual([SUBSTITUTED, SUBSTITUTED]);
    isMended = true;
    clock.tick(59_999);
    expect(await run(hosts)).toEqual(SUBSTITUTED);
    expect(starts).toBe(1);
    expect(log.lines).toHaveLength(1);
    clock.tick(1);
    expect(await run(hosts)).toEqual(done);
    expect(starts).toBe(2);
  });
});
