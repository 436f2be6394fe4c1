import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { listen } from './server.ts';

it('begins with one request of those that are sent at once, and ends the connection', async () => {
  const path = join(tempDir(), 'console.sock');
  let asked = 0;
  const app = {
    async fetch() {
      asked += 1;
      return new Response('x');
    },
  };
  const server = await listen({ kind: 'socket', path }, 0o600, app);
  onTestFinished(() => server.close());
  const socket = createConnection(path);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).resume();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000));
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
  expect(asked).toBeLessThanOrEqual(1);
});
