import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';

/** How long a session lasts, and how long one that nobody uses. */
const LONGEST_MS = 8 * 3_600_000;
const IDLE_MS = 3_600_000;
const MOST_SESSIONS = 100;

interface Session {
  readonly name: string;
  readonly begun: number;
  used: number;
}

/** Who is logged in. In memory only: a restart logs all out. Tokens are kept as hashes. */
export class Sessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins a session. Returns its token. */
  begin(name: string): string {
    const now = this.#clock.monotonic();
    for (const [key, session] of this.#sessions) {
      if (this.#isOver(session, now)) this.#sessions.delete(key);
    }
    const oldest = this.#sessions.size >= MOST_SESSIONS ? [...this.#sessions.keys()][0] : undefined;
    if (oldest !== undefined) this.#sessions.delete(oldest);
    const token = randomBytes(32).toString('base64url');
    this.#sessions.set(keyOf(token), { name, begun: now, used: now });
    return token;
  }

  /** Whose session it is; undefined where there is none. @param counts whether it is used by that. */
  nameOf(token: string, counts: boolean): string | undefined {
    const key = keyOf(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    const now = this.#clock.monotonic();
    if (this.#isOver(session, now)) {
      this.#sessions.delete(key);
      return undefined;
    }
    if (counts) session.used = now;
    return session.name;
  }

  end(token: string): void {
    this.#sessions.delete(keyOf(token));
  }

  #isOver({ begun, used }: Session, now: number): boolean {
    return now - begun > LONGEST_MS || now - used > IDLE_MS;
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
