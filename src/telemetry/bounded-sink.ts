import { type Clock, sleep } from '../core/clock.ts';

/** How a write went: how many bytes were taken, and the code of the error that ended it, if any. */
export interface Written {
  readonly bytes: number;
  readonly problem?: string;
}

/** Where bytes go. It never throws, and never waits: what takes long is answered later. */
export interface Output {
  /** Writes what can be written now. `done` is called once, at once or later. */
  write(bytes: Buffer, done: (written: Written) => void): void;
}

/** Lines that were lost, because there was no room for them any more. */
export interface LostLines {
  readonly count: number;
  /** When the first was lost, in milliseconds since 1970. */
  readonly since: number;
  /** Why nothing could be written: the code of an error, or `SLOW` where a write has not come back. */
  readonly reason: string;
}

/** How much may wait. */
const MOST_BYTES = 1024 * 1024;
/** How much is handed over in one write. */
const CHUNK_BYTES = 64 * 1024;
/** Until a reader that is behind is asked again. */
const FULL_RETRY_MS = 20;
/** Until anything else (a full disk, a pipe that nobody reads any more) is tried again. */
const RETRY_MS = 1000;

/**
 * Lines on their way to a place that may be slow, full or gone. Neither writing a line nor anything
 * that happens to it ever blocks or throws: lines wait in a buffer of a fixed size, and what has no
 * room in it is counted, and reported once everything that waited has been written.
 */
export class BoundedSink {
  readonly #output: Output;
  readonly #clock: Clock;
  /** Told how many lines were lost, as soon as lines can be written again. */
  onRecovered: (lost: LostLines) => void = () => {};
  #lines: Buffer[] = [];
  #bytes = 0;
  #lost: LostLines | undefined;
  #problem: string | undefined;
  #isPumping = false;
  #isWriting = false;
  #isClosed = false;
  #cancelRetry: (() => void) | undefined;
  #whenSettled: (() => void)[] = [];

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  /** Takes a line, which ends with its newline. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#isClosed || this.#bytes + bytes.length > MOST_BYTES) {
      this.#lose();
      return;
    }
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
    if (this.#cancelRetry === undefined) this.#pump();
  }

  /**
   * Writes what waits, as far as that goes within so many milliseconds. Where writing fails for
   * another reason than a slow reader, it does not wait for that to change.
   */
  async flush(milliseconds: number): Promise<void> {
    this.#retry();
    if (this.#isSettled) return;
    const settled = new AbortController();
    this.#whenSettled.push(() => settled.abort());
    await sleep(this.#clock, milliseconds, settled.signal);
  }

  /** As {@link flush}; then nothing is written any more, and nothing keeps the process alive. */
  async close(milliseconds: number): Promise<void> {
    await this.flush(milliseconds);
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** True when there is nothing that waiting a little would change. */
  get #isSettled(): boolean {
    if (this.#isWriting) return false;
    return this.#lines.length === 0 || (this.#problem !== undefined && this.#problem !== 'EAGAIN');
  }

  #retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  #pump(): void {
    // An output that answers at once comes back here: then the loop goes on, and not the stack.
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#isWriting && !this.#isClosed && this.#cancelRetry === undefined) {
      if (this.#lines.length === 0) this.#recover();
      if (this.#lines.length === 0) break;
      this.#isWriting = true;
      this.#output.write(this.#chunk(), (written) => this.#done(written));
    }
    this.#isPumping = false;
    if (!this.#isSettled) return;
    for (const settled of this.#whenSettled.splice(0)) settled();
  }

  /** The lines that are written next, as one piece. They stay in the buffer until they are. */
  #chunk(): Buffer {
    let size = 0;
    let count = 0;
    while (count < this.#lines.length && (count === 0 || size < CHUNK_BYTES)) {
      size += this.#lines[count]?.length ?? 0;
      count += 1;
    }
    const chunk = Buffer.concat(this.#lines.slice(0, count));
    this.#lines.splice(0, count, chunk);
    return chunk;
  }

  #done({ bytes, problem }: Written): void {
    this.#isWriting = false;
    const rest = this.#lines.shift()?.subarray(bytes);
    if (rest !== undefined && rest.length > 0) this.#lines.unshift(rest);
    this.#bytes -= bytes;
    this.#problem = problem;
    if (problem !== undefined && !this.#isClosed) {
      const pause = problem === 'EAGAIN' ? FULL_RETRY_MS : RETRY_MS;
      this.#cancelRetry = this.#clock.after(pause, () => this.#retry());
    }
    this.#pump();
  }

  #lose(): void {
    const { count, since } = this.#lost ?? { count: 0, since: this.#clock.now() };
    this.#lost = { count: count + 1, since, reason: this.#problem ?? 'SLOW' };
  }

  /** Everything is written; whoever writes the log may say now what is missing in it. */
  #recover(): void {
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined) this.onRecovered(lost);
  }
}
