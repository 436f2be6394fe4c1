import { DatagramSocket } from './datagram-socket.ts';

/** More than the system, as it comes, lets anybody send. */
const LARGEST_DATAGRAM = 1 << 18;
/** After so many it is somebody else's turn. */
const AT_ONCE = 100;

/**
 * Receives datagrams at a path, as the manager does. Returns a function that ends it, and leaves the path.
 * @throws Error when the path cannot be bound.
 */
export function receiveDatagrams(path: string, received: (datagram: Buffer) => void): () => void {
  const socket = new DatagramSocket();
  try {
    socket.bind(path);
  } catch (error) {
    socket.close();
    throw error;
  }
  const buffer = Buffer.allocUnsafe(LARGEST_DATAGRAM);
  socket.whenReadable(() => {
    for (let count = 0; count < AT_ONCE; count += 1) {
      const length = socket.receive(buffer);
      if (length === undefined) return;
      received(Buffer.from(buffer.subarray(0, length)));
    }
  });
  return () => socket.close();
}
