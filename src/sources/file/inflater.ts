import { createGunzip, type Gunzip } from 'node:zlib';

/** Why decompression ended early: the message of the zlib library. */
export class Damage {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Output is taken over in blocks of this size; alerts compress well, so pieces yield a lot. */
const OUTPUT_BYTES = 2 ** 17;

/**
 * Decompresses piece by piece, at the pace of whoever feeds it. Each call resolves with everything
 * that its piece yields, so that nothing is lost when a later piece is damaged.
 */
export class Inflater {
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  #output: Buffer[] = [];
  #damage: Damage | undefined;
  #settle: (() => void) | undefined;

  constructor() {
    this.#gunzip.on('data', (bytes: Buffer) => this.#output.push(bytes));
    this.#gunzip.on('error', (error) => {
      this.#damage = new Damage(error.message);
      this.#settle?.();
    });
  }

  /** Decompresses a piece. With {@link Damage}, some of its output is lost. */
  feed(piece: Buffer): Promise<Buffer[] | Damage> {
    return this.#run((done) => this.#gunzip.write(piece, done));
  }

  /** The end of the file was reached: the rest, or {@link Damage} when it came too early. */
  end(): Promise<Buffer[] | Damage> {
    return this.#run((done) => {
      this.#gunzip.once('end', done);
      this.#gunzip.end();
    });
  }

  close(): void {
    this.#gunzip.destroy();
  }

  async #run(start: (done: () => void) => void): Promise<Buffer[] | Damage> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      start(resolve);
    });
    // What the stream still buffers comes out as further `data` events of these reads.
    while (this.#damage === undefined && this.#gunzip.read() !== null);
    const output = this.#output;
    this.#output = [];
    return this.#damage ?? output;
  }
}
