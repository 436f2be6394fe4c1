import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { ControlServer, success } from './server.ts';

/** Sends something to a server, and waits until the server ends the connection. */
async function send(text: string): Promise<{ asked: number; said: string }> {
  let asked = 0;
  const routes = { 'GET /status': () => success((asked += 1)) };
  const path = join(tempDir(), 'control.sock');
  const server = await ControlServer.start(path, routes, new RecordingLog());
  onTestFinished(() => server?.close());
  const socket = createConnection(path);
  onTestFinished(() => void socket.destroy());
  let said = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
  return { asked, said };
}

it('answers one request of those that are sent at once', async () => {
  const { asked, said } = await send('GET /status HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000));
  expect(asked).toBe(1);
  expect(said.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
});

it('does not read what is sent with a request', async () => {
  const { said } = await send(
    'POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nxxx',
  );
  expect(said).toMatch(/^HTTP\/1\.1 404/);
});
