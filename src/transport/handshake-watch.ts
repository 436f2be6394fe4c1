import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

/** Bytes that may come before a handshake is done. The longest certificates are a tenth of it. */
const MOST_BYTES = 256 * 1024;
/** How often to look, while handshakes are under way. What comes in between is bounded by that. */
const EVERY_MS = 10;

interface Watched {
  readonly socket: Pick<Socket, 'bytesRead'>;
  readonly limit: number;
  readonly flooded: () => void;
}

/**
 * Ends TLS handshakes in which the server sends without end: TLS allows messages that mean nothing,
 * and to read them as fast as they come would leave no time for the other lanes. The bytes are counted
 * below TLS, where no event tells of them; so one timer looks at all handshakes under way.
 */
export class HandshakeWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `flooded` once when too much has come; the returned function ends the watch. */
  watch(socket: Watched['socket'], flooded: () => void): () => void {
    const watched = { socket, limit: socket.bytesRead + MOST_BYTES, flooded };
    this.#watched.add(watched);
    this.#cancelTimer ??= this.#schedule();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    };
  }

  #schedule(): () => void {
    return this.#clock.after(EVERY_MS, () => {
      this.#cancelTimer = this.#schedule();
      for (const { socket, limit, flooded } of this.#watched) {
        if (socket.bytesRead > limit) flooded();
      }
    });
  }
}
