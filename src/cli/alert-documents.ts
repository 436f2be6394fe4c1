import { readAlert } from '../alert/formats/read-alert.ts';
import { documentsIn, withoutSpace } from '../alert/nested-alerts.ts';
import { beginsText } from '../alert/record-framing.ts';
import { type InputLine, linesOf, type OpenFile, readRecords, recordsOf } from './lines.ts';

/** A document of more bytes is taken as the lines that it consists of. */
const LONGEST = 64 * 2 ** 20;
const NEWLINE = Buffer.from('\n');

/**
 * The alerts of a file, each with the number of its first line: one per line, those of a text alerts.log,
 * and JSON documents over several lines. What a dashboard shows or an indexer answers is unpacked: the
 * `_source` of a document, the documents of a list, and `hits`.
 * @throws CommandError when the file cannot be read.
 */
export function readAlertDocuments(file: OpenFile | undefined): AsyncGenerator<InputLine> {
  return alertDocumentsOf(readRecords(file));
}

/** The same of bytes, such as somebody pasted. They may be one document however it begins. */
export async function* alertDocumentsIn(bytes: Buffer): AsyncGenerator<InputLine> {
  const read = beginsText(bytes, 0) ? 'not an alert of alerts.log' : readAlert(bytes);
  if (read === 'no rule in it') yield* nestedIn({ line: 0, bytes });
  else if (typeof read === 'string') yield* alertDocumentsOf(recordsOf(linesOf([bytes])));
  else yield { line: 0, bytes: bytes.includes(NEWLINE) ? withoutSpace(bytes) : bytes };
}

async function* alertDocumentsOf(records: AsyncIterable<InputLine>): AsyncGenerator<InputLine> {
  let open: OpenDocument | undefined;
  for await (const line of records) {
    if (open === undefined && !beginsDocument(line.bytes)) {
      yield* unpacked(line);
      continue;
    }
    open ??= new OpenDocument();
    open.add(line);
    if (open.state === 'open') continue;
    if (open.state === 'closed') yield* open.documents();
    else yield* open.lines;
    open = undefined;
  }
  // It is not closed: then its lines are what they are.
  if (open !== undefined) yield* open.lines;
}

/** A list, or an opening brace alone: no alert begins like this that stands on one line. */
function beginsDocument(bytes: Buffer): boolean {
  const beginning = bytes
    .toString('latin1', 0, 256)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  return beginning.startsWith('[') || (/^\{\s*$/.test(beginning) && bytes.length < 256);
}

/** The alerts of a line. */
function* unpacked(line: InputLine): Iterable<InputLine> {
  if (readAlert(line.bytes) !== 'no rule in it') yield line;
  else yield* nestedIn(line);
}

/** The alerts in a document that is none itself; the document where there are none. */
function* nestedIn(document: InputLine): Iterable<InputLine> {
  const { bytes } = document;
  const places = documentsIn(bytes);
  if (places.length === 0) yield document;
  let [line, counted] = [document.line, 0];
  for (const { start, end } of places) {
    line += newlinesIn(bytes.subarray(counted, start));
    counted = start;
    yield { line, bytes: withoutSpace(bytes.subarray(start, end)) };
  }
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** A JSON document of which not all lines were read yet. */
class OpenDocument {
  readonly lines: InputLine[] = [];
  /** `wrong`: it is no document, or too long. */
  state: 'open' | 'closed' | 'wrong' = 'open';
  #depth = 0;
  #bytes = 0;
  #isInString = false;
  #isEscaped = false;

  add(line: InputLine): void {
    this.lines.push(line);
    this.#bytes += line.bytes.length;
    if (this.#bytes > LONGEST || this.#isBroken(line)) {
      this.state = 'wrong';
      return;
    }
    for (const byte of line.bytes) this.#count(byte);
    if (this.#depth <= 0) this.state = 'closed';
  }

  /** The alerts in it; its lines where it is no JSON. */
  *documents(): Iterable<InputLine> {
    const bytes = Buffer.concat(
      this.lines.flatMap((line, at) => (at === 0 ? [line.bytes] : [NEWLINE, line.bytes])),
    );
    const read = readAlert(bytes);
    const line = this.lines[0]?.line ?? 0;
    if (read === 'no rule in it') yield* nestedIn({ line, bytes });
    else if (typeof read === 'string') yield* this.lines;
    else yield { line, bytes: this.lines.length === 1 ? bytes : withoutSpace(bytes) };
  }

  /** True for what cannot follow an opening brace: such a line stands for itself. */
  #isBroken(second: InputLine): boolean {
    const first = this.lines[0]?.bytes;
    if (this.lines.length !== 2 || first === undefined || first[0] === 0x5b) return false;
    return (
      first.toString('latin1').trim() === '{' && /^\s*[^\s"}]/.test(second.bytes.toString('latin1'))
    );
  }

  #count(byte: number): void {
    if (this.#isEscaped) {
      this.#isEscaped = false;
      return;
    }
    if (this.#isInString) {
      if (byte === 0x5c) this.#isEscaped = true;
      else if (byte === 0x22) this.#isInString = false;
      return;
    }
    if (byte === 0x22) this.#isInString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
    else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1;
  }
}
