import type { Batch } from '../../src/core/source.ts';
import type { IntakeSource } from '../../src/intake/source-loop.ts';
import { checkpointAt } from './outbox.ts';

/** A source of the lines that a test gives it. As the real one, it uses its buffer again and again. */
export class FakeSource implements IntakeSource {
  readonly name: string;
  readonly path = '/alerts.json';
  /** Batches that were asked for. */
  asked = 0;
  #offset: number;
  readonly #batches: Batch[] = [];
  #waiting: ((batch: Batch | undefined) => void) | undefined;
  #lent: Buffer | undefined;

  /** @param offset where the first line begins. */
  constructor(offset = 0, name = 'test') {
    this.#offset = offset;
    this.name = name;
  }

  /** Where the lines given so far end. */
  get offset(): number {
    return this.#offset;
  }

  /** Gives a batch of lines, without their newlines. */
  give(lines: readonly (string | Buffer)[]): void {
    const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
    const offset = this.#offset;
    this.#offset += bytes.length;
    this.#batches.push({
      bytes,
      checkpoint: checkpointAt(this.#offset, this.name),
      place: (at) => `${this.path}, byte ${offset + at}`,
    });
    this.#serve();
  }

  next(signal: AbortSignal): Promise<Batch | undefined> {
    // What was lent before is not valid any more.
    this.#lent?.fill(0);
    this.#lent = undefined;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      const stop = () => resolve(undefined);
      signal.addEventListener('abort', stop);
      this.#waiting = (batch) => {
        signal.removeEventListener('abort', stop);
        resolve(batch);
      };
      this.#serve();
    });
  }

  #serve(): void {
    if (this.#waiting === undefined) return;
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    this.asked += 1;
    this.#lent = batch.bytes;
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve(batch);
  }
}
