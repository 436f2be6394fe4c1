import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { checkPassword, NOBODYS_HASH } from './passwords.ts';
import { Patience } from './patience.ts';
import { Sessions } from './sessions.ts';
import { type ReadUsers, type Role, readUsers } from './users.ts';

/** Who looks at the console. */
export interface User {
  readonly name: string;
  readonly role: Role;
}

/** What came of an attempt to log in. */
export type LoginResult =
  | { readonly kind: 'in'; readonly token: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number };

/** Attempts that are checked at once: each takes memory and a processor. */
const MOST_AT_ONCE = 2;

/** Logs people in by a file of users, which is read again for each request that needs it. */
export class Login {
  readonly #path: string;
  readonly #log: Log;
  readonly #patience: Patience;
  readonly #sessions: Sessions;
  #checking = 0;
  #lastProblem: string | undefined;

  constructor(path: string, clock: Clock, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#patience = new Patience(clock);
    this.#sessions = new Sessions(clock);
  }

  async attempt(name: string, password: string): Promise<LoginResult> {
    const waitMs = this.#patience.waitMs(name);
    if (waitMs > 0) return { kind: 'wait', seconds: Math.ceil(waitMs / 1000) };
    if (this.#checking >= MOST_AT_ONCE) return { kind: 'wait', seconds: 1 };
    this.#checking += 1;
    // Counted before it is known: many at once must not all be free.
    this.#patience.failed(name);
    try {
      const user = this.#users().get(name);
      const isRight = await checkPassword(password, user?.hash ?? NOBODYS_HASH);
      if (!isRight || user === undefined) {
        this.#log.warn('console login failed', { who: name.slice(0, 64) });
        return { kind: 'wrong' };
      }
      this.#patience.succeeded(name);
      this.#log.info('console login', { who: user.name, role: user.role });
      return { kind: 'in', token: this.#sessions.begin(user.name) };
    } finally {
      this.#checking -= 1;
    }
  }

  /** Who a session belongs to, with the role that the file says now. */
  userOf(token: string, counts: boolean): User | undefined {
    const name = this.#sessions.nameOf(token, counts);
    const user = name === undefined ? undefined : this.#users().get(name);
    return user && { name: user.name, role: user.role };
  }

  logOut(token: string): void {
    this.#sessions.end(token);
  }

  #users(): Extract<ReadUsers, { ok: true }>['users'] {
    const read = readUsers(this.#path);
    const problem = read.ok ? undefined : read.why;
    if (problem !== undefined && problem !== this.#lastProblem) {
      this.#log.error('nobody can log in to the console', { cause: problem });
    }
    this.#lastProblem = problem;
    return read.ok ? read.users : new Map();
  }
}
