import { lstatSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/**
 * Makes room for a socket: removes one that a killed daemon has left.
 * @throws in words where something else is there, somebody listens, or everybody could put another in its place.
 */
export async function takePlace(path: string): Promise<void> {
  const directory = statSync(dirname(path));
  if ((directory.mode & 0o1002) === 0o002) {
    throw new Error(
      `everybody can write to the directory of ${path}, and put another in its place`,
    );
  }
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error(`${path} is there, and is no socket`);
  if (await isAnswered(path)) throw new Error(`another process listens at ${path}`);
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
