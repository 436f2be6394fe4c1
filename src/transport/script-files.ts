import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ScriptCall } from '../core/destination.ts';

/** Where the files of one call are. */
export interface CallFiles {
  readonly alertFile: string;
  /** Undefined when the call has no options. */
  readonly optionsFile: string | undefined;
  /** Removes them. Never throws. */
  remove(): void;
}

/** `<name>-<process>-<start>-<random>.alert`: tells whose a left-over is. */
const OUR_FILE = /-(\d+)-([0-9a-f]{8})-[0-9a-f]{24}\.(?:alert|options)$/;
/** Tells this process from an earlier one with the same number, which is usual in containers. */
const THIS_START = randomBytes(4).toString('hex');

/**
 * The files that scripts read their alert and their options from, in a directory of our own. It does
 * not wait for the disk asynchronously: the calls are short, and handing each of them to another
 * thread takes longer than the call.
 */
export class ScriptFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Creates the directory, private to this user, and removes what earlier processes left behind
   * when they were killed.
   * @throws Error when the directory cannot be used.
   */
  prepare(): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const stat = lstatSync(this.#directory);
    if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
      throw new Error(`${this.#directory} is not a directory of this user`);
    }
    if ((stat.mode & 0o077) !== 0) chmodSync(this.#directory, 0o700);
    const leftOver = readdirSync(this.#directory).filter(isLeftOver);
    for (const name of leftOver) removed(join(this.#directory, name));
  }

  /**
   * Writes the files of a call, readable by this user only, under unpredictable names.
   * @param name what the names begin with.
   * @throws Error when they cannot be written; then there are none.
   */
  write(name: string, call: ScriptCall): CallFiles {
    const alertFile = privateFile(this.#directory, name, 'alert');
    const optionsFile =
      call.optionsFile === undefined
        ? undefined
        : `${alertFile.slice(0, -'.alert'.length)}.options`;
    const remove = () => {
      removed(alertFile);
      if (optionsFile !== undefined) removed(optionsFile);
    };
    try {
      if (call.alertAt === undefined) writeNew(alertFile, call.alertFile);
      else renameSync(call.alertAt, alertFile);
      if (optionsFile !== undefined) writeNew(optionsFile, call.optionsFile ?? '');
    } catch (error) {
      remove();
      throw error;
    }
    return { alertFile, optionsFile, remove };
  }
}

/**
 * An unpredictable path for a file of this process: one that it leaves behind is recognised.
 * @param name what the file's name begins with.
 */
export function privateFile(directory: string, name: string, kind: 'alert'): string {
  const safeName = name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80);
  const random = randomBytes(12).toString('hex');
  return join(directory, `${safeName}-${process.pid}-${THIS_START}-${random}.${kind}`);
}

function isLeftOver(name: string): boolean {
  const [, pid, start] = OUR_FILE.exec(name) ?? [];
  if (pid === undefined) return false;
  return Number(pid) === process.pid ? start !== THIS_START : !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Creates a file that did not exist. */
function writeNew(path: string, content: Buffer | string): void {
  writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
}

function removed(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was already removed, or cannot be.
  }
}
