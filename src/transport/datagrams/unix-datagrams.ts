import { constants } from 'node:os';
import type { Clock } from '../../core/clock.ts';
import type { DatagramResult, DatagramSender } from '../../core/datagram.ts';
import { DatagramSocket, systemErrorText } from './datagram-socket.ts';
import { type Attempt, WaitingLine } from './waiting-line.ts';

const { EACCES, EAGAIN, ECONNREFUSED, EMSGSIZE, ENOBUFS, ENOENT, ENOTSOCK, EPROTOTYPE } =
  constants.errno;
/** The receiver's queue is full, or the system has no memory for it: that passes. */
const NO_ROOM = new Set([EAGAIN, ENOBUFS]);
/** Nobody receives there. */
const NOBODY = new Set([EACCES, ECONNREFUSED, ENOENT, ENOTSOCK, EPROTOTYPE]);

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends datagrams to AF_UNIX sockets, which Node itself cannot. While the receiver's queue is full they
 * wait for room, in the order in which they came.
 */
export class UnixDatagrams implements DatagramSender {
  readonly #clock: Clock;
  #socket: DatagramSocket | undefined;
  /** By path. */
  readonly #lines = new Map<string, WaitingLine>();
  /** What ends the waiting of each that waits. */
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(path: string, datagram: Buffer, limits: Limits): Promise<DatagramResult> {
    if (limits.signal.aborted) return full(path);
    const line = this.#lineTo(path);
    const result = line.isEmpty ? this.#try(path, datagram) : undefined;
    return result ?? this.#wait(line, path, datagram, limits);
  }

  /** Closes the socket; datagrams that still wait are not sent. */
  close(): void {
    for (const giveUp of this.#waiting) giveUp();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #lineTo(path: string): WaitingLine {
    const line = this.#lines.get(path) ?? new WaitingLine(this.#clock);
    this.#lines.set(path, line);
    return line;
  }

  #wait(
    line: WaitingLine,
    path: string,
    datagram: Buffer,
    { timeoutMs, signal }: Limits,
  ): Promise<DatagramResult> {
    return new Promise((resolve) => {
      const settle = (result: DatagramResult) => {
        cancel();
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(giveUp);
        resolve(result);
      };
      const attempt: Attempt = () => {
        const result = this.#try(path, datagram);
        if (result !== undefined) settle(result);
        return result !== undefined;
      };
      const giveUp = () => {
        line.leave(attempt);
        settle(full(path));
      };
      const cancel = this.#clock.after(timeoutMs, giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(giveUp);
      line.join(attempt);
    });
  }

  /** Sends it now. Undefined: there is no room. */
  #try(path: string, datagram: Buffer): DatagramResult | undefined {
    try {
      this.#socket ??= new DatagramSocket();
      const errno = this.#socket.send(path, datagram);
      if (errno === undefined) return { ok: true };
      return NO_ROOM.has(errno) ? undefined : failure(path, errno);
    } catch (error) {
      return failed(path, (error as Error).message);
    }
  }
}

function full(path: string): DatagramResult {
  return { ok: false, reason: 'full', message: `${path} accepts no more: its queue is full` };
}

function failed(path: string, why: string): DatagramResult {
  return { ok: false, reason: 'failed', message: `sending to ${path} failed: ${why}` };
}

function failure(path: string, errno: number): DatagramResult {
  if (errno === EMSGSIZE) {
    return { ok: false, reason: 'too large', message: `the event is too large for ${path}` };
  }
  const why = systemErrorText(errno);
  if (NOBODY.has(errno)) {
    return { ok: false, reason: 'unreachable', message: `${path} cannot be reached: ${why}` };
  }
  return failed(path, why);
}
