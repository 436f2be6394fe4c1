import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, until } from '../../support/program.ts';
import { isMissing, mustRun } from '../../support/requirement.ts';
import { BASE, setUpBase } from './debian.ts';

const BOOTABLE = `${BASE}-systemd`;

/** True where no systemd can be started, for `describe.skipIf`. */
export const noSystemd = isMissing(
  'Units are run by a systemd in a container: that takes root, debootstrap and systemd-nspawn (apt-get install debootstrap systemd-container).',
  () => {
    mustRun('debootstrap', '--version');
    mustRun('systemd-nspawn', '--version');
  },
);

/** A minimal Debian that systemd has started, with a network of its own, of which only the loopback is there. */
export class BootedDebian {
  /** Where its files are on this machine. */
  readonly root: string;
  readonly #container: ChildProcess;

  private constructor(root: string) {
    this.root = root;
    const options = ['--boot', '--register=no', '--keep-unit', '--private-network'];
    const quiet = ['--console=passive', '--quiet'];
    this.#container = spawn('systemd-nspawn', ['-D', root, ...options, ...quiet], {
      stdio: 'ignore',
    });
  }

  /** Starts one. It ends with `remove`. */
  static async start(): Promise<BootedDebian> {
    setUpBase(BOOTABLE, ['systemd-sysv', 'dbus']);
    const root = mkdtempSync(join(tmpdir(), 'integratord-booted-'));
    execFileSync('cp', ['-a', `${BOOTABLE}/.`, root]);
    const booted = new BootedDebian(root);
    const state = () => booted.run('systemctl is-system-running').stdout.trim();
    await until(() => ['running', 'degraded'].includes(state()), 'it has started', 60_000);
    return booted;
  }

  /** Runs a command of a shell there to its end, as root. */
  run(command: string): Finished {
    const namespaces = ['-m', '-u', '-i', '-n', '-p', '--root', '--wd=/'];
    const target = ['--target', String(this.#leader())];
    const { status, stdout, stderr } = spawnSync(
      'nsenter',
      [...target, ...namespaces, '--', 'env', '-C', '/', 'sh', '-c', command],
      {
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    return { code: status, stdout: stdout ?? '', stderr: stderr ?? '' };
  }

  /** The same, for what must succeed. Gives its standard output. */
  must(command: string): string {
    const { code, stdout, stderr } = this.run(command);
    if (code === 0) return stdout;
    throw new Error(`${command} ended with ${code}:\n${stdout}${stderr}`);
  }

  /** Ends all of its processes and removes it. */
  async remove(): Promise<void> {
    const ended = once(this.#container, 'exit');
    const leader = this.#leader();
    if (leader > 0) process.kill(leader, 'SIGKILL');
    this.#container.kill();
    await ended;
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The first process inside; 0 before there is one. */
  #leader(): number {
    const { pid } = this.#container;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  }
}
