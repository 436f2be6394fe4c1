import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { forkTestHost, testPlace } from '../../test/support/script-host.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import {
  ALERT_FILE,
  OPTIONS_FILE,
  type ScriptCall,
  type ScriptResult,
  type ScriptRunner,
} from '../core/destination.ts';
import { silentLog } from '../core/log.ts';
import { createScriptRunner } from './script.ts';
import { ScriptHosts } from './script-hosts.ts';

const isRoot = process.getuid?.() === 0;
let home: string;
let integrations: string;
let files: string;
/** Where scripts are started: what a run promises holds in both. */
const PLACES = ['in this process', 'in a script host'] as const;
let place: (typeof PLACES)[number];
let hosts: ScriptHosts | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'script-test-'));
  integrations = join(home, 'integrations');
  files = join(home, 'tmp');
  mkdirSync(files);
  place = 'in this process';
  mkdirSync(integrations, { mode: 0o755 });
});
afterEach(async () => {
  await hosts?.close();
  hosts = undefined;
  for (const pid of numbersIn('pids')) killed(pid);
  rmSync(home, { recursive: true, force: true });
});

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** Adds a script with permissions that are safe, whoever runs the tests. */
function addScript(text: string | Buffer, name = 'custom-x', mode = 0o550): string {
  const path = join(integrations, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const sh = (body: string, name?: string) => addScript(`#!/bin/sh\n${body}\n`, name);

function aCall(own: Partial<ScriptCall> = {}): ScriptCall {
  return {
    path: join(integrations, 'custom-x'),
    argv0: 'integrations',
    argv: [ALERT_FILE, 'KEY', '', '', OPTIONS_FILE, '10', '3', '> /dev/null 2>&1'],
    alertFile: Buffer.from('{"rule":{}}\n'),
    optionsFile: '{"o":1}\n',
    ...own,
  };
}

const setup = () => ({ place: testPlace(files), environment: { ...process.env } });

function runnerWith(clock: Clock): ScriptRunner {
  if (place === 'in this process') {
    return createScriptRunner({ ...setup(), workingDirectory: home, clock });
  }
  const own = setup();
  hosts ??= new ScriptHosts({
    start: () => forkTestHost(home),
    setup: () => own,
    most: 1,
    substitute: { run: () => Promise.reject(new Error('the script host did not start')) },
    clock,
    log: silentLog,
  });
  return hosts;
}

function run(
  own: Partial<ScriptCall> = {},
  limits: { clock?: Clock; signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<ScriptResult> {
  const { clock = systemClock, signal = new AbortController().signal, timeoutMs = 60_000 } = limits;
  return runnerWith(clock).run(aCall(own), { timeoutMs, signal, name: 'custom-x' });
}

/** The lines of a file in the home that a script wrote. */
function linesOf(name: string): string[] {
  const path = join(home, name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

/** The process ids in a file that scripts of these tests append to. */
function numbersIn(name: string): number[] {
  return linesOf(name)
    .map(Number)
    .filter((pid) => pid > 1);
}

/** True for a process that runs; one that only waits to be reaped does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** True for an open file of this process that its children do not get. */
function isCloseOnExec(number: string): boolean {
  try {
    const [, flags = '0'] =
      /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & 0o2000000) !== 0;
  } catch {
    return true; // closed again: it was what the directory was read with
  }
}

const within = { timeout: 20_000 };
/** The files of calls that are there; pipes are kept in stock. */
const leftOver = () =>
  (readdirSync(files, { recursive: true }) as string[]).filter((name) => /\.\w+$/.test(name));

describe.each(PLACES)('a run %s', (where) => {
  beforeEach(() => {
    place = where;
  });

  it('hands the script its arguments and files, in the home of the manager', async () => {
    sh(
      'for a; do echo "[$a]" >> args; done; cat "$1" > alert; cat "$5" > options; pwd > cwd; echo done',
    );
    expect(await run()).toEqual({ kind: 'exited', code: 0, output: 'done\n' });
    const [alert = '', key, url, debug, options = '', timeout, retries, last] = linesOf('args');
    expect([key, url, debug, timeout, retries, last]).toEqual([
      '[KEY]',
      '[]',
      '[]',
      '[10]',
      '[3]',
      '[> /dev/null 2>&1]',
    ]);
    expect(alert).toMatch(/^\[.*\/tmp\/custom-x-\d{10}-\d{24}\.alert\]$/);
    expect(options).toMatch(/\/tmp\/private\/custom-x-\d{10}-\d{24}\.options\]$/);
    expect(linesOf('alert')).toEqual(['{"rule":{}}']);
    expect(linesOf('options')).toEqual(['{"o":1}']);
    expect(statSync(linesOf('cwd')[0] ?? '').ino).toBe(statSync(home).ino);
    expect(leftOver()).toEqual([]);
  });

  it('has pipes for its outputs, which it may open by name', async () => {
    sh(
      'echo 1; echo 2 > /dev/stderr; echo 3 > /dev/stdout; echo 4 >&2; test -p /dev/stdout && echo 5',
    );
    expect(await run()).toEqual({ kind: 'exited', code: 0, output: '1\n2\n3\n4\n5\n' });
  });

  it('starts no shell of its own', async () => {
    sh('printf "%s\\n" "$2" > argument');
    const hostile = '$(touch pwned) `touch pwned`; touch pwned & \'x\' "y" *';
    await run({ argv: [ALERT_FILE, hostile] });
    expect(linesOf('argument')).toEqual([hostile]);
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });

  it('keeps its files from others, and gives every run its own', async () => {
    sh('stat -c "%a %n" "$1" "$5" "$(dirname "$5")" >> modes');
    await run();
    await run();
    const lines = linesOf('modes');
    expect(lines.map((line) => line.slice(0, 3))).toEqual([
      '600',
      '600',
      '700',
      '600',
      '600',
      '700',
    ]);
    expect(new Set(lines).size).toBe(5);
  });

  it('gives no options file when there is none', async () => {
    sh('echo "[$5]"; ls "$(dirname "$1")" | grep -c .alert');
    const result = await run({ optionsFile: undefined, argv: [ALERT_FILE, '', '', '', ''] });
    expect(result).toMatchObject({ kind: 'exited', output: '[]\n1\n' });
  });

  it('shows the script its environment, and no input', async () => {
    sh('cat; cat /proc/$$/environ > environment; echo end of input');
    expect(await run()).toMatchObject({ kind: 'exited', output: 'end of input\n' });
    const shown = readFileSync(join(home, 'environment'), 'utf8').split('\0').filter(Boolean);
    const ours = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    expect(shown.sort()).toEqual(ours.sort());
  });

  it('hands it no open files but its two outputs', async () => {
    // What this process cannot close either. 3 is what `ls` reads the directory with.
    const inherited = readdirSync('/proc/self/fd').filter((number) => !isCloseOnExec(number));
    sh('readlink /proc/self/fd/0; ls /proc/self/fd');
    const result = await run();
    const [input, ...open] = result.kind === 'exited' ? result.output.trim().split('\n') : [];
    expect(input).toBe('/dev/null');
    expect(open.sort()).toEqual([...new Set(['0', '1', '2', '3', ...inherited])].sort());
  });

  it('gives it a session of its own, and the name that it shall see as its own', async () => {
    sh('cut -d" " -f1,5,6 /proc/$$/stat');
    const ids = await run();
    expect(ids).toMatchObject({ output: expect.stringMatching(/^(\d+) \1 \1\n$/) as string });
    addScript(readFileSync('/bin/sh'), 'custom-y');
    const argv0 = 'a "name" $of ümlauts';
    const argv = ['-c', String.raw`tr '\0' '\n' < /proc/$$/cmdline | head -1`];
    const name = await run({ path: join(integrations, 'custom-y'), argv0, argv });
    expect(name).toMatchObject({ output: `${argv0}\n` });
  });

  it('reports exit codes, signals and both outputs', async () => {
    sh('echo out; echo err >&2; exit 3');
    const result = await run();
    expect(result).toMatchObject({ kind: 'exited', code: 3 });
    expect(result.kind === 'exited' && result.output).toBe('out\nerr\n');
    addScript('#!/bin/sh\nkill -SEGV $$\n', 'custom-y');
    expect(await run({ path: join(integrations, 'custom-y') })).toMatchObject({
      kind: 'killed',
      signal: 'SIGSEGV',
    });
  });

  it('runs a script without a first line for the shell, as the reference does', async () => {
    addScript('echo "plain $2"\n');
    const result = await run();
    // Systems without that habit say so.
    const text = result.kind === 'refused' ? result.message : JSON.stringify(result);
    expect(text).toMatch(/#!\/bin\/sh|"code":0,"output":"plain KEY/);
  });

  it('is not hurt by a flood of output', async () => {
    sh('yes flood | head -c 20000004; echo the end');
    const result = await run();
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
    if (result.kind !== 'exited') throw new Error(result.kind);
    expect(result.output.length).toBeLessThan(70_000);
    expect(result.output).toMatch(/^flood\nflood[\s\S]*flood\nthe end\n$/);
  });

  it('removes its files also after a failure', async () => {
    sh('exit 1');
    await run();
    addScript('#!/nonexistent/interpreter\n', 'custom-y');
    await run({ path: join(integrations, 'custom-y') });
    expect(leftOver()).toEqual([]);
  });
});

describe('the end of a run', () => {
  it('comes with its time limit, for everything that it started', async () => {
    const clock = new FakeClock();
    sh(
      'echo before; sleep 1000 & echo $! >> pids; sh -c "sleep 1001" & echo $! >> pids; echo $$ >> pids; wait',
    );
    const result = run({}, { clock, timeoutMs: 5000 });
    await expect.poll(() => numbersIn('pids').length, within).toBe(3);
    clock.tick(5000);
    await expect.poll(() => numbersIn('pids').filter(isRunning), within).toEqual([]);
    // Where nobody reaps orphans, the group still seems to exist.
    clock.tick(2000);
    expect(await result).toEqual({ kind: 'timeout', output: 'before\n' });
    expect(leftOver()).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('comes with its time limit in a script host', async () => {
    place = 'in a script host';
    sh('sleep 1000 & echo $! >> pids; echo $$ >> pids; wait');
    expect(await run({}, { timeoutMs: 1000 })).toMatchObject({ kind: 'timeout' });
    expect(numbersIn('pids').filter(isRunning)).toEqual([]);
    expect(leftOver()).toEqual([]);
  });

  it('comes after two seconds for what ignores the polite signal', async () => {
    const clock = new FakeClock();
    sh(
      'trap "" TERM; (trap "" TERM; echo ready > child; while :; do sleep 1000; done) & echo $! >> pids; echo $$ >> pids; while :; do sleep 1000; done',
    );
    const result = run({}, { clock, timeoutMs: 5000 });
    await expect.poll(() => [...numbersIn('pids'), ...linesOf('child')].length, within).toBe(3);
    clock.tick(5000);
    clock.tick(1999);
    expect(numbersIn('pids').filter(isRunning)).toHaveLength(2);
    clock.tick(1);
    expect(await result).toMatchObject({ kind: 'timeout' });
    await expect.poll(() => numbersIn('pids').filter(isRunning), within).toEqual([]);
  });

  it('comes for a child that ignores the signal although the script itself obeys', async () => {
    const clock = new FakeClock();
    sh(
      '(trap "" TERM; echo $(exec sh -c "echo \\$PPID") >> pids; while :; do sleep 1000; done) > /dev/null 2>&1 & wait',
    );
    const result = run({}, { clock, timeoutMs: 5000 });
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    clock.tick(5000);
    expect(numbersIn('pids').filter(isRunning)).toHaveLength(1);
    clock.tick(2000);
    expect(await result).toMatchObject({ kind: 'timeout' });
    await expect.poll(() => numbersIn('pids').filter(isRunning), within).toEqual([]);
  });

  it.each(PLACES)('comes with the signal, %s', async (where) => {
    place = where;
    const controller = new AbortController();
    sh('echo $$ >> pids; while :; do sleep 1; done');
    const result = run({}, { signal: controller.signal });
    await expect.poll(() => numbersIn('pids').length, within).toBe(1);
    controller.abort();
    expect(await result).toMatchObject({ kind: 'killed', signal: 'SIGTERM' });
    expect(numbersIn('pids').filter(isRunning)).toEqual([]);
    expect(await run({}, { signal: controller.signal })).toMatchObject({ kind: 'killed' });
    expect(numbersIn('pids')).toHaveLength(1);
  });

  it.each(PLACES)(
    'does not wait for what a script leaves running, nor kill it, %s',
    async (where) => {
      place = where;
      sh('sleep 1000 & echo $! >> pids; echo sent');
      expect(await run()).toEqual({ kind: 'exited', code: 0, output: 'sent\n' });
      expect(numbersIn('pids').filter(isRunning)).toHaveLength(1);
    },
  );
});

describe.each(PLACES)('what is refused %s', (where) => {
  beforeEach(() => {
    place = where;
  });

  async function refusal(own: Partial<ScriptCall> = {}): Promise<string> {
    const result = await run(own);
    expect(result).toMatchObject({ kind: 'refused' });
    return result.kind === 'refused' ? result.message : '';
  }

  it('a script that is missing, a directory, empty, or not executable', async () => {
    expect(await refusal()).toContain('There is no script');
    mkdirSync(join(integrations, 'custom-d'));
    expect(await refusal({ path: join(integrations, 'custom-d') })).toContain('is not a file');
    addScript('', 'custom-e');
    expect(await refusal({ path: join(integrations, 'custom-e') })).toContain('is empty');
    addScript('#!/bin/sh\n', 'custom-f', 0o440);
    expect(await refusal({ path: join(integrations, 'custom-f') })).toContain('chmod 750');
    symlinkSync('custom-l', join(integrations, 'custom-l'));
    expect(await refusal({ path: join(integrations, 'custom-l') })).toContain('loop');
  });

  it('a script whose interpreter cannot be found', async () => {
    addScript('#!/nonexistent/python3 -u\nprint()\n');
    expect(await refusal()).toContain('/nonexistent/python3');
    addScript('#!/bin/sh\r\necho hi\r\n', 'custom-w');
    expect(await refusal({ path: join(integrations, 'custom-w') })).toMatch(/Windows.*sed -i/);
  });

  it('a program for another machine', async () => {
    const elf = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(64)]);
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(0xfefe, 18);
    addScript(elf);
    const result = await run();
    // The C library hands what the system cannot run to the shell, which cannot either.
    const text = result.kind === 'refused' ? result.message : JSON.stringify(result);
    expect(text).toMatch(/built for this machine|"code":(?:2|126|127),/);
  });

  it('a script that everyone can change', async () => {
    sh('echo ran');
    chmodSync(join(integrations, 'custom-x'), 0o757);
    expect(await refusal()).toContain('every user');
  });

  it('a script in a directory that everyone can change, also behind a link', async () => {
    sh('echo ran');
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    linkSync(join(integrations, 'custom-x'), join(elsewhere, 'real'));
    symlinkSync(join(elsewhere, 'real'), join(integrations, 'custom-l'));
    const path = join(integrations, 'custom-l');
    expect(await run({ path })).toMatchObject({ kind: 'exited', output: 'ran\n' });
    chmodSync(elsewhere, 0o777);
    expect(await refusal({ path })).toContain(elsewhere);
    chmodSync(elsewhere, 0o755);
    chmodSync(integrations, 0o777);
    expect(await refusal({ path })).toContain(integrations);
  });

  it("a script that the daemon's own user can change, unless that is root", async () => {
    sh('echo ran');
    chmodSync(join(integrations, 'custom-x'), 0o750);
    const text = JSON.stringify(await run());
    expect(text).toContain(isRoot ? 'ran' : 'the user that integratord runs as');
  });

  it('as root, a script of another user', async () => {
    sh('echo ran');
    const identity = { uid: 0, gids: [0] };
    const owner = lstatSync(join(integrations, 'custom-x')).uid;
    const runner = createScriptRunner({
      ...setup(),
      workingDirectory: home,
      clock: systemClock,
      identity,
    });
    const limits = { timeoutMs: 60_000, signal: new AbortController().signal, name: 'custom-x' };
    const result = await runner.run(aCall(), limits);
    expect(result.kind).toBe(owner === 0 ? 'exited' : 'refused');
  });

  it('everything when the home does not exist', async () => {
    sh('echo ran');
    const runner = createScriptRunner({
      ...setup(),
      workingDirectory: join(home, 'gone'),
      clock: systemClock,
    });
    const limits = { timeoutMs: 60_000, signal: new AbortController().signal, name: 'custom-x' };
    expect(await runner.run(aCall(), limits)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('gone') as string,
    });
  });

  it('arguments that no program can have', async () => {
    sh('echo ran');
    expect(await refusal({ argv: ['\0'] })).toContain('cannot be started');
    expect(await refusal({ argv: ['x'.repeat(3_000_000)] })).toContain('longer than');
  });
});

describe('the files of a run', () => {
  const limits = { timeoutMs: 60_000, signal: new AbortController().signal, name: 'custom-x' };

  it('cannot be written for now where the directory is missing: a later run can', async () => {
    sh('echo ran');
    rmSync(files, { recursive: true });
    const runner = runnerWith(systemClock);
    const failed = await runner.run(aCall(), limits);
    expect(failed).toMatchObject({ kind: 'failed' });
    expect(failed.kind === 'failed' && failed.message).toContain(files);
    mkdirSync(files);
    expect(await runner.run(aCall(), limits)).toMatchObject({ kind: 'exited', output: 'ran\n' });
  });

  it('do not mind that something cleans up the directory meanwhile', async () => {
    sh('echo ran');
    const runner = runnerWith(systemClock);
    await runner.run(aCall(), limits);
    rmSync(join(files, 'private'), { recursive: true });
    const call = aCall({ optionsFile: undefined });
    expect(await runner.run(call, limits)).toMatchObject({ kind: 'exited', output: 'ran\n' });
  });

  it('are not written where the private directory is a link or belongs to everyone', async () => {
    sh('echo ran');
    const elsewhere = join(home, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(files, 'private'));
    expect(await run()).toMatchObject({ kind: 'failed' });
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(leftOver()).toEqual([]);
  });

  it('take no paths from names', async () => {
    sh('basename "$1"');
    const own = { ...limits, name: '../../x y' };
    const result = await runnerWith(systemClock).run(aCall(), own);
    expect(result).toMatchObject({ kind: 'exited' });
    expect(result.kind === 'exited' && result.output).toMatch(/^\.\._\.\._x_y-\d+-/);
  });
});
