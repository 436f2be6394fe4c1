import type { Clock } from '../../core/clock.ts';

const LEAST_BYTES = 2 ** 20;
/** The most to read at a time. */
export const MOST_BYTES = 2 ** 22;
/** Work on one piece that takes no longer than this may as well be more. */
const SHORT_MS = 5;
/** If processing takes longer than this, deliveries wait too long. */
const LONG_MS = 20;

/**
 * How much to read at a time. Each read costs some trips to the file system, so while there is
 * more, it grows as long as processing is fast: when few alerts match an
 * integration.
 */
export class ChunkSizer {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #longest: number;
  #bytes: number;
  #since: number | undefined;

  /** @param longest more is never read at a time. */
  constructor(clock: Pick<Clock, 'monotonic'>, longest: number) {
    this.#clock = clock;
    this.#longest = longest;
    this.#bytes = Math.min(LEAST_BYTES, longest);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The work on what was read begins. */
  begin(): void {
    this.#since = this.#clock.monotonic();
  }

  /** More is asked for: the work is done. */
  end(): void {
    if (this.#since === undefined) return;
    const took = this.#clock.monotonic() - this.#since;
    this.#since = undefined;
    if (took <= SHORT_MS) this.#set(2 * this.#bytes);
    else if (took > LONG_MS) this.#set(this.#bytes / 2);
  }

  /** Nothing more is there for now. */
  rest(): void {
    this.#set(LEAST_BYTES);
  }

  #set(bytes: number): void {
    this.#bytes = Math.min(Math.max(bytes, LEAST_BYTES), MOST_BYTES, this.#longest);
  }
}
