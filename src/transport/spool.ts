import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import type { Spool, SpooledFile } from '../core/spool.ts';
import { privateFile } from './script-files.ts';

/**
 * Writes messages into the directory of the scripts' files, which removes what a killed process left
 * there. It does not wait for the disk asynchronously: meanwhile, the message would be in memory.
 */
export class FileSpool implements Spool {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(pieces: Iterable<Buffer | string>): SpooledFile {
    const path = privateFile(this.#directory, 'message', 'alert');
    const remove = () => {
      try {
        unlinkSync(path);
      } catch {
        // A script has taken it over.
      }
    };
    const file = openSync(path, 'wx', 0o600);
    let bytes = 0;
    try {
      for (const piece of pieces) bytes += writeWhole(file, piece);
    } catch (error) {
      remove();
      throw error;
    } finally {
      closeSync(file);
    }
    return { path, bytes, remove };
  }
}

function writeWhole(file: number, piece: Buffer | string): number {
  const buffer = typeof piece === 'string' ? Buffer.from(piece) : piece;
  let written = 0;
  while (written < buffer.length) written += writeSync(file, buffer, written);
  return written;
}
