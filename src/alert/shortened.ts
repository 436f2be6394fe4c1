const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const SPACE = 0x20;

/**
 * The text of a JSON document with every string cut to at most `longest` bytes. Undefined when it
 * has more than `most` bytes even so. The document must be valid, but for control characters.
 */
export function shortened(json: Buffer, longest: number, most: number): string | undefined {
  const out = Buffer.allocUnsafe(most + longest + 16);
  let length = 0;
  for (let at = 0; at < json.length; ) {
    if (length > most) return undefined;
    const byte = json[at] as number;
    if (byte !== QUOTE) {
      if (byte > SPACE) {
        out[length] = byte;
        length += 1;
      }
      at += 1;
      continue;
    }
    const { cutAt, end } = stringAt(json, at, longest);
    length += json.copy(out, length, at, cutAt);
    out[length] = QUOTE;
    length += 1;
    at = end;
  }
  if (length > most) return undefined;
  return out
    .toString('utf8', 0, length)
    .replace(/[\u0000-\u001f]/g, ' ')
    .replace(/^\uFEFF/, '');
}

/** Where a string is to be cut, before its closing quote at the latest, and where it ends. */
function stringAt(json: Buffer, start: number, longest: number): { cutAt: number; end: number } {
  const limit = start + 1 + longest;
  let cutAt = start + 1;
  for (let at = start + 1; ; ) {
    if (at <= limit) cutAt = at;
    const byte = json[at];
    if (byte === undefined || byte === QUOTE) return { cutAt, end: at + 1 };
    if (byte === BACKSLASH) at += json[at + 1] === SMALL_U ? 6 : 2;
    else {
      at += 1;
      // A character of several bytes stays whole.
      while (((json[at] ?? 0) & 0xc0) === 0x80) at += 1;
    }
  }
}
