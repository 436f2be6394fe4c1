import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import type { Output, Written } from './bounded-sink.ts';

const STANDARD_ERROR = 2;

/**
 * Standard error, as an output that never blocks. Node's own stream waits until everything is
 * written, and with it the whole process: for as long as nobody reads a pipe, or a terminal is held.
 *
 * A pipe or a terminal is opened once more, since not to block is a property of what was opened, which
 * is shared with all other processes that were given it. Where that is not possible, as for a socket,
 * they get to see it, as with Node's own stream.
 */
export function standardError(): Output {
  const kind = fstatSync(STANDARD_ERROR);
  if (kind.isSocket()) return new ReadyOutput(shareUnblocked);
  if (kind.isFIFO()) return new ReadyOutput(() => reopened() ?? shareUnblocked());
  if (isatty(STANDARD_ERROR)) {
    const terminal = reopened();
    if (terminal !== undefined) return new ReadyOutput(() => terminal);
  }
  // A file is always ready, as far as the system can tell: another thread has to wait for it.
  return { write: writeInThread };
}

/** Something that says at once when it is not ready. */
class ReadyOutput implements Output {
  readonly #open: () => number;
  #descriptor: number | undefined;

  constructor(open: () => number) {
    this.#open = open;
  }

  write(bytes: Buffer, done: (written: Written) => void): void {
    let written = 0;
    try {
      this.#descriptor ??= this.#open();
      while (written < bytes.length) {
        written += writeSync(this.#descriptor, bytes, written);
      }
      done({ bytes: written });
    } catch (error) {
      done({ bytes: written, problem: codeOf(error) });
    }
  }
}

function reopened(): number | undefined {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${STANDARD_ERROR}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined; // another user's, or no /proc
  }
}

/** Makes standard error itself not block, for everybody who has it. */
function shareUnblocked(): number {
  // All that is wanted of the socket is that making it says so to the system.
  new Socket({ fd: STANDARD_ERROR, readable: false, writable: true }).unref();
  return STANDARD_ERROR;
}

function writeInThread(bytes: Buffer, done: (written: Written) => void): void {
  write(STANDARD_ERROR, bytes, 0, bytes.length, null, (error, written) => {
    // Of an error that came after some bytes, the next write tells.
    done(error === null ? { bytes: written } : { bytes: 0, problem: codeOf(error) });
  });
}

/** The code of a system's error, such as `ENOSPC`. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/**
 * Says something to whoever runs a command that ends by itself, and so may wait for its reader. When
 * there is no reader any more, or no room on the disk, there is nobody left to say that to.
 */
export function complain(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  process.stderr.write(text);
}
