import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { User } from './login.ts';
import { Sessions } from './sessions.ts';

/**
 * Lets in whoever has the address that was told to one person, on a port that every user of the machine
 * reaches. The address holds 256 random bits and is good until the program ends, in any browser: it is
 * exchanged for a session, so that pages, bookmarks and what is copied from them do not hold it.
 */
export class Ticket {
  readonly #user: User;
  readonly #key = randomBytes(32).toString('base64url');
  readonly #sessions: Sessions;

  /** @param user who somebody with this address is. */
  constructor(user: User, clock: Clock) {
    this.#user = user;
    this.#sessions = new Sessions(clock);
  }

  /** The path that lets in. It is a secret. */
  get path(): string {
    return `/enter?key=${this.#key}`;
  }

  /** The token of a session; undefined where the key is wrong. */
  enter(key: string): string | undefined {
    if (!timingSafeEqual(digest(key), digest(this.#key))) return undefined;
    return this.#sessions.begin(this.#user.name);
  }

  /** Who a session belongs to. @param counts whether it is used by that. */
  userOf(token: string, counts: boolean): User | undefined {
    return this.#sessions.nameOf(token, counts) === undefined ? undefined : this.#user;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
