import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isMissing } from './requirement.ts';

export type FileSystemKind = 'tmpfs' | 'ext4';

/** A file system of its own that can be filled. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #directory: string;
  #isMounted = true;

  constructor(kind: FileSystemKind, megabytes: number) {
    this.#directory = mkdtempSync(join(tmpdir(), 'integratord-disk-'));
    this.path = join(this.#directory, 'mount');
    mkdirSync(this.path);
    if (kind === 'tmpfs') {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.path]);
      return;
    }
    const image = join(this.#directory, 'image');
    execFileSync('truncate', ['-s', `${megabytes}M`, image]);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    execFileSync('mount', ['-o', 'loop', image, this.path]);
  }

  /** Mounts one and removes it after the test. */
  static forTest(kind: FileSystemKind, megabytes: number): SmallDisk {
    const disk = new SmallDisk(kind, megabytes);
    onTestFinished(() => disk.remove());
    return disk;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Fills it to the last byte. */
  fill(): void {
    const file = openSync(join(this.path, 'filler'), 'a');
    try {
      for (const size of [2 ** 20, 4096, 1]) {
        const block = Buffer.alloc(size, 'x');
        try {
          while (writeSync(file, block) > 0);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Takes back what {@link fill} took, or this much of it. */
  free(bytes?: number): void {
    const filler = join(this.path, 'filler');
    if (bytes === undefined) rmSync(filler, { force: true });
    else truncateSync(filler, statSync(filler).size - bytes);
  }

  remove(): void {
    if (this.#isMounted) execFileSync('umount', ['-l', this.path]);
    this.#isMounted = false;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** True where small file systems cannot be mounted. */
export const noDisks = isMissing(
  'Tests of full disks mount small file systems: run them as root, with mkfs.ext4 (Debian: e2fsprogs).',
  () => new SmallDisk('ext4', 8).remove(),
);
