/** How the sending of a datagram ended. */
export type DatagramResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Whether it may work later; a datagram that is too large never will. */
      readonly reason: 'unreachable' | 'full' | 'too large' | 'failed';
      readonly message: string;
    };

/** Sends datagrams to AF_UNIX sockets. */
export interface DatagramSender {
  send(
    path: string,
    datagram: Buffer,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<DatagramResult>;
}
