import type { Socket } from 'node:net';
import { CodedError } from './http-errors.ts';

/** Bytes of informational answers before the answer itself. */
const MOST_INTERIM_BYTES = 64 * 1024;
/** Head and framing of an answer, besides its body. */
const MOST_OVERHEAD = 256 * 1024;
/** Framing of a body in very small chunks. */
const FRAMING_FACTOR = 8;

/** `HTTP/1.1 1xx`, up to the last digit of the status. 101 is no interim answer. */
const INTERIM = /^HTTP\/1\.\d 1(?!01)\d\d/;
const STATUS_END = 12;
const HEAD_END = Buffer.from('\r\n\r\n');
const DIGIT_1 = 0x31;

/**
 * Reads a connection for the HTTP library. It leaves out informational answers (RFC 9110, 15.2), which
 * a server may send unasked, and of which the library takes a `100 Continue` for an error. And it ends
 * a connection on which too much comes for one answer, however it is framed.
 */
export class AnswerGuard {
  readonly #socket: Socket;
  readonly #read: () => Buffer | null;
  /** What has come of an answer whose status is not known yet; undefined once it is. */
  #start: Buffer | undefined;
  #interimBytes = 0;
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#read = socket.read.bind(socket) as () => Buffer | null;
    socket.read = () => this.#next();
  }

  /** A request is sent next. @param bodyCap bytes of the answer's body that are of interest */
  expectAnswer(bodyCap: number): void {
    this.#start = NOTHING;
    this.#interimBytes = 0;
    this.#bytesLeft = MOST_OVERHEAD + FRAMING_FACTOR * bodyCap;
  }

  #next(): Buffer | null {
    for (;;) {
      const chunk = this.#read();
      if (chunk === null) return null;
      this.#bytesLeft -= chunk.length;
      if (this.#bytesLeft < 0) return this.#flooded();
      if (this.#start === undefined) return chunk;
      const answer = this.#withoutInterim(chunk);
      if (answer === 'flood') return this.#flooded();
      if (answer !== undefined) return answer;
    }
  }

  /** The beginning of the answer itself; undefined where more must come first. */
  #withoutInterim(chunk: Buffer): Buffer | 'flood' | undefined {
    const held = this.#start ?? NOTHING;
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (bytes.length >= STATUS_END) {
      if (
        bytes[STATUS_END - 3] !== DIGIT_1 ||
        !INTERIM.test(bytes.toString('latin1', 0, STATUS_END))
      ) {
        this.#start = undefined;
        return bytes;
      }
      const end = bytes.indexOf(HEAD_END);
      if (end === -1) break;
      const length = end + HEAD_END.length;
      this.#interimBytes += length;
      bytes = bytes.subarray(length);
    }
    this.#start = bytes;
    return this.#interimBytes + bytes.length > MOST_INTERIM_BYTES ? 'flood' : undefined;
  }

  #flooded(): null {
    this.#socket.destroy(new CodedError('ANSWER_FLOOD'));
    return null;
  }
}

const NOTHING = Buffer.alloc(0);
