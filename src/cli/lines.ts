import { createReadStream } from 'node:fs';
import { CommandError, EXIT } from './exit.ts';

/** A line of the input, counted from 0, without its newline. */
export interface InputLine {
  readonly line: number;
  readonly bytes: Buffer;
}

/**
 * The lines of a file, or of standard input for `-` or no name. A last line without a newline is a
 * line too.
 * @throws CommandError when the file cannot be read.
 */
export async function* readLines(file: string | undefined): AsyncGenerator<InputLine> {
  const stream: AsyncIterable<Buffer> =
    file === undefined || file === '-' ? process.stdin : createReadStream(file);
  let line = 0;
  let pieces: Buffer[] = [];
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (;;) {
        const newline = chunk.indexOf(0x0a, start);
        if (newline === -1) break;
        pieces.push(chunk.subarray(start, newline));
        yield { line, bytes: joined(pieces) };
        line += 1;
        pieces = [];
        start = newline + 1;
      }
      if (start < chunk.length) pieces.push(chunk.subarray(start));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new CommandError(`Cannot read ${file}: ${(error as Error).message}`, EXIT.wrongInput);
  }
  if (pieces.length > 0) yield { line, bytes: joined(pieces) };
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
