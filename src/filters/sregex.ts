import { asciiLower } from '../alert/ascii.ts';

/**
 * The reference's simple pattern language (sregex, OS_Match): case-insensitive text to be found
 * anywhere, alternatives divided by `|`, `^` and `$` to anchor an alternative, `!` in front to
 * negate the whole. There are no escapes and no other special characters.
 */
export interface Sregex {
  /** The alternatives as the reference shows them: lower case, without anchors and negation. */
  readonly subpatterns: readonly string[];
  matches(text: string): boolean;
}

/** The reference refuses longer patterns. */
export const LONGEST_SREGEX = 20_480;

/**
 * Compiles a pattern. Both sides are compared as UTF-8 bytes, folding ASCII letters only, with one
 * quirk of the reference: where an alternative has no anchor, it also folds the bytes C1 to DA of
 * the text, but not of the pattern, as if they were Latin-1 capitals. Most Latin, Greek and Cyrillic
 * letters begin with one of them in UTF-8, so an unanchored alternative that holds such a letter
 * finds nothing there, and finds nothing here ({@link neverFound} tells).
 */
export function compileSregex(pattern: string): Sregex {
  const negated = pattern.startsWith('!');
  const alternatives = asciiLower(negated ? pattern.slice(1) : pattern)
    .split('|')
    .map(parse);
  return {
    subpatterns: alternatives.map((alternative) => alternative.text),
    matches(text) {
      const subject = new Subject(text);
      return alternatives.some((alternative) => finds(alternative, subject)) !== negated;
    },
  };
}

/** True when an alternative holds a letter that the reference can never find. */
export function neverFound(pattern: string): boolean {
  return asciiLower(pattern.replace(/^!/, ''))
    .split('|')
    .map(parse)
    .some(({ bytes, atStart, atEnd }) => !atStart && !atEnd && /[\u00c1-\u00da]/.test(bytes));
}

interface Alternative {
  /** Lower case, without anchors. */
  readonly text: string;
  /** The same as UTF-8 bytes. */
  readonly bytes: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

function parse(alternative: string): Alternative {
  const atStart = alternative.startsWith('^');
  const rest = atStart ? alternative.slice(1) : alternative;
  const atEnd = rest.endsWith('$');
  const text = atEnd ? rest.slice(0, -1) : rest;
  return { text, bytes: utf8Bytes(text), atStart, atEnd };
}

function finds({ bytes, atStart, atEnd }: Alternative, subject: Subject): boolean {
  if (atStart && atEnd) return subject.lower === bytes;
  if (atStart) return subject.lower.startsWith(bytes);
  if (atEnd) return subject.lower.endsWith(bytes);
  return subject.folded.includes(bytes);
}

/** A text to be searched, in the two ways in which the reference folds it. */
class Subject {
  readonly lower: string;
  readonly folded: string;

  constructor(text: string) {
    const ascii = asciiLower(text);
    this.lower = utf8Bytes(ascii);
    this.folded = this.lower === ascii ? ascii : foldLatin1(this.lower);
  }
}

function foldLatin1(bytes: string): string {
  return bytes.replace(/[\u00c1-\u00da]/g, (byte) =>
    String.fromCharCode(byte.charCodeAt(0) + 0x20),
  );
}

/** The UTF-8 bytes of a text, one character each; ASCII stays as it is. */
function utf8Bytes(text: string): string {
  return /^[\u0001-\u007f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
