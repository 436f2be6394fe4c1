import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const RESERVE_FILE = 'outbox.reserve';
const LARGEST = 16 * 2 ** 20;
/**
 * The write-ahead log is usually moved into the file at 4 MiB, and may then need as much again: with less
 * than that, nothing could be moved, and the log could never be emptied.
 */
const SMALLEST = 6 * 2 ** 20;
/** The part of the file system that it may take. */
const SHARE = 1 / 8;
const PIECE = 2 ** 18;

/**
 * Space that is kept for a full disk: to delete something also needs some. It is a file of random
 * bytes, since a file system may store others in less space than they need.
 */
export class DiskReserve {
  readonly #directory: string;
  readonly #path: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, RESERVE_FILE);
  }

  /** Bytes. */
  get size(): number {
    const { blocks, bsize } = statfsSync(this.#directory);
    return Math.round(Math.min(LARGEST, Math.max(SMALLEST, blocks * bsize * SHARE)));
  }

  /** Bytes that are free for this user. A quota does not show in it. */
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  get isHeld(): boolean {
    return existsSync(this.#path);
  }

  /** Takes it, where it is not held. False when there is no room for it. */
  take(): boolean {
    if (this.isHeld) return true;
    const partial = `${this.#path}.partial`;
    try {
      write(partial, this.size);
      renameSync(partial, this.#path);
      return true;
    } catch {
      this.#remove(partial);
      return false;
    }
  }

  /** Gives it up. True when it was held. */
  giveUp(): boolean {
    // A process that was killed while it took it has left a part.
    this.#remove(`${this.#path}.partial`);
    return this.#remove(this.#path);
  }

  #remove(path: string): boolean {
    try {
      rmSync(path);
      return true;
    } catch {
      return false;
    }
  }
}

function write(path: string, bytes: number): void {
  rmSync(path, { force: true });
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    for (let left = bytes; left > 0; ) {
      left -= writeSync(descriptor, randomBytes(Math.min(left, PIECE)));
    }
  } finally {
    closeSync(descriptor);
  }
}
