import { getSystemErrorMap } from 'node:util';
import { AF_UNIX, socketAddress } from './address.ts';
import { systemCalls } from './system-calls.ts';

// The same on x64 and arm64, whatever the C library.
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** A socket for datagrams between processes of this machine. Nothing here ever waits. */
export class DatagramSocket {
  readonly #calls = systemCalls();
  /** -1 once it is closed: the system then refuses each call. */
  #fd: number;
  #unwatch = () => {};

  /** @throws Error when the system gives none */
  constructor() {
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.#fd = this.#calls.socket(AF_UNIX, type, 0);
    if (this.#fd < 0) throw new Error(`no socket: ${systemErrorText(this.#calls.errno())}`);
  }

  /**
   * Sends a datagram, whole or not at all.
   * @returns undefined when it is sent, else the number of the system's error
   * @throws Error when the path is too long
   */
  send(path: string, datagram: Buffer): number | undefined {
    const to = socketAddress(path);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = this.#calls.send(this.#fd, datagram, datagram.length, flags, to, to.length);
    return sent < 0 ? this.#calls.errno() : undefined;
  }

  /**
   * Receives at a path from now on. Nothing may be there.
   * @throws Error when that cannot be
   */
  bind(path: string): void {
    const address = socketAddress(path);
    if (this.#calls.bind(this.#fd, address, address.length) === 0) return;
    throw new Error(`no socket at ${path}: ${systemErrorText(this.#calls.errno())}`);
  }

  /** Calls back whenever there may be something to receive. */
  whenReadable(callback: () => void): void {
    this.#unwatch = this.#calls.whenReadable(this.#fd, callback);
  }

  /** Takes the next datagram. @returns its length; undefined when there is none */
  receive(into: Buffer): number | undefined {
    const length = this.#calls.receive(this.#fd, into, into.length, MSG_DONTWAIT);
    return length < 0 ? undefined : length;
  }

  close(): void {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#calls.close(this.#fd);
    this.#fd = -1;
  }
}

/** What the system says of one of its errors, such as `connection refused`. */
export function systemErrorText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
}
