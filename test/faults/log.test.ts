import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { isRunning, ManagerHome } from '../support/manager-home.ts';
import { COMMAND, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';
import { noDisks, SmallDisk } from '../support/small-disk.ts';

/** Each of them makes a line in the log: together more than wait, and more than fit into a pipe. */
const ALERTS = 8000;
const LOST = /"msg":"log lines were lost"/;

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

const alerts = Array.from({ length: ALERTS }, (_, number) => alertLine(number));

async function shuffle(): Promise<{ sink: Sink; block: string }> {
  const sink = await Sink.start();
  cleanUp.push(() => sink.close());
  const block = `<integration><name>shuffle</name><hook_url>${sink.url}/x</hook_url></integration>`;
  return { sink, block };
}

/** Starts a daemon on many alerts, with a standard error of its own. */
async function start(stderr: number | 'pipe', env: NodeJS.ProcessEnv = {}) {
  const { sink, block } = await shuffle();
  const home: Home = createHome(block);
  cleanUp.push(() => home.remove());
  home.append(...alerts);
  const args = ['run', '--home', home.path, '--from-start', '--log-format', 'json'];
  const child = spawn(process.execPath, [COMMAND, ...args, '--log-level', 'debug'], {
    stdio: ['ignore', 'ignore', stderr],
    env: { ...process.env, ...env },
  });
  cleanUp.push(() => child.kill('SIGKILL'));
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  const delivered = () => until(() => sink.requests.length >= ALERTS, 'all is delivered');
  /** SIGTERM; the exit code, and how long it took. */
  async function stop() {
    const began = performance.now();
    child.kill('SIGTERM');
    return { code: await exited, seconds: (performance.now() - began) / 1000 };
  }
  return { child, home, sink, delivered, exited, stop };
}

/** A pipe whose writing end is for a daemon. */
function pipe() {
  const path = join(createDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(reader);
    isOpen = false;
  };
  onTestFinished(close);
  return { reader, writer, close };
}

function createDirectory(): string {
  const home = createHome('');
  cleanUp.push(() => home.remove());
  return home.path;
}

/** What is in a pipe now. */
function drained(reader: number): string {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  try {
    for (let bytes = 1; bytes > 0; ) {
      bytes = readSync(reader, chunk);
      text += chunk.toString('utf8', 0, bytes);
    }
  } catch {
    // empty
  }
  return text;
}

describe('a daemon whose standard error', () => {
  it('is a pipe that nobody reads goes on, and ends when it is told to', async () => {
    const { reader, writer } = pipe();
    const daemon = await start(writer);
    closeSync(writer);
    await daemon.delivered();
    expect(drained(reader)).toMatch(/"msg":"ready"/);
    const { code, seconds } = await daemon.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
  });

  it('is a socket that nobody reads goes on, and ends when it is told to', async () => {
    const daemon = await start('pipe');
    daemon.child.stderr?.pause();
    await daemon.delivered();
    const { code, seconds } = await daemon.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
  });

  it('is read late says how many lines are missing, where they are missing', async () => {
    const { reader, writer } = pipe();
    const daemon = await start(writer);
    closeSync(writer);
    await daemon.delivered();
    let text = '';
    await until(() => {
      text += drained(reader);
      return LOST.test(text);
    }, 'the log says that lines were lost');
    const lines = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { msg: string });
    const lost = lines.find(({ msg }) => msg === 'log lines were lost');
    expect(lost).toMatchObject({ level: 'error', reason: 'EAGAIN' });
    expect((await daemon.stop()).code).toBe(0);
    const all = `${text}${drained(reader)}`
      .split('\n')
      .filter((line) => line.includes('delivered"'));
    expect(all.length + (lost as unknown as { count: number }).count).toBe(ALERTS);
  });

  it('is a pipe whose reader goes away goes on', async () => {
    const { writer, close } = pipe();
    const daemon = await start(writer);
    closeSync(writer);
    await until(() => daemon.sink.requests.length > 100, 'it delivers');
    close();
    await daemon.delivered();
    const { code, seconds } = await daemon.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(10);
  });

  it('is a pipe that nobody reads ends when it meets a bug', async () => {
    const { reader, writer } = pipe();
    const trigger = join(createDirectory(), 'bug');
    const code = `import { existsSync } from 'node:fs';
      setInterval(() => { if (existsSync(${JSON.stringify(trigger)})) throw new Error('a bug'); }, 10);`;
    const options = `--import=data:text/javascript,${encodeURIComponent(code)}`;
    const daemon = await start(writer, { NODE_OPTIONS: options });
    closeSync(writer);
    await daemon.delivered();
    writeFileSync(trigger, '');
    expect(await daemon.exited).toBe(3);
    expect(drained(reader)).toMatch(/"msg":"ready"/);
  });

  it.skipIf(noDisks)('is on a full disk goes on, and says later what is missing', async () => {
    const disk = SmallDisk.forTest('tmpfs', 4);
    const path = join(disk.path, 'log');
    const file = openSync(path, 'a');
    disk.fill();
    const daemon = await start(file);
    closeSync(file);
    await daemon.delivered();
    disk.free();
    await until(() => LOST.test(readFileSync(path, 'utf8')), 'the log says that lines were lost');
    const line =
      readFileSync(path, 'utf8')
        .split('\n')
        .find((one) => LOST.test(one)) ?? '';
    expect(JSON.parse(line)).toMatchObject({ reason: 'ENOSPC', count: expect.any(Number) });
    expect((await daemon.stop()).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toMatch(/"msg":"stopped"\}\n$/);
  });
});

