import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isMissing, mustRun } from './requirement.ts';
import { tempDir } from './temp-dir.ts';

/**
 * A network without any way out, and with files of its own in the place of some of the system's. It
 * is gone after the test.
 */
export class NetworkNamespace {
  /** Put before a command, these words run it inside. */
  readonly enter: readonly string[];
  readonly #files: ReadonlyMap<string, string>;

  private constructor(holder: ChildProcess, files: ReadonlyMap<string, string>) {
    this.enter = ['nsenter', '-t', String(holder.pid), '-n', '-m', '--'];
    this.#files = files;
  }

  /**
   * @param files texts by the paths that they replace: `/etc/resolv.conf`.
   * @param setUp further commands of a shell, run inside.
   */
  static async forTest(
    files: Readonly<Record<string, string>>,
    setUp: readonly string[] = [],
  ): Promise<NetworkNamespace> {
    const directory = tempDir();
    const own = new Map<string, string>();
    for (const [path, text] of Object.entries(files)) {
      const file = join(directory, path.replaceAll('/', '_'));
      writeFileSync(file, text);
      own.set(path, file);
    }
    const commands = [
      'set -e',
      'ip link set lo up',
      ...[...own].map(([path, file]) => `mount --bind ${file} ${path}`),
      ...setUp,
      'echo ready',
      // It ends with whoever holds its standard input.
      'exec cat',
    ];
    const holder = spawn('unshare', ['-n', '-m', 'sh', '-c', commands.join('\n')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      holder.kill('SIGKILL');
    });
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'exit').then(() => {
        throw new Error('the namespace cannot be set up');
      }),
    ]);
    return new NetworkNamespace(holder, own);
  }

  /** Changes one of its own files. */
  write(path: string, text: string): void {
    writeFileSync(this.#files.get(path) as string, text);
  }
}

/** True where there can be no network of one's own. */
export const noNamespaces = isMissing(
  'Tests of name look-ups need a network of their own: run them as root, with unshare, nsenter and mount (Debian: util-linux, mount) and ip (iproute2).',
  () => {
    mustRun('unshare', '-n', '-m', 'sh', '-c', 'ip link set lo up && mount -t tmpfs none /mnt');
    mustRun('nsenter', '--version');
  },
);
