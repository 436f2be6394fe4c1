import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** File access, replaceable so that tests need no file system. */
export interface Files {
  /**
   * Reads a file up to a maximum number of bytes. Pipes and devices are refused before they are opened:
   * whoever opens a pipe waits for another one who may never come.
   */
  read(path: string, limits: { bytes: number }): FileContent;
}

export type FileContent =
  | {
      readonly ok: true;
      readonly bytes: Buffer;
      /** True when the file continues after these bytes. */
      readonly truncated: boolean;
      /** The permission bits, as in `chmod`. */
      readonly mode: number;
    }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'forbidden' | 'other';
      /** Completes a sentence that begins with the file's name. */
      readonly message: string;
    };

/** A device, and as good as an empty file. */
const NOTHING = '/dev/null';

/** The files of this machine. */
export const systemFiles: Files = {
  read(path, { bytes }) {
    let descriptor: number | undefined;
    try {
      const refused = path === NOTHING ? undefined : whyNotRead(statSync(path));
      if (refused !== undefined) return refused;
      // Without waiting: it may have become a pipe meanwhile.
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      const refusedNow = path === NOTHING ? undefined : whyNotRead(stats);
      if (refusedNow !== undefined) return refusedNow;
      const content = readUpTo(descriptor, bytes + 1);
      return {
        ok: true,
        bytes: content.subarray(0, bytes),
        truncated: content.length > bytes,
        mode: stats.mode & 0o7777,
      };
    } catch (error) {
      return explain(error);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  },
};

function whyNotRead(stats: Stats): FileContent | undefined {
  if (stats.isDirectory()) return failed('other', 'is a directory, not a file');
  return stats.isFile() ? undefined : failed('other', 'is not a regular file');
}

function readUpTo(descriptor: number, bytes: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < bytes) {
    const chunk = Buffer.allocUnsafe(Math.min(bytes - total, 1 << 20));
    const count = readSync(descriptor, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return Buffer.concat(chunks);
}

function explain(error: unknown): FileContent {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failed('missing', 'does not exist');
    case 'EACCES':
    case 'EPERM':
      return failed('forbidden', 'cannot be read: permission denied');
    case 'ELOOP':
      return failed('other', 'cannot be read: its symbolic links form a loop');
    default:
      return failed('other', `cannot be read (${code})`);
  }
}

function failed(reason: 'missing' | 'forbidden' | 'other', message: string): FileContent {
  return { ok: false, reason, message };
}
