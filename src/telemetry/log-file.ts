import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Output, Written } from './bounded-sink.ts';
import { codeOf } from './standard-error.ts';

/** Readable and writable by the manager's user and group. */
const FILE_MODE = 0o660;
// A pipe in place of the file would keep whoever opens it waiting for a reader.
const EXISTING = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK;

/**
 * A log file that several daemons share. It is opened for every write, because another daemon renames
 * it at midnight: an open one would be written to under its new name. Another thread waits for the
 * disk. What is not a regular file is not written to.
 */
export class LogFile implements Output {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  write(bytes: Buffer, done: (written: Written) => void): void {
    void this.#append(bytes).then(done);
  }

  async #append(bytes: Buffer): Promise<Written> {
    let file: FileHandle | undefined;
    try {
      file = await this.#open();
      if (!(await file.stat()).isFile()) return { bytes: 0, problem: 'not a regular file' };
      // One write, so that lines of several daemons do not mix. A disk may take less of it.
      return { bytes: (await file.write(bytes)).bytesWritten };
    } catch (error) {
      return { bytes: 0, problem: codeOf(error) };
    } finally {
      // What a close reports comes too late for these bytes, and is reported by the next write.
      await file?.close().catch(() => undefined);
    }
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#path, EXISTING);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    try {
      const { O_CREAT, O_EXCL } = constants;
      const file = await open(this.#path, EXISTING | O_CREAT | O_EXCL, FILE_MODE);
      await giveToManager(file, await stat(dirname(this.#path)));
      return file;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return await open(this.#path, EXISTING); // another daemon was faster
    }
  }
}

/** The manager's other daemons must be able to write to it, whoever made it and whatever the umask. */
async function giveToManager(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  await file.chmod(FILE_MODE);
  if (process.geteuid?.() === 0) await file.chown(uid, gid);
}