describe('a command', () => {
  it('that has nobody to complain to ends as it would otherwise', async () => {
    const { writer, close } = pipe();
    close();
    const home = createHome('<integration><name>slack</name></integration>');
    cleanUp.push(() => home.remove());
    for (const args of [['check'], ['preview', '--integration', 'none'], ['no-such-command']]) {
      const codes = [writer, 'ignore' as const].map((stderr) =>
        exitCode(home, args, ['ignore', stderr]),
      );
      const [unheard, usual] = await Promise.all(codes);
      expect([args, unheard]).toEqual([args, usual]);
    }
    closeSync(writer);
  });

  it('whose output finds no room says so in a line', async () => {
    const home = createHome('<integration><name>slack</name></integration>');
    cleanUp.push(() => home.remove());
    const full = openSync('/dev/full', 'w');
    const errors = join(home.path, 'errors');
    const stderr = openSync(errors, 'w');
    expect(await exitCode(home, ['check'], [full, stderr])).toBe(3);
    for (const file of [full, stderr]) closeSync(file);
    expect(readFileSync(errors, 'utf8')).toMatch(
      /^integratord: the output cannot be written: ENOSPC.*\n$/m,
    );
  });
});

function exitCode(home: Home, args: string[], output: (number | 'ignore')[]) {
  const child = spawn(process.execPath, [COMMAND, ...args, '--home', home.path], {
    stdio: ['ignore', ...output],
  });
  return new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
}

describe('the drop-in, whose log', () => {
  /** Starts it in the foreground, as the user that it would become. */
  async function startDropIn(prepare: (home: ManagerHome) => void) {
    const { sink, block } = await shuffle();
    const home = new ManagerHome(block, 'unprivileged');
    cleanUp.push(() => home.remove());
    prepare(home);
    const ended = home.run(process.execPath, [COMMAND, 'wazuh', '--home', home.path, '-f', '-d']);
    await until(() => home.pidFiles().length === 1, 'it has begun');
    const stop = async () => {
      const began = performance.now();
      process.kill(home.pid(), 'SIGTERM');
      return { code: (await ended).code, seconds: (performance.now() - began) / 1000 };
    };
    const ask = () =>
      until(
        async () => (await home.ask('getconfig integration').catch(() => '')) !== '',
        'it answers',
      );
    return { home, sink, stop, ask };
  }

  it('is a pipe in place of the file delivers, and ends when it is told to', async () => {
    const daemon = await startDropIn((home) => {
      const path = join(home.path, 'logs', 'ossec.log');
      execFileSync('mkfifo', [path]);
      chmodSync(path, 0o666);
    });
    await daemon.ask();
    await until(() => {
      daemon.home.append(alertLine(1));
      return daemon.sink.requests.length > 0;
    }, 'it delivers');
    const { code, seconds } = await daemon.stop();
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(10);
    expect(daemon.home.pidFiles()).toEqual([]);
  });

  it.skipIf(noDisks)('is on a full disk delivers, and says later what is missing', async () => {
    const disk = SmallDisk.forTest('tmpfs', 4);
    const path = join(disk.path, 'ossec.log');
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    for (const directory of [disk.path, dirname(disk.path)]) chmodSync(directory, 0o755);
    disk.fill();
    const daemon = await startDropIn((home) => {
      symlinkSync(path, join(home.path, 'logs', 'ossec.log'));
    });
    await daemon.ask();
    await until(() => {
      daemon.home.append(alertLine(1));
      return daemon.sink.requests.length > 0;
    }, 'it delivers');
    daemon.home.append(...alerts);
    await until(() => daemon.sink.requests.length > ALERTS, 'all is delivered');
    disk.free();
    await until(
      () =>
        / ERROR: log lines were lost: count=\d+ .*reason=ENOSPC/.test(readFileSync(path, 'utf8')),
      'the log says that lines were lost',
    );
    const pid = daemon.home.pid();
    await daemon.stop();
    expect(isRunning(pid)).toBe(false);
    rmSync(join(daemon.home.path, 'logs', 'ossec.log'));
  });
});
