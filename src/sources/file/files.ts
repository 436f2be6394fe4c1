import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises';

/** A file operation that failed, as a value: the file system is expected to fail. */
export class FileError {
  /** The system's name for it: `EACCES`, `EIO` … */
  readonly code: string;
  readonly message: string;

  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }

  /** True when there is nothing at that path. */
  get isMissing(): boolean {
    return this.code === 'ENOENT' || this.code === 'ENOTDIR';
  }
}

/** What the file system says of a file. */
export interface FileStat {
  /** As text: 64-bit numbers that JSON and JavaScript would round. */
  readonly device: string;
  readonly inode: string;
  /** Bytes. */
  readonly size: number;
  /** Last change of the content, in milliseconds since 1970, with fractions. */
  readonly modified: number;
  /** False for directories, pipes, devices and (where they are not followed) symbolic links. */
  readonly isRegular: boolean;
}

/** True when both are the same file of this machine, whatever its name. */
export function isSameFile(
  a: Pick<FileStat, 'device' | 'inode'>,
  b: Pick<FileStat, 'device' | 'inode'>,
): boolean {
  return a.inode === b.inode && a.device === b.device;
}

/** A file that can be read at any offset. */
export interface Readable {
  /** Reads into the whole of `target` from byte `at`; fewer bytes only at the end, 0 after it. */
  read(target: Buffer, at: number): Promise<number | FileError>;
  facts(): Promise<FileStat | FileError>;
  close(): Promise<void>;
}

/** The file system, so that tests can make it fail. Nothing here throws. */
export interface FileSystem {
  /** Symbolic links are followed. */
  facts(path: string): Promise<FileStat | FileError>;
  /** The facts of a symbolic link are its own. */
  ownFacts(path: string): Promise<FileStat | FileError>;
  /** Opens for reading. With `noFollow`, a symbolic link is an ELOOP. */
  open(path: string, noFollow: boolean): Promise<Readable | FileError>;
  /** The names in a directory. */
  names(directory: string): Promise<string[] | FileError>;
}

/** The real file system. */
export const systemFileSystem: FileSystem = {
  facts: (path) => attempt(async () => toFacts(await stat(path, { bigint: true }))),
  ownFacts: (path) => attempt(async () => toFacts(await lstat(path, { bigint: true }))),
  names: (directory) => attempt(() => readdir(directory)),
  open(path, noFollow) {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (noFollow ? constants.O_NOFOLLOW : 0);
    return attempt(async () => new SystemFile(await open(path, flags)));
  },
};

class SystemFile implements Readable {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(target: Buffer, at: number): Promise<number | FileError> {
    return attempt(async () => {
      let filled = 0;
      while (filled < target.length) {
        const rest = target.length - filled;
        const { bytesRead } = await this.#handle.read(target, filled, rest, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    });
  }

  facts(): Promise<FileStat | FileError> {
    return attempt(async () => toFacts(await this.#handle.stat({ bigint: true })));
  }

  async close(): Promise<void> {
    // A file that was only read has nothing to lose when closing it fails.
    await attempt(() => this.#handle.close());
  }
}

function toFacts(stats: BigIntStats): FileStat {
  return {
    device: String(stats.dev),
    inode: String(stats.ino),
    size: Number(stats.size),
    modified: Number(stats.mtimeNs) / 1e6,
    isRegular: stats.isFile(),
  };
}

/** The result, or the error when the file system refuses. Anything else thrown is a bug. */
async function attempt<T>(operation: () => Promise<T>): Promise<T | FileError> {
  try {
    return await operation();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof Error && typeof code === 'string') return new FileError(code, message);
    throw error;
  }
}
