import type { Clock } from '../../src/core/clock.ts';
import type { Spool } from '../../src/core/spool.ts';
import type { LargeParts } from '../../src/lanes/large-attempt.ts';
import { LargeGate } from '../../src/lanes/large-gate.ts';

/** A spool whose files are in memory, by their paths. */
export class FakeSpool implements Spool {
  readonly files = new Map<string, Buffer>();
  #last = 0;

  write(pieces: Iterable<Buffer | string>): ReturnType<Spool['write']> {
    this.#last += 1;
    const path = `/spool/${this.#last}`;
    const parts = [...pieces].map((piece) => Buffer.from(piece as Buffer));
    const content = Buffer.concat(parts);
    this.files.set(path, content);
    return { path, bytes: content.length, remove: () => this.files.delete(path) };
  }
}

/** What lanes need for large alerts. */
export function largeParts(clock: Clock): LargeParts & { readonly spool: FakeSpool } {
  return { gate: new LargeGate(clock), spool: new FakeSpool() };
}
