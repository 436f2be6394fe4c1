import { ADDRCONFIG, lookup } from 'node:dns';
import { type Address, type Answer, nameFailure } from './addresses.ts';

/**
 * Asks the system, as everything else on this machine does: `getaddrinfo`, with all that it is
 * configured to use. It takes a thread of the pool until the system answers, and cannot be stopped.
 */
export function systemLookup(name: string): Promise<Answer> {
  return new Promise((resolve) => {
    lookup(name, { all: true, verbatim: true, hints: ADDRCONFIG }, (error, found) => {
      if (error === null && found.length > 0) {
        resolve({ ok: true, addresses: found as Address[] });
      } else {
        resolve(nameFailure(error?.code ?? 'ENOTFOUND'));
      }
    });
  });
}

/**
 * Look-ups in this process, for when no name host starts. They share the threads that read files, so
 * they are few at a time: the others wait.
 */
export class SystemLookups {
  readonly #most: number;
  readonly #ask: (name: string) => Promise<Answer>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most = 2, ask = systemLookup) {
    this.#most = most;
    this.#ask = ask;
  }

  async resolve(name: string): Promise<Answer> {
    if (this.#running < this.#most) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const answer = await this.#ask(name);
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
    return answer;
  }
}
