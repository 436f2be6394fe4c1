import { accessSync, constants, existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { isMissing } from './requirement.ts';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Where it is; empty where it is not. */
export const CHROMIUM = PROGRAMS.find((path) => existsSync(path)) ?? '';

function program(): string {
  const found = PROGRAMS.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('no chromium');
  return found;
}

/** True where there is no browser to try pages in. */
export const NO_BROWSER = isMissing(
  'Chromium is needed to try the pages of the console: apt-get install chromium',
  program,
);

/** Debian's Chromium. As root it needs to do without its sandbox. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: program(), args: ['--no-sandbox'] });
}

/** A port that leads to a socket, as `ssh -L` makes one. */
export interface Forward {
  readonly port: number;
  readonly close: () => void;
}

/** Forwards a port to a socket. */
export function forward(socketPath: string): Promise<Forward> {
  const server = createServer((client) => {
    const socket = connect(socketPath);
    client.pipe(socket).pipe(client);
    client.on('error', () => socket.destroy());
    socket.on('error', () => client.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port, close: () => server.close() });
    });
  });
}
