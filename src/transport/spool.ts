import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool, SpooledFile } from '../core/spool.ts';
import { isAlive, makePrivate, removeFile } from './script-place.ts';

/** `message-<process>-<start>-<random>`: tells whose a left-over is. */
const OUR_FILE = /^message-(\d+)-([0-9a-f]{8})-[0-9a-f]{24}$/;
/** Tells this process from an earlier one with the same number, which is usual in containers. */
const THIS_START = randomBytes(4).toString('hex');

/**
 * Writes messages into a directory of its own. It does not wait for the disk asynchronously: meanwhile,
 * the message would be in memory.
 */
export class FileSpool implements Spool {
  readonly #directory: string;
  #isPrepared = false;

  /** @param directory created when it is first needed, and made private. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  write(pieces: Iterable<Buffer | string>): SpooledFile {
    this.#prepare();
    const name = `message-${process.pid}-${THIS_START}-${randomBytes(12).toString('hex')}`;
    const path = join(this.#directory, name);
    const remove = () => removeFile(path);
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

  /** Also removes what processes left behind that were killed. */
  #prepare(): void {
    if (this.#isPrepared) return;
    makePrivate(this.#directory);
    for (const name of readdirSync(this.#directory)) {
      if (isLeftOver(name)) removeFile(join(this.#directory, name));
    }
    this.#isPrepared = true;
  }
}

function isLeftOver(name: string): boolean {
  const [, pid, start] = OUR_FILE.exec(name) ?? [];
  if (pid === undefined) return false;
  return Number(pid) === process.pid ? start !== THIS_START : !isAlive(Number(pid));
}

function writeWhole(file: number, piece: Buffer | string): number {
  const buffer = typeof piece === 'string' ? Buffer.from(piece) : piece;
  let written = 0;
  while (written < buffer.length) written += writeSync(file, buffer, written);
  return written;
}
