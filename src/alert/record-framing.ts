/**
 * Where one alert ends and the next begins. In alerts.json every line is one. In the text alerts.log
 * an alert begins with its header, `** Alert 1470394217.1024: - groups`, and ends with its blank line,
 * or before the next header when that is missing. Which of both a file is, its first bytes tell.
 */

const HEADER = Buffer.from('** Alert ');
const HEADER_ON_NEW_LINE = Buffer.from('\n** Alert ');
const BLANK_LINE = Buffer.from('\n\n');
const NEWLINE = 0x0a;
const STAR = 0x2a;

/** True when a file that begins with these bytes is a text alerts.log. */
export function isTextLog(head: Buffer): boolean {
  let at = 0;
  while (head[at] === NEWLINE) at += 1;
  return beginsText(head, at);
}

/** True when a header of a text alert stands at a place. */
export function beginsText(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== STAR) return false;
  return bytes.subarray(at, at + HEADER.length).equals(HEADER);
}

/** How many first bytes of a text log are whole alerts: what follows them may still be written to. */
export function endOfWholeAlerts(bytes: Buffer): number {
  const lines = bytes.lastIndexOf(NEWLINE) + 1;
  const header = lastHeader(bytes.subarray(0, lines));
  if (header === undefined) return lines;
  const blank = bytes.indexOf(BLANK_LINE, header);
  return blank !== -1 && blank + BLANK_LINE.length <= lines ? lines : header;
}

/** Where the last header of a text alert stands; undefined when there is none. */
function lastHeader(bytes: Buffer): number | undefined {
  let found = bytes.lastIndexOf(HEADER_ON_NEW_LINE);
  while (found !== -1) {
    if (isHeader(bytes, found + 1)) return found + 1;
    found = found === 0 ? -1 : bytes.lastIndexOf(HEADER_ON_NEW_LINE, found - 1);
  }
  return beginsText(bytes, 0) ? 0 : undefined;
}

/** Where the next header after a place stands; the end when there is none. */
function nextHeader(bytes: Buffer, from: number): number {
  let found = bytes.indexOf(HEADER_ON_NEW_LINE, from);
  while (found !== -1 && !isHeader(bytes, found + 1)) {
    found = bytes.indexOf(HEADER_ON_NEW_LINE, found + 1);
  }
  return found === -1 ? bytes.length : found;
}

/** Longer than any: it holds the groups of one rule. */
const LONGEST_HEADER = 4096;

/** True for a whole header: a line of a log that only begins like one is not. */
function isHeader(bytes: Buffer, at: number): boolean {
  const line = bytes.toString('latin1', at, Math.min(bytes.length, at + LONGEST_HEADER));
  return /^\*\* Alert \d{1,11}\.\d{1,19}:[^\n]* - [^\n]*\n/.test(line);
}

/** The end of the record that begins at a place, and where the next one begins. */
export interface RecordEnd {
  readonly end: number;
  readonly next: number;
}

/** Finds the end of a record: of a text alert, or of a line. */
export function recordAt(bytes: Buffer, start: number): RecordEnd {
  if (!beginsText(bytes, start)) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    return { end, next: end + 1 };
  }
  const limit = nextHeader(bytes, start);
  const blank = bytes.subarray(start, limit).indexOf(BLANK_LINE);
  let end = blank === -1 ? limit : start + blank;
  let next = end;
  while (bytes[next] === NEWLINE) next += 1;
  while (end > start && bytes[end - 1] === NEWLINE) end -= 1;
  return { end, next };
}
