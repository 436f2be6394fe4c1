import { asciiLower } from './ascii.ts';

/** Names of members that are looked for, ignoring the case of A–Z. */
export class MemberNames<Name extends string> {
  readonly #names: readonly Name[];
  readonly #byLength: readonly Name[][];

  /** @param names in lower case, letters only. */
  constructor(...names: Name[]) {
    this.#names = names;
    const longest = Math.max(...names.map((name) => name.length));
    this.#byLength = Array.from({ length: longest + 1 }, (_, length) =>
      names.filter((name) => name.length === length),
    );
  }

  /** The one that `bytes[start, end)` is, a text without escapes. */
  inBytes(bytes: Buffer, start: number, end: number): Name | undefined {
    return this.#byLength[end - start]?.find((name) => isName(name, bytes, start));
  }

  /** The one that a text is. */
  inText(text: string): Name | undefined {
    const lower = asciiLower(text);
    return this.#names.find((name) => name === lower);
  }
}

function isName(name: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < name.length; i += 1) {
    // The same letter in lower case: no other byte becomes one by this.
    if (((bytes[start + i] as number) | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}
