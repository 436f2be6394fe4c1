import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { freePort } from '../../test/support/free-port.ts';
import { until } from '../../test/support/program.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { MetricsServer } from './metrics-server.ts';

const HOST = '127.0.0.1';
const clock = new FakeClock();
const running: MetricsServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(
  text: () => Promise<string> = async () => 'integratord_up 1\n',
  port?: number,
) {
  const log = new RecordingLog();
  const address = { host: HOST, port: port ?? (await freePort()) };
  const server = new MetricsServer(address, { text, clock, log });
  running.push(server);
  await server.start();
  return { server, log, port: address.port };
}

const get = (port: number, path = '/metrics', init: RequestInit = {}) =>
  fetch(`http://${HOST}:${port}${path}`, init);

/** A connection that a test writes and reads by hand. */
function open(port: number) {
  const socket = connect(port, HOST).on('error', () => undefined);
  sockets.push(socket);
  const state = { socket, text: '', isClosed: false };
  socket.on('data', (data: Buffer) => {
    state.text += data.toString('latin1');
  });
  socket.on('close', () => {
    state.isClosed = true;
  });
  return state;
}

describe('what it answers', () => {
  it('is the numbers, at GET /metrics', async () => {
    const { port, log } = await serve();
    const answer = await get(port);
    expect([answer.status, await answer.text()]).toEqual([200, 'integratord_up 1\n']);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await get(port, '/metrics?x=1')).status).toBe(200);
    expect(log.lines).toMatchObject([{ message: 'metrics are served', fields: { port } }]);
  });

  it.each(['/', '/status', '/metrics/', '//metrics', '/reload', '/%6detrics'])(
    'is nothing at %s',
    async (path) => {
      const { port } = await serve();
      expect((await get(port, path)).status).toBe(404);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('is nothing to %s', async (method) => {
    const { port } = await serve();
    expect((await get(port, '/metrics', { method })).status).toBe(405);
  });

  it('is 503 when the numbers cannot be read, without saying why', async () => {
    const { port } = await serve(async () => {
      throw new Error('secret place');
    });
    const answer = await get(port);
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('secret');
  });

  it('is asked of the program once a second at most', async () => {
    let asked = 0;
    const { port } = await serve(async () => `n ${(asked += 1)}\n`);
    const texts = await Promise.all([1, 2, 3].map(async () => (await get(port)).text()));
    expect(texts).toEqual(['n 1\n', 'n 1\n', 'n 1\n']);
    await clock.advance(1000);
    expect(await (await get(port)).text()).toBe('n 2\n');
  });
});

describe('clients that mean no good', () => {
  it('get one answer for a connection, however many requests they send', async () => {
    const { port } = await serve();
    const request = 'GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n\r\n';
    const client = open(port);
    client.socket.write(request.repeat(50));
    await until(() => client.isClosed, 'it is closed');
    expect(client.text.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(client.text.toLowerCase()).toContain('connection: close');
  });

  it('are let go after ten seconds, when they send nothing, or slowly', async () => {
    const { port } = await serve();
    const [silent, slow] = [open(port), open(port)];
    await Promise.all([once(silent.socket, 'connect'), once(slow.socket, 'connect')]);
    slow.socket.write('GET /metrics HTTP/1.1\r\n');
    await until(() => clock.timers === 2, 'both are connected');
    await clock.advance(9000);
    slow.socket.write('x: y\r\n');
    await clock.advance(1000);
    await until(() => silent.isClosed && slow.isClosed, 'they are closed');
    expect(clock.timers).toBe(0);
    expect((await get(port)).status).toBe(200);
  });

  it('are let go after ten seconds, when they do not read what they asked for', async () => {
    const { port } = await serve(async () => 'x'.repeat(64 * 2 ** 20));
    const client = open(port);
    client.socket.pause();
    client.socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => clock.timers === 1, 'it is connected');
    await clock.advance(10_000);
    client.socket.resume();
    await until(() => client.isClosed, 'it is closed');
    expect(client.text.length).toBeLessThan(64 * 2 ** 20);
  });

  it('cannot have many connections, and do not keep others away for long', async () => {
    const { port } = await serve();
    const clients = Array.from({ length: 20 }, () => open(port));
    const isOpen = () => clients.filter(({ isClosed }) => !isClosed).length;
    await until(() => isOpen() === 8, 'all but eight are closed');
    await clock.advance(10_000);
    await until(() => isOpen() === 0, 'these as well');
    expect((await get(port)).status).toBe(200);
  });

  it('get 4xx for what is no HTTP, or has headers without end', async () => {
    const { port } = await serve();
    const [odd, long] = [open(port), open(port)];
    odd.socket.write('\x16\x03\x01 hello\r\n\r\n');
    long.socket.write(`GET /metrics HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`);
    await until(() => odd.isClosed && long.isClosed, 'they are closed');
    expect(odd.text).toMatch(/^(HTTP\/1\.1 400|$)/);
    expect(long.text).toMatch(/^(HTTP\/1\.1 431|$)/);
    expect((await get(port)).status).toBe(200);
  });

  it('do not keep it from stopping', async () => {
    const { server, port } = await serve();
    const client = open(port);
    await once(client.socket, 'connect');
    await server.stop();
    await until(() => client.isClosed, 'it is closed');
    await expect(get(port)).rejects.toThrow('fetch failed');
  });
});

describe('an address that is in use', () => {
  it('is an error in the log, once, and tried again until it is free', async () => {
    const first = await serve();
    const second = await serve(undefined, first.port);
    expect(second.log.lines).toMatchObject([
      { level: 'error', message: 'metrics cannot be served; retrying' },
    ]);
    await clock.advance(30_000);
    expect(second.log.lines).toHaveLength(1);
    await first.server.stop();
    await clock.advance(30_000);
    await until(() => second.log.lines.length === 2, 'it listens');
    expect(second.log.lines[1]).toMatchObject({ message: 'metrics are served' });
    expect((await get(first.port)).status).toBe(200);
  });

  it('is not tried again after the stop', async () => {
    const first = await serve();
    const second = await serve(undefined, first.port);
    await second.server.stop();
    expect(clock.timers).toBe(0);
  });
});
