import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { whyChangeable, whyTreeChangeable } from '../../src/dropin/install/permissions.ts';
import { COMMAND, type Finished, integratord, until } from './program.ts';

/** An account that every system has room for, and nobody uses. */
const NOBODY = 65_534;
export const IS_ROOT = process.getuid?.() === 0;

/** Who starts the manager's programs, and whom the Integrator runs as. */
export type Starter = 'root' | 'unprivileged';

/**
 * Why `install` would rightly refuse what was built here; undefined when it would not. The manager
 * runs it as root and as its user: it must be root's alone, and everyone must reach it.
 */
export function whyNotInstallable(): string | undefined {
  if (!IS_ROOT) return undefined;
  const who = { uid: NOBODY, gid: NOBODY };
  const { status } = spawnSync(process.execPath, [COMMAND, '--version'], { ...who, cwd: '/' });
  if (status !== 0) return 'other users cannot reach this directory';
  const root = join(dirname(COMMAND), '..', '..');
  return (
    whyChangeable(COMMAND, 0) ??
    whyTreeChangeable(join(root, 'dist'), 0) ??
    whyTreeChangeable(join(root, 'node_modules'), 0)
  );
}

/** A manager's directory with the permissions of a real one, and an Integrator that only talks. */
export class ManagerHome {
  readonly path: string;
  readonly program: string;
  readonly #starter: Starter;

  constructor(integrations: string, starter: Starter) {
    this.path = mkdtempSync(join(tmpdir(), 'integratord-test-'));
    this.program = join(this.path, 'bin', 'wazuh-integratord');
    this.#starter = starter;
    // Directories that only root may change, and those of the manager's user.
    for (const name of ['', 'bin', 'etc', 'integrations', 'queue', 'var']) {
      this.#directory(name, 0o750, starter === 'unprivileged');
    }
    for (const name of ['logs', 'logs/alerts', 'queue/sockets', 'var/run']) {
      this.#directory(name, 0o770, true);
    }
    this.write('bin/wazuh-integratord', '#!/bin/sh\necho "original: $*"\n', 0o750);
    this.write('etc/internal_options.conf', 'integrator.debug=0\n');
    this.write('logs/alerts/alerts.json', '');
    this.configure(integrations);
  }

  configure(blocks: string, rest = ''): void {
    this.write('etc/ossec.conf', `<ossec_config>\n${blocks}\n${rest}\n</ossec_config>\n`);
  }

  /** Writes a file with the owner that it has in a real home. */
  write(name: string, content: string, mode = 0o640): void {
    const path = join(this.path, name);
    rmSync(path, { force: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    if (IS_ROOT) chownSync(path, this.#starter === 'root' ? 0 : NOBODY, NOBODY);
  }

  append(...lines: string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    appendFileSync(join(this.path, 'logs', 'alerts', 'alerts.json'), text);
  }

  /** `integratord install`, by whoever starts the manager. */
  install(...args: string[]): Promise<Finished> {
    const account =
      this.#starter === 'root' ? ['--user', String(NOBODY), '--group', String(NOBODY)] : [];
    const all = ['install', '--home', this.path, ...account, ...args];
    return this.#starter === 'root' || !IS_ROOT
      ? integratord(all)
      : this.run(process.execPath, [COMMAND, ...all]);
  }

  /** Runs a program as whoever starts the manager does; resolves as soon as it has ended. */
  run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const child = spawn(program, args, {
      ...(IS_ROOT && this.#starter === 'unprivileged' ? { uid: NOBODY, gid: NOBODY } : {}),
      cwd: '/',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      // Both pipes are closed: nothing that goes on in the background holds them.
      child.on('close', (code) => resolve({ code, ...output }));
    });
  }

  /** The Integrator, as `wazuh-control` calls it. */
  integrator(...flags: string[]): Promise<Finished> {
    return this.run(this.program, flags);
  }

  log(name = 'ossec.log'): string {
    const path = join(this.path, 'logs', name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async logged(text: string | RegExp): Promise<void> {
    const found = () =>
      typeof text === 'string' ? this.log().includes(text) : text.test(this.log());
    await until(found, `the log says ${text}:\n${this.log()}`);
  }

  pidFiles(): string[] {
    return readdirSync(join(this.path, 'var', 'run'));
  }

  /** The process that the PID file names, as `wazuh-control status` finds it. */
  pid(): number {
    const [name = 'none'] = this.pidFiles();
    return Number(readFileSync(join(this.path, 'var', 'run', name), 'utf8'));
  }

  /** SIGTERM, and at most the 30 seconds that `wazuh-control stop` waits. */
  async stop(): Promise<void> {
    const pid = this.pid();
    process.kill(pid, 'SIGTERM');
    await until(() => !isRunning(pid), 'it has ended', 30_000);
  }

  /** Asks over the socket, as the manager's API does; gives the whole answer. */
  ask(request: string): Promise<string> {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(Buffer.byteLength(request));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(join(this.path, 'queue', 'sockets', 'integrator'));
      socket.on('error', reject);
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', () => {
        const answer = Buffer.concat(chunks);
        if (answer.length >= 4 && answer.readUInt32LE(0) !== answer.length - 4) {
          reject(new Error('the length is wrong'));
        }
        resolve(answer.toString('utf8', 4));
      });
      socket.write(Buffer.concat([header, Buffer.from(request)]));
    });
  }

  /** Ends what is left, and removes everything. */
  remove(): void {
    for (const name of this.pidFiles()) {
      const pid = Number(/-(\d+)\.pid$/.exec(name)?.[1]);
      // Only what runs here, and nothing whose number was given away again.
      if (isRunning(pid) && commandLine(pid).includes('integratord')) process.kill(pid, 'SIGKILL');
    }
    rmSync(this.path, { recursive: true, force: true });
  }

  #directory(name: string, mode: number, isUsers: boolean): void {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    if (IS_ROOT) chownSync(path, isUsers ? NOBODY : 0, NOBODY);
  }
}

/** True while a process runs; one that has ended and was not fetched does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** How `ps` shows a process. */
export function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
}

/** Parent and session of a process. */
export function ancestry(pid: number): { parent: number; session: number } {
  const [, parent, , session] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return { parent: Number(parent), session: Number(session) };
}
