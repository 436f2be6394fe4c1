import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { makePrivate, removeFile } from './script-place.ts';

/** A pipe for the output of one process. */
export interface OutputPipe {
  /** A descriptor for the process; to be closed here once it has begun. */
  readonly writeEnd: number;
  /** What comes out; it closes when nobody holds the write end any more. */
  readonly output: Readable;
}

/** How many are made at a time: each call starts a process. */
const BATCH = 16;
const PROGRAMS = ['/usr/bin/mkfifo', '/bin/mkfifo', 'mkfifo'];

/**
 * Makes pipes. Node makes sockets for the output of a process, and those cannot be opened by name: in a
 * script, `echo failed > /dev/stderr` would fail. So these are named pipes, whose names are gone before
 * the process begins.
 */
export class ScriptPipes {
  readonly #directory: string;
  #stock: string[] = [];

  /** @param directory where they have their names, for a moment; it is made, and made private. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws Error with a `code` when none can be made now. */
  open(): OutputPipe {
    let path = this.#stock.pop() ?? this.#make();
    let readEnd: number;
    try {
      readEnd = openReading(path);
    } catch {
      // Something cleans up /tmp.
      this.#stock = [];
      path = this.#make();
      readEnd = openReading(path);
    }
    let writeEnd: number | undefined;
    try {
      writeEnd = openSync(path, constants.O_WRONLY);
      const output = new Socket({ fd: readEnd, readable: true, writable: false });
      return { writeEnd, output };
    } catch (error) {
      closeSync(readEnd);
      if (writeEnd !== undefined) closeSync(writeEnd);
      throw error;
    } finally {
      removeFile(path);
    }
  }

  #make(): string {
    makePrivate(this.#directory);
    const batch = randomBytes(8).toString('hex');
    const paths = Array.from({ length: BATCH }, (_, number) => {
      return join(this.#directory, `output-${batch}-${number}`);
    });
    const [first, ...rest] = paths;
    makePipes(paths);
    this.#stock = rest;
    return first as string;
  }
}

/** Does not wait for a writer. */
function openReading(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
}

function makePipes(paths: readonly string[]): void {
  let problem = 'there is no program mkfifo';
  for (const program of PROGRAMS) {
    const { status, stderr, error } = spawnSync(program, ['-m', '600', ...paths], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (status === 0) return;
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') continue;
    problem = error?.message ?? stderr.trim().split('\n')[0] ?? '';
    break;
  }
  for (const path of paths) removeFile(path);
  throw new Error(problem);
}
