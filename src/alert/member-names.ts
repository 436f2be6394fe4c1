import { asciiLower } from './ascii.ts';

/** The bit that makes a letter of A–Z its lower case. */
const LOWER_CASE = 0x20;

/** Names of members that are looked for, ignoring the case of A–Z. */
export class MemberNames<Name extends string> {
  readonly #names: readonly Name[];
  readonly #byLength: readonly Spelling<Name>[][];

  /** @param names with no letter of A–Z. */
  constructor(...names: Name[]) {
    this.#names = names;
    const spellings = names.map((name) => new Spelling(name));
    const longest = Math.max(...spellings.map(({ length }) => length));
    this.#byLength = Array.from({ length: longest + 1 }, (_, length) =>
      spellings.filter((spelling) => spelling.length === length),
    );
  }

  /** The one that `bytes[start, end)` is, a text without escapes. */
  inBytes(bytes: Buffer, start: number, end: number): Name | undefined {
    const spellings = this.#byLength[end - start];
    if (spellings === undefined) return undefined;
    for (let i = 0; i < spellings.length; i += 1) {
      const spelling = spellings[i] as Spelling<Name>;
      if (spelling.standsAt(bytes, start)) return spelling.name;
    }
    return undefined;
  }

  /** The one that a text is. */
  inText(text: string): Name | undefined {
    const lower = asciiLower(text);
    return this.#names.find((name) => name === lower);
  }
}

/** The bytes of a name. */
class Spelling<Name extends string> {
  readonly name: Name;
  readonly length: number;
  readonly #bytes: Uint8Array;
  /** For each byte the bit in which another may differ from it. */
  readonly #caseBits: Uint8Array;

  constructor(name: Name) {
    this.name = name;
    this.#bytes = Buffer.from(name);
    this.length = this.#bytes.length;
    this.#caseBits = this.#bytes.map((byte) => (isLowerCase(byte) ? LOWER_CASE : 0));
  }

  standsAt(bytes: Buffer, start: number): boolean {
    for (let i = 0; i < this.length; i += 1) {
      const byte = (bytes[start + i] as number) | (this.#caseBits[i] as number);
      if (byte !== this.#bytes[i]) return false;
    }
    return true;
  }
}

function isLowerCase(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
