// The process of NameWorld, inside a network namespace.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NameServer, WorldEvent } from './name-world.ts';

const TYPE_A = 1;
const NXDOMAIN = 3;

let server: NameServer = { names: {}, silentAbout: '' };
process.on('message', (message: NameServer) => {
  server = message;
});
process.on('disconnect', () => process.exit());
const tell = (event: WorldEvent) => process.send?.(event);

const names = createSocket('udp4');
names.on('message', (query, from) => {
  const { name, type, end } = question(query);
  tell({ kind: 'asked', name });
  if (server.silentAbout !== '' && new RegExp(server.silentAbout).test(name)) return;
  const address = server.names[name];
  const isHere = address !== undefined && type === TYPE_A;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (address === undefined ? NXDOMAIN : 0), 2);
  head.writeUInt16BE(isHere ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const parts = [head, query.subarray(12, end)];
  if (isHere) {
    // The name of the question, type A, class IN, no lifetime, four bytes.
    parts.push(Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4]));
    parts.push(Buffer.from(address.split('.').map(Number)));
  }
  names.send(Buffer.concat(parts), from.port, from.address);
});

/** The only question of a query, and where it ends. */
function question(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

const web = createServer((incoming, response) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const number = Number(/alert (\d+)/.exec(Buffer.concat(chunks).toString('utf8'))?.[1]);
    tell({ kind: 'arrived', path: incoming.url ?? '', number, at: Date.now() });
    // Every alert needs a connection, and so its name.
    response.writeHead(200, { connection: 'close' });
    response.end('{"success": true}');
  });
});

names.bind(53, '127.0.0.53', () => {
  web.listen(0, '127.0.0.1', () => {
    tell({ kind: 'ready', port: (web.address() as AddressInfo).port });
  });
});
