import { join } from 'node:path';

/** Sends a datagram and prints what the result is, and what came. */
const TEXT = `
const [dist, path] = process.argv.slice(1);
const { UnixDatagrams } = await import(dist + '/transport/datagrams/unix-datagrams.js');
const { receiveDatagrams } = await import(dist + '/transport/datagrams/receive-datagrams.js');
const { systemClock } = await import(dist + '/core/clock.js');
const datagrams = new UnixDatagrams(systemClock);
const limits = { timeoutMs: 10_000, signal: new AbortController().signal };
const absent = await datagrams.send(path, Buffer.from('too early'), limits);
const end = receiveDatagrams(path, (datagram) => {
  console.log([process.arch, absent.reason, datagram.toString()].join(', '));
  end();
});
await datagrams.send(path, Buffer.from('here it is'), limits);
datagrams.close();
`;

/**
 * Arguments for the Node of a package that is unpacked at `root`: it sends itself a datagram. It prints its kind
 * of machine, the reason why nothing could be sent at first, and what came.
 * @param path of a socket that is not there yet
 */
export function datagramProgram(root: string, path: string): string[] {
  return ['--input-type=module', '--eval', TEXT, join(root, 'dist'), path];
}
