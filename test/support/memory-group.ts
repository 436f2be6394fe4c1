import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './program.ts';
import { isMissing } from './requirement.ts';

let lastNumber = 0;

/** A group of processes whose memory is limited by the kernel: a cgroup, of version 1 or 2. */
export class MemoryGroup {
  readonly #path: string;
  readonly #isFirstVersion: boolean;

  /** @throws Error where none can be made. */
  constructor(megabytes: number) {
    const { directory, isFirstVersion } = ownGroup();
    lastNumber += 1;
    this.#path = join(directory, `integratord-test-${process.pid}-${lastNumber}`);
    this.#isFirstVersion = isFirstVersion;
    mkdirSync(this.#path);
    try {
      const bytes = String(megabytes * 2 ** 20);
      this.#write(isFirstVersion ? 'memory.limit_in_bytes' : 'memory.max', bytes);
      const swap = isFirstVersion ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max';
      if (existsSync(join(this.#path, swap))) this.#write(swap, isFirstVersion ? bytes : '0');
    } catch (error) {
      rmdirSync(this.#path);
      throw error;
    }
  }

  /** Makes one and removes it after the test. */
  static forTest(megabytes: number): MemoryGroup {
    const group = new MemoryGroup(megabytes);
    onTestFinished(() => group.remove());
    return group;
  }

  /** A command that joins the group and becomes the command that follows it. */
  get launcher(): readonly string[] {
    return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(this.#path, 'cgroup.procs')];
  }

  /** How many processes of it the kernel has killed for lack of memory. */
  get kills(): number {
    const file = this.#isFirstVersion ? 'memory.oom_control' : 'memory.events';
    return Number(/^oom_kill (\d+)$/m.exec(this.#read(file))?.[1] ?? 0);
  }

  /** Bytes that cannot be taken back from its processes: without the cache of files. */
  get residentBytes(): number {
    const name = this.#isFirstVersion ? /^total_rss (\d+)$/m : /^anon (\d+)$/m;
    return Number(name.exec(this.#read('memory.stat'))?.[1] ?? 0);
  }

  /** Its processes must have ended, or be about to. */
  async remove(): Promise<void> {
    await until(() => {
      try {
        rmdirSync(this.#path);
        return true;
      } catch {
        return false;
      }
    }, 'the last process of the memory group has ended');
  }

  /** Removes one that never had a process. */
  discard(): void {
    rmdirSync(this.#path);
  }

  #read(file: string): string {
    return readFileSync(join(this.#path, file), 'utf8');
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#path, file), text);
  }
}

/** The group of this process, below which others can be made. */
function ownGroup(): { directory: string; isFirstVersion: boolean } {
  const lines = readFileSync('/proc/self/cgroup', 'utf8');
  const [, path] = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(lines) ?? [];
  if (path !== undefined) {
    return { directory: existing('/sys/fs/cgroup/memory', path), isFirstVersion: true };
  }
  const unified = /^0::(.*)$/m.exec(lines)?.[1] ?? '/';
  return { directory: existing('/sys/fs/cgroup', unified), isFirstVersion: false };
}

/** In a container, the path may be the host's, while its own group is mounted at the root. */
function existing(mount: string, path: string): string {
  const directory = join(mount, path);
  return existsSync(directory) ? directory : mount;
}

/** True where no such group can be made. */
export const noMemoryGroups = isMissing(
  'Tests of memory limits make a cgroup: run them as root, with a writable /sys/fs/cgroup.',
  () => new MemoryGroup(64).discard(),
);
