const CUT = '\n… [output cut] …\n';

/**
 * Keeps the beginning and the end of a stream in a fixed amount of memory: the error is usually at the
 * end of an output, and what it was about to do at the beginning.
 */
export class ScriptOutput {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headSize = 0;
  #tail = Buffer.alloc(0);
  #dropped = false;

  /** @param cap bytes that are kept, the two ends together. */
  constructor(cap: number) {
    this.#half = Math.floor(cap / 2);
  }

  add(chunk: Buffer): void {
    const room = this.#half - this.#headSize;
    const first = chunk.subarray(0, room);
    if (first.length > 0) this.#head.push(Buffer.from(first));
    this.#headSize += first.length;
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    const tail = Buffer.concat([this.#tail, rest]);
    if (tail.length > this.#half) this.#dropped = true;
    this.#tail = Buffer.from(tail.subarray(Math.max(0, tail.length - this.#half)));
  }

  /** What was kept, as text. */
  toString(): string {
    const head = Buffer.concat(this.#head);
    if (!this.#dropped) return Buffer.concat([head, this.#tail]).toString('utf8');
    return head.toString('utf8') + CUT + this.#tail.toString('utf8');
  }
}
