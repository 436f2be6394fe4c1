import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { type Answer, NO_ANSWER, nameFailure } from './addresses.ts';
import type { NameHostMessage, NameQuestion } from './name-host.ts';

/** When a look-up is given up: longer than any system takes that is not stuck. */
const GIVE_UP_MS = 90_000;
/** A host without anything to do ends after this. */
const IDLE_MS = 5 * 60_000;

/**
 * Starts a process that runs `serveNames`.
 * @param file the program.
 * @param threads the size of its pool; the system lets half of it resolve names. At most 1,024.
 * @param nodeOptions what Node needs to run that file.
 * @throws Error when the system refuses; other failures are events of the process.
 */
export function forkNameHost(
  file: string,
  threads: number,
  nodeOptions: readonly string[] = [],
): ChildProcess {
  return fork(file, [], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(threads) },
    execArgv: ['--max-semi-space-size=1', '--single-threaded', '--no-opt', ...nodeOptions],
    // Away from the terminal: Ctrl-C there is for the daemon.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export interface NameHostProcessOptions {
  readonly clock: Clock;
  /** Look-ups that it can do at the same time. */
  readonly capacity: number;
  /**
   * Told once when it takes no more look-ups.
   * @param how how it ended; undefined when it was ended, because it was idle or a look-up was stuck.
   * @param wasReady whether it had begun to work.
   */
  readonly onEnd: (how: string | undefined, wasReady: boolean) => void;
}

type Finish = (answer: Answer | undefined) => void;

/** A name host, seen from the daemon. */
export class NameHostProcess {
  readonly capacity: number;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #onEnd: NameHostProcessOptions['onEnd'];
  readonly #asked = new Map<number, Finish>();
  readonly #gone: Promise<void>;
  #lastId = 0;
  #isReady = false;
  /** It takes no more look-ups. */
  #isOver = false;
  #cancelIdle: () => void = () => {};

  constructor(child: ChildProcess, { clock, capacity, onEnd }: NameHostProcessOptions) {
    this.#child = child;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.capacity = capacity;
    child.on('message', (message: NameHostMessage) => this.#take(message));
    this.#gone = new Promise((resolve) => {
      const end = (how: string) => {
        this.#cancelIdle();
        this.#finishWith(how);
        for (const finish of this.#asked.values()) finish(undefined);
        resolve();
      };
      child.on('error', ({ message }) => {
        if (child.pid === undefined) end(message);
      });
      child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Look-ups that it does now. */
  get load(): number {
    return this.#asked.size;
  }

  /** Resolves a name; with undefined when the process ended before it answered. */
  resolve(name: string): Promise<Answer | undefined> {
    this.#cancelIdle();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const cancelTimer = this.#clock.after(GIVE_UP_MS, () => {
        // Its thread may be lost for ever: this process gets no more to do.
        this.#finishWith(undefined);
        finish(nameFailure(NO_ANSWER));
      });
      const finish: Finish = (answer) => {
        cancelTimer();
        this.#asked.delete(id);
        resolve(answer);
        if (this.load === 0) this.#rest();
      };
      this.#asked.set(id, finish);
      const question: NameQuestion = { id, name };
      // When it cannot be sent, the process is ending.
      if (this.#child.connected) this.#child.send(question, () => {});
    });
  }

  /** Kills it: nothing else ends a look-up. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #take(message: NameHostMessage): void {
    if (message.kind === 'ready') this.#isReady = true;
    else this.#asked.get(message.id)?.(message.answer);
  }

  #rest(): void {
    if (this.#isOver) {
      this.#child.kill('SIGKILL');
      return;
    }
    this.#cancelIdle = this.#clock.after(IDLE_MS, () => {
      this.#finishWith(undefined);
      this.#child.kill('SIGKILL');
    });
  }

  #finishWith(how: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(how, this.#isReady);
  }
}
