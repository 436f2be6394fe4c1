import type { DeliveryContext, Destination, Job, Plan } from '../../src/core/destination.ts';
import { NO_SETTINGS } from '../../src/core/destination-settings.ts';
import type { Outcome } from '../../src/core/outcome.ts';

/** One attempt that a {@link FakeDestination} saw. */
export interface SeenAttempt {
  readonly job: Job;
  /** The alert's bytes as text. */
  readonly raw: string;
  /** When it began, by the clock that the attempt was given. */
  readonly at: number;
}

/** What becomes of an attempt: an outcome, or a function that decides, waits or throws. */
export type Script = Outcome | ((job: Job, context: DeliveryContext) => Outcome | Promise<Outcome>);

export const DELIVERED: Outcome = { kind: 'delivered', status: 200 };
export const SERVER_ERROR: Outcome = { kind: 'retry', reason: 'server_error', status: 503 };
export const GONE: Outcome = { kind: 'park', reason: 'auth', status: 403, message: 'bad key' };

/**
 * A destination whose outcomes a test scripts: first those given to {@link script}, one per attempt,
 * and after them always {@link otherwise}.
 */
export class FakeDestination implements Destination {
  readonly name = 'fake';
  readonly title = 'Fake';
  readonly settings = NO_SETTINGS;
  readonly concurrency: number;
  readonly attempts: SeenAttempt[] = [];
  /** What every attempt without a script of its own leads to. */
  otherwise: Script = DELIVERED;
  #scripts: Script[] = [];
  #inFlight = 0;
  #mostInFlight = 0;

  constructor(concurrency = 1) {
    this.concurrency = concurrency;
  }

  /** Scripts the next attempts. */
  script(...scripts: Script[]): this {
    this.#scripts.push(...scripts);
    return this;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** The largest number of attempts that ever ran at the same time. */
  get mostInFlight(): number {
    return this.#mostInFlight;
  }

  /** The alerts of all attempts, in their order. */
  get raws(): string[] {
    return this.attempts.map((attempt) => attempt.raw);
  }

  plan(): Plan {
    return { kind: 'requests', requests: [] };
  }

  async deliver(job: Job, context: DeliveryContext): Promise<Outcome> {
    this.attempts.push({ job, raw: job.alert.raw.toString('utf8'), at: context.clock.now() });
    const script = this.#scripts.shift() ?? this.otherwise;
    this.#inFlight += 1;
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
    try {
      return typeof script === 'function' ? await script(job, context) : script;
    } finally {
      this.#inFlight -= 1;
    }
  }
}

/** Attempts that hang until the test lets them end, in the order in which they began. */
export class Gate {
  readonly #waiting: ((outcome: Outcome) => void)[] = [];

  /** A script that hangs, also when it is told to break off. */
  readonly hang = (): Promise<Outcome> =>
    new Promise((resolve) => {
      this.#waiting.push(resolve);
    });

  /** A script that hangs until it is told to break off, and then says that it was cut short. */
  readonly hangUntilAborted = (_job: Job, { signal }: DeliveryContext): Promise<Outcome> =>
    new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => {
        resolve({ kind: 'retry', reason: 'timeout', message: 'broken off' });
      });
    });

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Ends the attempt that has hung the longest. */
  release(outcome: Outcome = DELIVERED): void {
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error('nothing hangs');
    next(outcome);
  }
}
