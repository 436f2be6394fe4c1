import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sleep } from '../core/clock.ts';
import type { ExpositionParts } from './metrics-server.ts';

const EVERY_MS = 15_000;
/** A file system that hangs must not keep the daemon from stopping. */
const LONGEST_STOP_MS = 2000;
/** node_exporter reads it as another user. */
const MODE = 0o644;

/**
 * Writes the metrics to a file, again and again, for the textfile collector of node_exporter. Readers
 * see the whole of one version or of the next. What someone else has put in place of the file, such as
 * a link to another one, is replaced and never followed.
 */
export class MetricsFile {
  readonly #path: string;
  readonly #parts: ExpositionParts;
  #writing: Promise<void> = Promise.resolve();
  #isWritten = false;
  #hasFailed = false;
  #hasStopped = false;
  #cancel: (() => void) | undefined;

  constructor(path: string, parts: ExpositionParts) {
    this.#path = path;
    this.#parts = parts;
  }

  /** Writes it now, and then every 15 seconds. Resolves when it was written, or could not be. */
  async start(): Promise<void> {
    this.#writing = this.#write();
    await this.#writing;
    if (!this.#hasStopped) {
      this.#cancel = this.#parts.clock.after(EVERY_MS, () => void this.start());
    }
  }

  /** Writes no more, and removes the file: old numbers would look like those of now. */
  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#cancel?.();
    const removed = this.#writing.then(() => this.#remove());
    const limit = new AbortController();
    await Promise.race([removed, sleep(this.#parts.clock, LONGEST_STOP_MS, limit.signal)]);
    limit.abort();
  }

  async #write(): Promise<void> {
    const { text, clock, log } = this.#parts;
    try {
      await replace(this.#path, await text(), clock.random());
      this.#isWritten = true;
      if (this.#hasFailed) log.info('metrics are written to the file again', { path: this.#path });
      this.#hasFailed = false;
    } catch (error) {
      const cause = (error as Error).message;
      if (!this.#hasFailed) {
        log.error('metrics cannot be written to the file; retrying', { path: this.#path, cause });
      }
      this.#hasFailed = true;
    }
  }

  async #remove(): Promise<void> {
    if (!this.#isWritten) return;
    try {
      await unlink(this.#path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      const fields = { path: this.#path, cause: message };
      this.#parts.log.warn('the file of the metrics cannot be removed', fields);
    }
  }
}

/**
 * Puts a text in place of a file. It is written under another name, which nobody has used before, and
 * which no collector reads.
 * @param chance in [0, 1), so that nobody can be there first.
 */
async function replace(path: string, text: string, chance: number): Promise<void> {
  const name = `.${basename(path)}.${process.pid}.${chance.toString(36).slice(2)}.new`;
  const temporary = join(dirname(path), name);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
  try {
    try {
      // The mode of the call above is less than this where the umask says so.
      await file.chmod(MODE);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}
