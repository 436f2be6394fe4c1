import { isUtf8 } from 'node:buffer';
import { escapeControls } from './ascii.ts';

/** How much is looked at together, in bytes. */
const PIECE_BYTES = 2 ** 16;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * The bytes of JSON text as every parser takes them, piece by piece: control characters, which JSON
 * forbids and the reference reads, are escaped in strings and spaces elsewhere, and what is not UTF-8
 * becomes U+FFFD. Each piece is only valid until the next one.
 */
export function* validJson(json: Buffer): Generator<Buffer> {
  const isValid = isUtf8(json);
  const hasMark = json.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const state = { inString: false, isEscaped: false };
  for (let at = hasMark ? BYTE_ORDER_MARK.length : 0; at < json.length; at += PIECE_BYTES) {
    const piece = withoutControls(json.subarray(at, at + PIECE_BYTES), state);
    yield isValid ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
  if (!isValid) yield Buffer.from(decoder.decode());
}

/** Where in JSON text a piece ends. */
interface State {
  inString: boolean;
  isEscaped: boolean;
}

/** Bytes below 0x20 are never a part of a longer character. */
function withoutControls(piece: Buffer, state: State): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < piece.length; at += 1) {
    const byte = piece[at] as number;
    if (state.isEscaped) state.isEscaped = false;
    else if (byte === BACKSLASH) state.isEscaped = state.inString;
    else if (byte === QUOTE) state.inString = !state.inString;
    if (byte >= SPACE) continue;
    const text = state.inString ? escapeControls(String.fromCharCode(byte)) : ' ';
    parts.push(piece.subarray(from, at), Buffer.from(text));
    from = at + 1;
  }
  return from === 0 ? piece : Buffer.concat([...parts, piece.subarray(from)]);
}
