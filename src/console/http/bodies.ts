/** The most that a form may hold, in bytes. */
export const LONGEST_FORM = 65_536;
/** How many that may be larger are taken in at once: they are kept whole. */
const MOST_LARGE = 4;

/** What was sent; or why it is not taken in. */
export type Body = Buffer | 'too long' | 'busy';

/** Takes in what is sent, as much of it as may be. */
export class Bodies {
  #large = 0;

  /** @param longest bytes. */
  async read(body: AsyncIterable<Uint8Array> | null, longest: number): Promise<Body> {
    if (longest <= LONGEST_FORM) return whole(body, longest);
    if (this.#large >= MOST_LARGE) return 'busy';
    this.#large += 1;
    try {
      return await whole(body, longest);
    } finally {
      this.#large -= 1;
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
