import { chmodSync } from 'node:fs';
import type { Server } from 'node:net';

/** A socket with the rights that it gets, or an address. */
export type BindPlace =
  | { readonly path: string; readonly mode: number }
  | { readonly host: string; readonly port: number };

/**
 * Has a server listen. Rejects when it cannot; what goes wrong later with single connections is of no
 * concern.
 */
export function bind(server: Server, place: BindPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const onListening = () => {
      server.off('error', reject);
      server.on('error', () => {});
      try {
        if ('path' in place) chmodSync(place.path, place.mode);
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    };
    if ('path' in place) bindPrivately(server, place.path, onListening);
    else server.listen({ host: place.host, port: place.port, ipv6Only: true }, onListening);
  });
}

/** The socket is made within the call: nobody else may connect before its rights are set. */
function bindPrivately(server: Server, path: string, onListening: () => void): void {
  const mask = process.umask(0o177);
  try {
    server.listen(path, onListening);
  } finally {
    process.umask(mask);
  }
}
