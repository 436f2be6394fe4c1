/**
 * Finds the ends of comments. In this dialect a comment begins with `<!`, whatever follows, and
 * ends with the first `-->` or `!>`, whichever it began with.
 */
export class Comments {
  readonly #text: string;
  /** The next offset of each ending, cached so that no text is searched twice. */
  readonly #next = { '-->': -1, '!>': -1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the comment that begins at an offset ends, or undefined when it never ends. */
  end(offset: number): { readonly end: number; readonly closer: '-->' | '!>' } | undefined {
    const long = this.#find('-->', offset + 2);
    const short = this.#find('!>', offset + 2);
    if (long === Infinity && short === Infinity) return undefined;
    return long < short ? { end: long + 3, closer: '-->' } : { end: short + 2, closer: '!>' };
  }

  /** The next offset of an ending, from an offset on. Offsets only grow from call to call. */
  #find(closer: '-->' | '!>', from: number): number {
    if (this.#next[closer] < from) {
      const found = this.#text.indexOf(closer, from);
      this.#next[closer] = found === -1 ? Infinity : found;
    }
    return this.#next[closer];
  }
}
