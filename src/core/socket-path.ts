import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LONGEST_SOCKET_PATH } from './listen.ts';

/** Where Linux shows what this process has open. */
const DESCRIPTORS = '/proc/self/fd';

/** A path that a socket can have. */
export interface SocketPath {
  readonly path: string;
  /** To be called when nothing is done by this path any more. */
  close(): void;
}

/**
 * The path of a socket itself, or where it is too long, a short one that leads to the same place by way of
 * its directory, which is held open.
 * @throws where that directory is not there, or this system has no such way.
 */
export function socketPath(path: string): SocketPath {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { path, close: () => {} };
  if (!existsSync(DESCRIPTORS)) {
    throw new Error(
      `the path ${path} is longer than the ${LONGEST_SOCKET_PATH} bytes that a socket can have, and without ` +
        '/proc there is no other way to it: choose a shorter state directory',
    );
  }
  const descriptor = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  let isOpen = true;
  return {
    path: join(DESCRIPTORS, String(descriptor), basename(path)),
    close() {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}
