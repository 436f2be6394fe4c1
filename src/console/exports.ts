import type { Clock } from '../core/clock.ts';
import type { ConsoleSource } from './data.ts';
import type { Search } from './search.ts';

/** More is not written into one file: `integratord queue list --json` does. */
const MOST_DELIVERIES = 100_000;
/** Who takes nothing for so long lets others export. */
const LONGEST_SILENCE_MS = 30_000;

/** Writes deliveries as lines of JSON, for one person at a time: reading them takes a processor. */
export class Exports {
  readonly #source: Pick<ConsoleSource, 'exported'>;
  readonly #clock: Pick<Clock, 'after'>;
  #isBusy = false;

  constructor(source: Pick<ConsoleSource, 'exported'>, clock: Pick<Clock, 'after'>) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * A stream that reads on as fast as it is taken; undefined while there is another. What ends it before its
   * time is said in its last line.
   * @param isStillIn asked before each piece: who was logged out gets no more.
   * @param ended told once, with how many deliveries were written.
   */
  open(
    search: Search,
    isStillIn: () => boolean,
    ended: (count: number) => void,
  ): ReadableStream<Uint8Array> | undefined {
    if (this.#isBusy) return undefined;
    this.#isBusy = true;
    let before: number | undefined;
    let count = 0;
    let isOver = false;
    let callOff = () => {};
    const end = () => {
      callOff();
      if (isOver) return;
      isOver = true;
      this.#isBusy = false;
      ended(count);
    };
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        callOff();
        const write = (text: string) => controller.enqueue(Buffer.from(text));
        const leave = (why: string) => {
          end();
          controller.error(new Error(why));
        };
        try {
          // A piece is empty where nothing was found in its time.
          for (let isEmpty = true; isEmpty; ) {
            if (!isStillIn()) return leave('who asked is logged out');
            const piece = await this.#source.exported({ ...search, before });
            if (isOver) return;
            count += piece.count;
            before = piece.next;
            isEmpty = piece.text === '' && before !== undefined;
            if (piece.text !== '') write(piece.text);
          }
          if (before !== undefined && count < MOST_DELIVERIES) {
            callOff = this.#clock.after(LONGEST_SILENCE_MS, () => leave('nobody takes it'));
            return;
          }
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
