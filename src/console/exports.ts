import type { ConsoleSource } from './data.ts';
import type { Search } from './search.ts';

/** More is not written into one file: `integratord queue list --json` does. */
const MOST_DELIVERIES = 100_000;

/** Writes deliveries as lines of JSON, for one person at a time: reading them takes a processor. */
export class Exports {
  readonly #source: Pick<ConsoleSource, 'exported'>;
  #isBusy = false;

  constructor(source: Pick<ConsoleSource, 'exported'>) {
    this.#source = source;
  }

  /**
   * A stream that reads on as fast as it is taken; undefined while there is another. What ends it before its
   * time is said in its last line.
   * @param ended told once, with how many deliveries were written.
   */
  open(search: Search, ended: (count: number) => void): ReadableStream<Uint8Array> | undefined {
    if (this.#isBusy) return undefined;
    this.#isBusy = true;
    let before: number | undefined;
    let count = 0;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.#isBusy = false;
      ended(count);
    };
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const write = (text: string) => controller.enqueue(Buffer.from(text));
        try {
          // A piece is empty where nothing was found in its time.
          for (let isEmpty = true; isEmpty; ) {
            const piece = await this.#source.exported({ ...search, before });
            if (isOver) return;
            count += piece.count;
            before = piece.next;
            isEmpty = piece.text === '' && before !== undefined;
            if (piece.text !== '') write(piece.text);
          }
          if (before !== undefined && count < MOST_DELIVERIES) return;
          if (before !== undefined) write(`${JSON.stringify({ cut_before: before })}\n`);
        } catch (error) {
          if (isOver) return;
          write(`${JSON.stringify({ error: (error as Error).message })}\n`);
        }
        end();
        controller.close();
      },
      cancel: end,
    });
  }
}
