/** The most that a form may hold, in bytes. */
export const LONGEST_FORM = 65_536;
/** How many that may be larger are taken in at once, of all and of one person: they are kept whole. */
const MOST_LARGE = 8;
const MOST_LARGE_EACH = 2;

/** What was sent; or why it is not taken in. */
export type Body = Buffer | 'too long' | 'busy';

/** Takes in what is sent, as much of it as may be. */
export class Bodies {
  /** By whom they are sent. */
  #large: string[] = [];

  /**
   * @param longest bytes.
   * @param who sends it: one who sends slowly keeps nobody else from it.
   */
  async read(body: AsyncIterable<Uint8Array> | null, longest: number, who: string): Promise<Body> {
    if (longest <= LONGEST_FORM) return whole(body, longest);
    const own = this.#large.filter((other) => other === who);
    if (this.#large.length >= MOST_LARGE || own.length >= MOST_LARGE_EACH) return 'busy';
    this.#large.push(who);
    try {
      return await whole(body, longest);
    } finally {
      this.#large.splice(this.#large.indexOf(who), 1);
    }
  }
}

async function whole(
  body: AsyncIterable<Uint8Array> | null,
  longest: number,
): Promise<Buffer | 'too long'> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > longest) return 'too long';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
