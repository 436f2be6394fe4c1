import { createRequire } from 'node:module';
import type * as UnixSocket from 'node-unix-socket';
import type { Clock } from '../core/clock.ts';
import type { DatagramResult, DatagramSender } from '../core/datagram.ts';

const require = createRequire(import.meta.url);
/** Loaded with the first datagram: only enrichments send any. */
const unixSocket = () => require('node-unix-socket') as typeof UnixSocket;
type DgramSocket = UnixSocket.DgramSocket;

/**
 * Sends datagrams to AF_UNIX sockets, which Node itself cannot. While the receiver's queue is full,
 * the library waits for room; what has waited for too long is taken back by closing the socket.
 */
export class UnixDatagrams implements DatagramSender {
  readonly #clock: Clock;
  #socket: DgramSocket | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(
    path: string,
    datagram: Buffer,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<DatagramResult> {
    return new Promise((resolve) => {
      const settle = (result: DatagramResult) => {
        cancel();
        signal.removeEventListener('abort', takeBack);
        resolve(result);
      };
      const takeBack = () => {
        this.close();
        settle({
          ok: false,
          reason: 'full',
          message: `${path} accepts no more: its queue is full`,
        });
      };
      const cancel = this.#clock.after(timeoutMs, takeBack);
      signal.addEventListener('abort', takeBack, { once: true });
      if (signal.aborted) {
        takeBack();
        return;
      }
      try {
        this.#open().sendTo(datagram, 0, datagram.length, path, (error) => {
          settle(error === undefined || error === null ? { ok: true } : failure(path, error));
        });
      } catch (error) {
        settle(failure(path, error as Error));
      }
    });
  }

  /** Closes the socket; datagrams that still wait are not sent. */
  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #open(): DgramSocket {
    if (this.#socket === undefined) {
      this.#socket = new (unixSocket().DgramSocket)();
      // Errors of a single datagram come to its callback; without a listener they would be thrown.
      this.#socket.on('error', () => undefined);
    }
    return this.#socket;
  }
}

/** The library gives the system's words only. */
function failure(path: string, { message }: Error): DatagramResult {
  if (/message too long/i.test(message)) {
    return { ok: false, reason: 'too large', message: `the event is too large for ${path}` };
  }
  if (/no such file|refused|permission denied|not a socket|wrong type/i.test(message)) {
    const what = `${path} cannot be reached: ${message.toLowerCase()}`;
    return { ok: false, reason: 'unreachable', message: what };
  }
  return { ok: false, reason: 'failed', message: `sending to ${path} failed: ${message}` };
}

/**
 * Receives datagrams at a path, as the manager does. Returns a function that ends it.
 * @throws when the path cannot be bound.
 */
export function receiveDatagrams(path: string, received: (datagram: Buffer) => void): () => void {
  const socket = new (unixSocket().DgramSocket)();
  socket.on('data', received);
  socket.on('error', () => undefined);
  socket.bind(path);
  return () => socket.close();
}
