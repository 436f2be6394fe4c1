import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { ManagerHome } from '../support/manager-home.ts';
import { COMMAND, LAUNCHED, until } from '../support/program.ts';

const NOBODY = 65_534;
const BLOCK =
  '<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url></integration>';
/** Its bit among the signals that a process takes. Node itself takes SIGTERM, and this one last. */
const SIGHUP_BIT = 1n;

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

/** A started program: what it wrote to standard error, and how it ended. */
class Started {
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals | null>;
  output = '';

  constructor(args: readonly string[], uid?: number) {
    this.child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    cleanUp.push(() => this.child.kill('SIGKILL'));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.exited = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve(code ?? signal));
    });
  }

  said(text: string): Promise<void> {
    return until(() => this.output.includes(text), `it says ${text}, not ${this.output}`);
  }

  /** Sends a signal in the moment in which the process takes them from the system. */
  async sendAsSoonAsTaken(signal: 'SIGHUP' | 'SIGTERM'): Promise<void> {
    while (!takesSignals(this.child.pid)) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    this.child.kill(signal);
  }
}

function takesSignals(pid: number | undefined): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${caught}`) & SIGHUP_BIT) !== 0n;
}

function run(): Started {
  const home = createHome(BLOCK);
  cleanUp.push(() => home.remove());
  return new Started([COMMAND, 'run', '--home', home.path, '--log-format', 'json']);
}

function dropIn(program: readonly string[]): Started {
  const home = new ManagerHome(BLOCK, 'unprivileged');
  cleanUp.push(() => home.remove());
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  return new Started([...program, '--home', home.path, '-f'], uid);
}

describe('a daemon that was just started', () => {
  it('reloads after it is ready when SIGHUP came before', async () => {
    const daemon = run();
    await daemon.sendAsSoonAsTaken('SIGHUP');
    await daemon.said('"configuration reloaded"');
    expect(daemon.output.indexOf('"ready"')).toBeGreaterThan(0);
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(0);
  });

  it('reloads when SIGHUP comes with the line that it is ready', async () => {
    const daemon = run();
    await daemon.said('"ready"');
    daemon.child.kill('SIGHUP');
    await daemon.said('"configuration reloaded"');
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(0);
  });

  it('ends in good order when SIGTERM came before it is ready', async () => {
    const daemon = run();
    await daemon.sendAsSoonAsTaken('SIGTERM');
    expect(await daemon.exited).toBe(0);
    expect(daemon.output).toMatch(/"msg":"stopped"\}\n$/);
  });

  it.each([
    ['integratord wazuh', [COMMAND, 'wazuh']],
    ['what the launcher runs', [LAUNCHED]],
  ])('as %s, survives SIGHUP and heeds SIGTERM as early', async (_what, program) => {
    const daemon = dropIn(program);
    await daemon.sendAsSoonAsTaken('SIGHUP');
    await daemon.said(': INFO: configuration reloaded');
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(1); // as the original
    const other = dropIn(program);
    await other.sendAsSoonAsTaken('SIGTERM');
    expect(await other.exited).toBe(1);
    expect(other.output).toContain('(1225): SIGNAL [(15)-(Terminated)] Received. Exit Cleaning...');
  });
});

it('a command that is no daemon ends by the signals, also where it looks like one', async () => {
  const home = createHome(BLOCK);
  cleanUp.push(() => home.remove());
  copyFileSync(home.config, join(home.path, 'etc', 'run'));
  const match = spawn(
    process.execPath,
    [COMMAND, 'match', '--home', home.path, '--config', 'run'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: join(home.path, 'etc'),
    },
  );
  cleanUp.push(() => match.kill('SIGKILL'));
  const ended = new Promise((resolve) => {
    match.on('exit', (_code, signal) => resolve(signal));
  });
  match.stdin.write(`${alertLine(1)}\n`);
  await once(match.stdout, 'data');
  match.kill('SIGHUP'); // while it waits for more
  expect(await ended).toBe('SIGHUP');
});
