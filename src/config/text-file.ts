import { isUtf8 } from 'node:buffer';
import type { FileContent, Files } from './files.ts';

/** A text that was read, or why it could not be. */
export type TextFile =
  | {
      readonly ok: true;
      /** Without a byte order mark. */
      readonly text: string;
      /** The offset of the first bytes that are not UTF-8; they are read as U+FFFD. */
      readonly invalidOffset: number | undefined;
    }
  | { readonly ok: false; readonly reason: 'missing' | 'unusable'; readonly message: string };

/** How many of the first bytes decide whether a file is text. */
const SAMPLE = 65_536;

/** Reads a text file of at most the given number of bytes. Never throws. */
export function readTextFile(files: Files, path: string, longest: number): TextFile {
  const content = files.read(path, { bytes: longest });
  if (!content.ok) {
    const reason = content.reason === 'missing' ? 'missing' : 'unusable';
    return { ok: false, reason, message: `this file ${content.message}` };
  }
  const trouble = whyNoText(content);
  if (trouble !== undefined) return { ok: false, reason: 'unusable', message: trouble };
  if (content.truncated) {
    const message = `this file is longer than ${longest} bytes: is it the right one?`;
    return { ok: false, reason: 'unusable', message };
  }
  const text = content.bytes.toString('utf8').replace(/^\uFEFF/, '');
  const invalidOffset = isUtf8(content.bytes) ? undefined : text.indexOf('\uFFFD');
  return { ok: true, text, invalidOffset };
}

function whyNoText({ bytes }: Extract<FileContent, { ok: true }>): string | undefined {
  const sample = bytes.subarray(0, SAMPLE);
  if (looksLikeUtf16(sample)) return 'this file is saved as UTF-16: save it as UTF-8';
  const text = sample.toString('utf8');
  let strange = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (isStrange(text.charCodeAt(at))) strange += 1;
  }
  // Text may contain a few such bytes by accident; a program or an archive is full of them.
  if (strange * 10 <= text.length) return undefined;
  return 'this is a binary file, not text: is it the right one?';
}

function looksLikeUtf16(bytes: Buffer): boolean {
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  // Without a byte order mark: a letter and a NUL, or a NUL and a letter, twice.
  return (
    (!!first && second === 0 && !!third && fourth === 0) ||
    (first === 0 && !!second && third === 0 && !!fourth)
  );
}

/** Control characters that text never has, and the replacement for bytes that are not UTF-8. */
function isStrange(unit: number): boolean {
  if (unit === 0xfffd || unit === 0x7f) return true;
  return unit < 0x20 && !(unit >= 0x08 && unit <= 0x0d) && unit !== 0x1b;
}
