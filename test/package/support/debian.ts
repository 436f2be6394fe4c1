import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Finished } from '../../support/program.ts';
import { isMissing, mustRun } from '../../support/requirement.ts';

const SUITE = 'bookworm';
/** Kept between runs: it costs a minute. */
export const BASE = join(tmpdir(), `integratord-debian-${SUITE}`);

/** True where no Debian can be set up, for `describe.skipIf`. */
export const noDebian = isMissing(
  'Packages are installed in a Debian of their own: that takes root, debootstrap, unshare and iproute2 (apt-get install debootstrap util-linux iproute2).',
  () => {
    mustRun('debootstrap', '--version');
    mustRun('unshare', '--net', '--mount', '--pid', '--fork', 'ip', 'link');
  },
);

/** Who runs a command: `root`, or another user of that system. */
interface RunOptions {
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/**
 * A minimal Debian with processes, files and a network of its own, of which only the loopback is there. Neither
 * Node nor systemd runs in it.
 */
export class Debian {
  /** Where its files are on this machine. */
  readonly root: string;
  readonly #init: ChildProcess;

  private constructor(root: string, init: ChildProcess) {
    this.root = root;
    this.#init = init;
  }

  /** Sets one up. It ends with `remove`, or with this process. */
  static async start(): Promise<Debian> {
    setUpBase(BASE);
    const root = mkdtempSync(join(tmpdir(), 'integratord-root-'));
    execFileSync('cp', ['-a', `${BASE}/.`, root]);
    const inside = `mount -t proc proc '${root}/proc' && ip link set lo up && echo ready && exec sleep infinity`;
    const init = spawn(
      'unshare',
      ['--net', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', inside],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(init.stdout, 'data');
    return new Debian(root, init);
  }

  /** A file of that system, as this machine sees it. */
  path(path: string): string {
    return join(this.root, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Runs a program there to its end, with an environment of its own. */
  run(command: readonly string[], { user = 'root', env = {}, input }: RunOptions = {}): Finished {
    const [program = '', ...args] = this.#inside(command, user);
    const { status, stdout, stderr } = spawnSync(program, args, {
      env: environment(env),
      encoding: 'utf8',
      timeout: 120_000,
      ...(input === undefined ? {} : { input }),
    });
    return { code: status, stdout, stderr };
  }

  /** The same, for what must succeed. Gives its standard output. */
  must(command: readonly string[], options: RunOptions = {}): string {
    const { code, stdout, stderr } = this.run(command, options);
    if (code === 0) return stdout;
    throw new Error(`${command.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  }

  /** Starts a program there that goes on. */
  spawn(command: readonly string[], { user = 'root', env = {} }: RunOptions = {}): ChildProcess {
    const [program = '', ...args] = this.#inside(command, user);
    return spawn(program, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** The command that starts a unit of that system. */
  startOf(unit: string): string[] {
    const [, line = ''] = /^ExecStart=(.+)$/m.exec(this.read(unit)) ?? [];
    return line.split(' ');
  }

  /** Installs or upgrades to a .deb of this machine. Gives what it printed. */
  install(deb: string): string {
    const inside = `/tmp/${basename(deb)}`;
    copyFileSync(deb, this.path(inside));
    try {
      return this.must(['dpkg', '-i', inside]);
    } finally {
      rmSync(this.path(inside));
    }
  }

  /** Every file, link and directory there, sorted; without what belongs to nobody's package. */
  files(): string[] {
    const skipped = ['/proc', '/tmp', '/dev', '/var/lib/dpkg', '/var/log', '/var/cache'];
    const pruned = skipped.flatMap((path) => ['-path', this.path(path), '-prune', '-o']);
    const found = execFileSync('find', [this.root, ...pruned, '-print'], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    return found
      .split('\n')
      .map((path) => path.slice(this.root.length))
      .filter((path) => path !== '')
      .toSorted();
  }

  /** Ends all of its processes and removes it. */
  async remove(): Promise<void> {
    const ended = once(this.#init, 'exit');
    this.#init.kill('SIGKILL');
    await ended;
    rmSync(this.root, { recursive: true, force: true });
  }

  #inside(command: readonly string[], user: string): string[] {
    // unshare waits for the first process inside.
    const [first] = readFileSync(
      `/proc/${this.#init.pid}/task/${this.#init.pid}/children`,
      'utf8',
    ).split(' ');
    const enter = ['nsenter', '--target', String(first), '--net', '--mount', '--pid'];
    return [...enter, 'chroot', `--userspec=${user}`, this.root, ...command];
  }
}

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    DEBIAN_FRONTEND: 'noninteractive',
    ...more,
  };
}

/**
 * Makes a system that others are copies of, with the manager's user, unless it is there.
 * @param base where
 * @param packages what it has more than the least
 */
export function setUpBase(base: string, packages: readonly string[] = []): void {
  if (existsSync(base)) return;
  const fresh = mkdtempSync(`${base}-`);
  // This machine's own mirror, where it has one.
  const { stdout } = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', `Codename: ${SUITE}`],
    { encoding: 'utf8' },
  );
  const mirror = stdout?.split('\n')[0];
  const more = packages.length === 0 ? [] : [`--include=${packages.join(',')}`];
  const args = ['--variant=minbase', ...more, SUITE, fresh, ...(mirror ? [mirror] : [])];
  execFileSync('debootstrap', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('chroot', [fresh, 'useradd', '--system', '--user-group', 'wazuh']);
  execFileSync('chroot', [fresh, 'useradd', '--create-home', 'somebody']);
  execFileSync('chmod', ['0755', fresh]);
  rmSync(join(fresh, 'var/cache/apt'), { recursive: true, force: true });
  renameSync(fresh, base);
}
