import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { startHelper } from './helper.ts';
import type { Answer, JobArguments, JobName, JobResult, Question } from './protocol.ts';

/** Why a question had no answer, in words for people. */
export class ReaderError extends Error {}

/** How many questions wait for the one before: whoever comes then is told to come again. */
const MOST_WAITING = 16;
/**
 * A helper that nobody asks anything lets go of its memory, and of the files of the outbox. Whoever reads a page
 * for a while does not wait for another one to start.
 */
const IDLE_MS = 60_000;

/** On a busy machine it takes long until a helper has started; its first answer may take so much longer. */
const START_MS = 5000;

export interface ReaderParts {
  /** The program of the helper, and its arguments. */
  readonly program: URL;
  readonly args: readonly string[];
  readonly clock: Clock;
  /** How long an answer may take. The helper is ended after that. */
  readonly limitMs: number;
  /** Why the outbox must be left alone now; undefined where it need not. */
  readonly obstacle: () => string | undefined;
}

interface Waiting {
  readonly question: Question;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Asks a process of its own about the outbox, one question at a time: reading a million rows must not keep
 * the lanes waiting. It starts with the first question. A thread would not do: one that is ended within a
 * call of the database takes the daemon with it.
 */
export class Reader {
  readonly #parts: ReaderParts;
  #helper: ChildProcess | undefined;
  #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #cancel: (() => void) | undefined;
  #lastId = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Rejects with a {@link ReaderError}. */
  ask<Name extends JobName>(name: Name, ...args: JobArguments<Name>): Promise<JobResult<Name>> {
    const obstacle = this.#parts.obstacle();
    if (obstacle !== undefined) {
      this.release();
      return Promise.reject(new ReaderError(obstacle));
    }
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(new ReaderError('too many questions at once: try again in a moment'));
    }
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const question: Question = { id: this.#lastId, name, args };
      const done = resolve as (value: unknown) => void;
      this.#waiting.push({ question, resolve: done, reject });
      this.#next();
    });
  }

  /** Lets go of the outbox at once. What is being asked fails. */
  release(why = 'the outbox cannot be read at the moment'): void {
    const helper = this.#helper;
    this.#helper = undefined;
    this.#cancel?.();
    this.#fail(new ReaderError(why));
    helper?.kill('SIGKILL');
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#cancel?.();
    this.#current = this.#waiting.shift();
    const { clock, limitMs } = this.#parts;
    if (this.#current === undefined) {
      this.#cancel = clock.after(IDLE_MS, () => this.release());
      return;
    }
    const isFirst = this.#helper === undefined;
    this.#cancel = clock.after(limitMs + (isFirst ? START_MS : 0), () => {
      this.release('this takes too long: ask for less');
      this.#next();
    });
    this.#started().send(this.#current.question);
  }

  #started(): ChildProcess {
    if (this.#helper !== undefined) return this.#helper;
    const { program, args } = this.#parts;
    const helper = startHelper(program, args);
    helper.on('message', (answer: Answer) => {
      if (helper !== this.#helper || answer.id !== this.#current?.question.id) return;
      const { resolve, reject } = this.#current;
      this.#current = undefined;
      if ('error' in answer) reject(new ReaderError(answer.error));
      else resolve(answer.value);
      this.#next();
    });
    const onEnd = () => {
      if (this.#helper !== helper) return;
      this.#helper = undefined;
      this.#fail(new ReaderError('the process that reads the outbox ended'));
      this.#next();
    };
    helper.on('error', onEnd);
    helper.on('exit', onEnd);
    this.#helper = helper;
    return helper;
  }

  #fail(error: Error): void {
    const current = this.#current;
    this.#current = undefined;
    current?.reject(error);
  }
}
