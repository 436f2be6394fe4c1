import type { Batch, Checkpoint, Loss, Replay, Unreplayable } from '../../src/core/source.ts';
import type { IntakeSource } from '../../src/intake/source-loop.ts';

/** Lines that are kept: what a file with its archives is to the sources that read it. */
export class KeptLines {
  readonly lines: string[] = [];
  /** Lines before this one are gone, as with a deleted archive. */
  firstKept = 0;
  readonly #waiting = new Set<() => void>();

  write(...lines: string[]): void {
    this.lines.push(...lines);
    for (const resolve of this.#waiting) resolve();
  }

  /** Resolves with the next writing, or when the signal aborts. */
  writing(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }
}

/** A source over such lines that can be resumed anywhere. Its checkpoints are numbers of lines. */
export class KeptSource implements IntakeSource {
  readonly name = 'kept';
  readonly #kept: KeptLines;
  readonly #perBatch: number;
  #next: number;

  /** @param from what was stored last. */
  constructor(kept: KeptLines, from: Checkpoint | undefined, perBatch = 5) {
    this.#kept = kept;
    this.#perBatch = perBatch;
    this.#next = lineOf(from);
  }

  async next(signal: AbortSignal): Promise<Batch | undefined> {
    while (!signal.aborted) {
      const batch = batchOf(this.#kept, this.#next, this.#next + this.#perBatch);
      if (batch !== undefined) {
        this.#next = lineOf(batch.checkpoint);
        return batch;
      }
      await this.#kept.writing(signal);
    }
    return undefined;
  }

  resumeFrom(from: Checkpoint, until: Checkpoint): Replay | Unreplayable {
    const kept = this.#kept;
    const perBatch = this.#perBatch + 2;
    const losses: Loss[] = [];
    let next = lineOf(from);
    return {
      next: async (signal) => {
        if (signal.aborted) return undefined;
        if (next < kept.firstKept) {
          losses.push({ what: `lines ${next} to ${kept.firstKept}`, bytes: undefined });
          next = kept.firstKept;
        }
        const batch = batchOf(kept, next, Math.min(next + perBatch, lineOf(until)));
        if (batch === undefined) return 'end';
        next = lineOf(batch.checkpoint);
        return batch;
      },
      losses: () => losses,
      close: async () => {},
    };
  }
}

/** Where reading stands before a line; lines count from 0. */
export function beforeLine(line: number): Checkpoint {
  return { source: 'kept', version: 1, state: { line } };
}

function lineOf(checkpoint: Checkpoint | undefined): number {
  return (checkpoint?.state as { line: number } | undefined)?.line ?? 0;
}

function batchOf({ lines }: KeptLines, from: number, until: number): Batch | undefined {
  const texts = lines.slice(from, until).map((line) => `${line}\n`);
  if (texts.length === 0) return undefined;
  const lineAt = (offset: number) => {
    let length = 0;
    const index = texts.findIndex((text) => {
      if (length >= offset) return true;
      length += Buffer.byteLength(text);
      return false;
    });
    return from + (index === -1 ? texts.length : index);
  };
  return {
    bytes: Buffer.from(texts.join('')),
    checkpoint: beforeLine(from + texts.length),
    checkpointAt: (offset) => beforeLine(lineAt(offset)),
    place: (offset) => `line ${lineAt(offset)}`,
  };
}
