import { createReadStream, openSync } from 'node:fs';
import { beginsText } from '../alert/record-framing.ts';
import { CommandError, EXIT } from './exit.ts';

const NEWLINE = Buffer.from('\n');

/** A line of the input, counted from 0, without its newline. */
export interface InputLine {
  readonly line: number;
  readonly bytes: Buffer;
}

/** A file that was opened to be read; whoever reads it closes it. */
export interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
}

/**
 * Opens a file. Undefined for `-` or no name, which mean standard input.
 * @throws CommandError when it cannot be opened.
 */
export function openFile(path: string | undefined): OpenFile | undefined {
  if (path === undefined || path === '-') return undefined;
  try {
    return { path, descriptor: openSync(path, 'r') };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory, not a file',
};

function cannotRead(path: string | undefined, error: unknown): CommandError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new CommandError(`cannot read ${path}: ${REASONS[code] ?? message}`, EXIT.wrongInput);
}

/**
 * The lines of a file, or of standard input. A last line without a newline is a line too.
 * @throws CommandError when the file cannot be read.
 */
export async function* readLines(file: OpenFile | undefined): AsyncGenerator<InputLine> {
  const stream: AsyncIterable<Buffer> =
    file === undefined ? process.stdin : createReadStream(file.path, { fd: file.descriptor });
  try {
    yield* linesOf(stream);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw cannotRead(file?.path, error);
  }
}

/** The lines of bytes that come in pieces. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<InputLine> {
  let line = 0;
  let pieces: Buffer[] = [];
  for await (const chunk of chunks) {
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
  if (pieces.length > 0) yield { line, bytes: joined(pieces) };
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

/**
 * The alerts of a file: its lines, or those of a text alerts.log, each with the number of its first
 * line. Blank lines between text alerts do not count.
 * @throws CommandError when the file cannot be read.
 */
export function readRecords(file: OpenFile | undefined): AsyncGenerator<InputLine> {
  return recordsOf(readLines(file));
}

/** The same of lines that were read already. */
export async function* recordsOf(lines: AsyncIterable<InputLine>): AsyncGenerator<InputLine> {
  let text: { line: number; lines: Buffer[] } | undefined;
  let isAfterText = false;
  for await (const { line, bytes } of lines) {
    const begins = beginsText(bytes, 0);
    if (text !== undefined && (begins || bytes.length === 0)) {
      yield recordOf(text);
      text = undefined;
      isAfterText = true;
    }
    if (begins) text = { line, lines: [bytes] };
    else if (text !== undefined) text.lines.push(bytes);
    else if (bytes.length > 0 || !isAfterText) yield { line, bytes };
  }
  if (text !== undefined) yield recordOf(text);
}

function recordOf({ line, lines }: { line: number; lines: readonly Buffer[] }): InputLine {
  return { line, bytes: Buffer.concat(lines.flatMap((one) => [one, NEWLINE])).subarray(0, -1) };
}
