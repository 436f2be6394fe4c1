import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Listens, accepts nothing, and does not even let its event loop do so. */
const PROGRAM = `
const server = require('node:net').createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  require('node:fs').writeSync(1, server.address().port + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;
/** Connections that the kernel accepts for it. */
const BACKLOG = 2;

/** A port at which no connection is ever opened or refused, as behind a firewall that drops. */
export class BlackHole {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #sockets: readonly Socket[];

  private constructor(port: number, child: ChildProcess, sockets: readonly Socket[]) {
    this.port = port;
    this.#child = child;
    this.#sockets = sockets;
  }

  static async open(): Promise<BlackHole> {
    const child = spawn(process.execPath, ['-e', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(line.toString());
    const sockets = Array.from({ length: BACKLOG }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets)
      await once(
        socket.on('error', () => {}),
        'connect',
      );
    return new BlackHole(port, child, sockets);
  }

  /** Connections of this machine that are waiting to be opened. Only Linux tells. */
  get waiting(): number {
    const synSent = '02';
    const port = this.port.toString(16).toUpperCase().padStart(4, '0');
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , remote = '', state]) => remote.endsWith(`:${port}`) && state === synSent)
      .length;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
