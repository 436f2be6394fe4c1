import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

const require = createRequire(import.meta.url);

/** Functions of the C library. Each gives -1 where it failed, and `errno()` tells why. */
export interface SystemCalls {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, size: number): number;
  send(fd: number, data: Buffer, size: number, flags: number, to: Buffer, toSize: number): number;
  receive(fd: number, into: Buffer, size: number, flags: number): number;
  close(fd: number): number;
  /** Why the last of these calls failed: ask at once. */
  errno(): number;
  /** Calls back whenever something can be received, until that is ended. */
  whenReadable(fd: number, callback: () => void): () => void;
}

let calls: SystemCalls | undefined;

/**
 * Loads what calls the C library, at the first use: only enrichments need it.
 * @throws Error when that cannot be loaded
 */
export function systemCalls(): SystemCalls {
  calls ??= declare(load());
  return calls;
}

function load(): typeof Koffi {
  try {
    return require('koffi') as typeof Koffi;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new Error(`the library koffi, which does it, cannot be loaded: ${reason}`, {
      cause: error,
    });
  }
}

/** What is found in the running process itself: whichever C library that has, by whatever name. */
function declare(koffi: typeof Koffi): SystemCalls {
  const library = koffi.load(null);
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void *, uint32_t)'),
    send: library.func('intptr_t sendto(int, const void *, size_t, int, const void *, uint32_t)'),
    receive: library.func('intptr_t recv(int, void *, size_t, int)'),
    close: library.func('int close(int)'),
    errno: () => koffi.errno(),
    whenReadable(fd, callback) {
      // Within an event of its own: promises and errors of what is called are then treated as anybody's.
      const handle = koffi.node.poll(fd, () => void setImmediate(callback));
      return () => handle.close();
    },
  };
}
