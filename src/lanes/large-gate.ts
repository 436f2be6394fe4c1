import type { Clock } from '../core/clock.ts';

/** Alerts of more bytes are delivered one at a time in each lane, so that few lie on the disk. */
const ALONE_BYTES = 2 ** 20;
/** No work in memory takes this long. */
const LONGEST_HOLD_MS = 30_000;

/** The place of one large alert in memory. */
export interface GatePass {
  /** It is out of memory: the next one may come in. It still counts as its lane's. */
  leaveMemory(): void;
  /** Its attempt is over. To be called whatever happens. */
  end(): void;
}

interface Waiting {
  readonly lane: number;
  readonly bytes: number;
  readonly isAlone: boolean;
  readonly admit: (pass: GatePass | undefined) => void;
}

/**
 * Lets one large alert of all lanes into memory at a time. The place is held while a message is made,
 * never while a service or a script works on it, so that one which hangs costs the others nothing. The
 * lanes take turns; in a lane, alerts come in the order in which they asked. Small alerts do not ask.
 */
export class LargeGate {
  readonly #clock: Clock;
  readonly #onLeft: (bytes: number) => void;
  /** What waits, by lane. */
  readonly #queues = new Map<number, Waiting[]>();
  /** Lanes that are delivering an alert which goes alone. */
  readonly #busy = new Set<number>();
  readonly #lastTurn = new Map<number, number>();
  #turns = 0;
  #isTaken = false;

  /** @param onLeft told the size of one that has left the memory, before the next comes in. */
  constructor(clock: Clock, onLeft: (bytes: number) => void = () => {}) {
    this.#clock = clock;
    this.#onLeft = onLeft;
  }

  /** Waits for the place. Resolves with undefined when the signal aborts before that. */
  enter(lane: number, bytes: number, signal: AbortSignal): Promise<GatePass | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const give = () => {
        this.#remove(waiting);
        resolve(undefined);
      };
      const admit = (pass: GatePass | undefined) => {
        signal.removeEventListener('abort', give);
        resolve(pass);
      };
      const waiting: Waiting = { lane, bytes, isAlone: bytes > ALONE_BYTES, admit };
      signal.addEventListener('abort', give, { once: true });
      const queue = this.#queues.get(lane);
      if (queue === undefined) this.#queues.set(lane, [waiting]);
      else queue.push(waiting);
      this.#next();
    });
  }

  #next(): void {
    if (this.#isTaken) return;
    const lane = this.#nextLane();
    const queue = lane === undefined ? undefined : this.#queues.get(lane);
    const first = queue?.shift();
    if (lane === undefined || first === undefined) return;
    if (queue?.length === 0) this.#queues.delete(lane);
    this.#turns += 1;
    this.#lastTurn.set(lane, this.#turns);
    this.#isTaken = true;
    if (first.isAlone) this.#busy.add(lane);
    first.admit(this.#pass(first));
  }

  /** Of the lanes whose first alert may come in, the one that has not had a turn for longest. */
  #nextLane(): number | undefined {
    let next: number | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [lane, [first]] of this.#queues) {
      if (first?.isAlone === true && this.#busy.has(lane)) continue;
      const turn = this.#lastTurn.get(lane) ?? 0;
      if (turn < oldest) [next, oldest] = [lane, turn];
    }
    return next;
  }

  #pass({ lane, bytes, isAlone }: Waiting): GatePass {
    let isInMemory = true;
    let isOver = false;
    const leaveMemory = () => {
      if (!isInMemory) return;
      isInMemory = false;
      cancelTimer();
      // Not at once: what called this still holds it.
      this.#clock.after(0, () => {
        this.#onLeft(bytes);
        this.#isTaken = false;
        this.#next();
      });
    };
    const cancelTimer = this.#clock.after(LONGEST_HOLD_MS, leaveMemory);
    return {
      leaveMemory,
      end: () => {
        if (isOver) return;
        isOver = true;
        if (isAlone) this.#busy.delete(lane);
        leaveMemory();
        this.#next();
      },
    };
  }

  #remove(waiting: Waiting): void {
    const queue = this.#queues.get(waiting.lane);
    const at = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || at === -1) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(waiting.lane);
  }
}
