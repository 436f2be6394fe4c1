import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Certificate, selfSigned } from '../../test/support/certificate.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import {
  answer,
  type Behaviour,
  endless,
  never,
  raw,
  rawAndClose,
  reset,
  ScriptedServer,
  stuck,
} from '../../test/support/scripted-server.ts';
import { systemClock } from '../core/clock.ts';
import type { HttpRequest, HttpResult } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { type ClosableHttpClient, createHttpClient, type HttpClientOptions } from './http.ts';

const PATH = '/hooks/T0/SECRET-TOKEN-IN-PATH?key=SECRET-KEY';
const open: { close(): Promise<void> }[] = [];
let client: ClosableHttpClient;

beforeEach(() => {
  client = newClient();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function newClient(options: Partial<HttpClientOptions> = {}): ClosableHttpClient {
  const one = createHttpClient({ clock: systemClock, env: {}, ...options });
  open.push(one);
  return one;
}

async function serve(...script: Behaviour[]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script);
  open.push(server);
  return server;
}

function post(origin: string, headers: HttpRequest['headers'] = {}): HttpRequest {
  return { method: 'POST', url: new Secret(origin + PATH), headers, body: '{"a":1}' };
}

const urlOf = (server: ScriptedServer) => `http://127.0.0.1:${server.port}`;
const send = (
  request: HttpRequest,
  { timeoutMs = 20_000, signal = new AbortController().signal, via = client } = {},
): Promise<HttpResult> => via.send(request, { timeoutMs, signal });

function expectFailure(result: HttpResult, reason: string, mayHaveArrived: boolean): string {
  expect(result).toMatchObject({ ok: false, reason, mayHaveArrived });
  const message = result.ok ? '' : result.message;
  expect(message).not.toMatch(/SECRET|127\.0\.0\.1|localhost|invalid\.test/);
  expect(message).toMatch(/^[A-Z].*[.)]$/);
  return message;
}

/** The same bytes again and again, as fast as they are read. */
function flood(bytes: string, start = ''): Behaviour {
  return (socket) => {
    socket.write(start);
    const chunk = bytes.repeat(1000);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk)) {
        // until it is full
      }
    };
    socket.on('drain', more);
    more();
  };
}

describe('requests and answers', () => {
  it('sends method, path, headers and body, and hands back the answer', async () => {
    const server = await serve(answer(202, '{"é":1}', { 'X-One': 'a', 'x-one': 'b' }));
    const request = post(urlOf(server), { 'content-type': 'x/y', authorization: new Secret('s3') });
    expect(await send(request)).toEqual({
      ok: true,
      status: 202,
      headers: { 'x-one': 'a', 'content-length': '8' },
      body: '{"é":1}',
      truncated: false,
    });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: PATH,
      headers: { 'content-type': 'x/y', authorization: 's3', 'content-length': '7' },
      body: '{"a":1}',
    });
  });

  it('sends user and password of an address as basic authorization', async () => {
    const server = await serve(answer(200));
    await send(post(`http://user:p%40ss@127.0.0.1:${server.port}`));
    const expected = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(server.requests[0]?.headers['authorization']).toBe(expected);
  });

  it('skips informational answers', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n';
    const server = await serve(raw(`${early}HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok`));
    expect(await send(post(urlOf(server)))).toMatchObject({ status: 201, body: 'ok' });
  });

  it.each([
    ['a 100 Continue that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['several of them', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(5)],
    ['several kinds', 'HTTP/1.0 102 Wait\r\na: b\r\n\r\nHTTP/1.1 103 Hints\r\nc: d\r\n\r\n'],
  ])('skips %s, however it is cut into pieces', async (_what, early) => {
    const whole = `${early}HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok`;
    const inPieces: Behaviour = (socket) => {
      const next = (at: number) => {
        if (at < whole.length) socket.write(whole[at] ?? '', () => setImmediate(next, at + 1));
      };
      next(0);
    };
    const server = await serve(raw(whole), inPieces, answer(200, 'then'));
    const via = newClient({ connections: 1 });
    for (const expected of ['ok', 'ok', 'then']) {
      const result = await send(post(urlOf(server)), { via });
      expect(result).toMatchObject({ ok: true, body: expected });
    }
    expect(server.requests).toHaveLength(3);
    expect(server.connections).toBe(1);
  });

  it('does not follow redirects', async () => {
    const server = await serve(answer(307, '', { location: '/elsewhere' }));
    expect(await send(post(urlOf(server)))).toMatchObject({ ok: true, status: 307 });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps connections open', async () => {
    const server = await serve(answer(200, 'ok'));
    const via = newClient({ connections: 1 });
    for (let at = 0; at < 5; at += 1) await send(post(urlOf(server)), { via });
    expect(server.requests).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  it('opens no more connections than it may', async () => {
    const held: Socket[] = [];
    const server = await serve((socket) => held.push(socket));
    const via = newClient({ connections: 2 });
    const results = Array.from({ length: 6 }, () => send(post(urlOf(server)), { via }));
    for (let done = 0; done < 6; ) {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      for (const socket of held.splice(0)) {
        answer(200)(socket, server.requests[0] as never);
        done += 1;
      }
    }
    expect(await Promise.all(results)).toHaveLength(6);
    expect(server.connections).toBe(2);
  });
});

describe('answers that are not what they should be', () => {
  it('reads a long body up to the cap, and hangs up', async () => {
    const closed: Promise<unknown>[] = [];
    const flood = endless(200);
    const server = await serve((socket, request) => {
      closed.push(new Promise((resolve) => socket.on('close', resolve)));
      flood(socket, request);
    });
    const result = await send(post(urlOf(server)));
    expect(result).toMatchObject({ ok: true, status: 200, truncated: true });
    expect(result.ok && result.body.length).toBe(64 * 1024);
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  it('takes the status of an answer whose body breaks off', async () => {
    const server = await serve(rawAndClose('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    expect(await send(post(urlOf(server)))).toMatchObject({
      ok: true,
      status: 200,
      body: 'half',
      truncated: true,
    });
  });

  it('takes the status of an answer whose body does not end in time', async () => {
    const server = await serve(stuck(503, 'wait'));
    expect(await send(post(urlOf(server)), { timeoutMs: 2000 })).toMatchObject({
      ok: true,
      status: 503,
      body: 'wait',
      truncated: true,
    });
  });

  it('is not held up by a body whose framing is endless', async () => {
    const start = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;';
    const server = await serve(flood('x'.repeat(1000), start));
    expect(await send(post(urlOf(server)))).toMatchObject({ status: 200, truncated: true });
  });

  it('is not held up by a body that drips', async () => {
    const drip: Behaviour = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const server = await serve(drip);
    const result = await send(post(urlOf(server)), { timeoutMs: 2000 });
    expect(result).toMatchObject({ ok: true, status: 200, truncated: true });
  });

  it.each([
    ['another protocol', rawAndClose('SSH-2.0-OpenSSH\r\n')],
    ['an impossible status', rawAndClose('HTTP/1.1 abc\r\n\r\n')],
    ['a broken header', rawAndClose('HTTP/1.1 200 OK\r\nbad header\r\n\r\n')],
    ['nothing', rawAndClose('')],
    ['half a status line', rawAndClose('HTTP/1.1 20')],
    ['endless headers', raw(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(50_000)}`)],
    ['endless informational answers', flood('HTTP/1.1 100 Continue\r\n\r\n')],
    ['an informational answer without end', flood('a: b\r\n', 'HTTP/1.1 103 Early Hints\r\n')],
    ['headers that go on for ever', flood('a: b\r\n', 'HTTP/1.1 200 OK\r\n')],
    ['a reset', reset],
  ])('says that the answer is none: %s', async (_what, behaviour) => {
    const server = await serve(behaviour);
    expectFailure(await send(post(urlOf(server))), 'network', true);
    expect(server.requests).toHaveLength(1);
  });
});

describe('time', () => {
  it('ends an attempt without an answer at its limit, which it names', async () => {
    const clock = new FakeClock();
    const via = newClient({ clock });
    const server = await serve(never);
    const result = send(post(urlOf(server)), { timeoutMs: 10_000, via });
    await expect.poll(() => server.requests.length).toBe(1);
    clock.tick(9_999);
    clock.tick(1);
    expect(expectFailure(await result, 'timeout', true)).toContain('10 s');
    expect(clock.timers).toBe(0);
  });

  it('counts connecting as part of the attempt', async () => {
    const clock = new FakeClock();
    const via = newClient({ clock });
    // A server that never shakes hands: the request itself is never sent.
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as { port: number };
    const accepted = once(silent, 'connection');
    const result = send(post(`https://127.0.0.1:${port}`), { via });
    const [socket] = (await accepted) as [Socket];
    clock.tick(20_000);
    expect(expectFailure(await result, 'timeout', false)).toContain('No connection');
    socket.destroy();
    silent.close();
  });

  it('stops at once when the signal says so', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());
    const result = await send(post(urlOf(server)), { signal: controller.signal });
    expectFailure(result, 'network', true);
    const late = await send(post(urlOf(server)), { signal: AbortSignal.abort() });
    expectFailure(late, 'network', false);
    expect(server.requests).toHaveLength(1);
  });

  it('ends attempts when it is closed', async () => {
    const server = await serve(never);
    const result = send(post(urlOf(server)));
    await expect.poll(() => server.requests.length).toBe(1);
    await client.close();
    expectFailure(await result, 'network', true);
    expectFailure(await send(post(urlOf(server))), 'network', false);
  });
});

describe('connections that were kept open', () => {
  const served = answer(200, 'ok');
  const hangUp: Behaviour = (socket) => socket.end();
  let via: ClosableHttpClient;
  beforeEach(() => {
    via = newClient({ connections: 1 });
  });

  it.each([
    ['closes', hangUp],
    ['resets', reset],
  ])('cost no attempt when the server %s them', async (_what, gone) => {
    const server = await serve(served, gone, served);
    await send(post(urlOf(server)), { via });
    expect(await send(post(urlOf(server)), { via })).toMatchObject({ ok: true, status: 200 });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it('cost no attempt over TLS either', async () => {
    const certificate = validFor('localhost');
    const server = await ScriptedServer.start([served, hangUp, served], certificate);
    open.push(server);
    via = newClient({ connections: 1, ca: certificate.cert });
    const request = post(`https://localhost:${server.port}`);
    await send(request, { via });
    expect(await send(request, { via })).toMatchObject({ ok: true, status: 200 });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it('are replaced once, not again and again', async () => {
    const server = await serve(served, hangUp, hangUp, served);
    await send(post(urlOf(server)), { via });
    expectFailure(await send(post(urlOf(server)), { via }), 'network', true);
    expect(server.requests).toHaveLength(3);
  });

  it('are not replaced when an answer had begun, or the connection was new', async () => {
    const server = await serve(served, rawAndClose('HTTP/1.1 2'), hangUp, served);
    await send(post(urlOf(server)), { via });
    expectFailure(await send(post(urlOf(server)), { via }), 'network', true);
    expectFailure(await send(post(urlOf(server)), { via }), 'network', true);
    expect(server.requests).toHaveLength(3);
  });

  it('are not used when the server has closed them meanwhile', async () => {
    const server = await serve(rawAndClose('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    for (let at = 0; at < 5; at += 1) {
      expect(await send(post(urlOf(server)), { via })).toMatchObject({ ok: true });
    }
    expect(server.requests).toHaveLength(5);
  });
});

const DAY = 86_400_000;
const validFor = (host: string) =>
  selfSigned(host, new Date(systemClock.now() - DAY), new Date(systemClock.now() + DAY));

describe('what people are told', () => {
  it('when nothing listens', async () => {
    const server = await ScriptedServer.start([never]);
    const request = post(urlOf(server));
    await server.close();
    expect(expectFailure(await send(request), 'network', false)).toContain('refuses connections');
  });

  it('when the name is unknown', async () => {
    const message = expectFailure(await send(post('http://no.invalid.test')), 'network', false);
    expect(message).toMatch(/DNS/);
  });

  async function overTls(
    certificate: Certificate,
    ca: string | undefined,
    host = 'localhost',
  ): Promise<HttpResult> {
    const server = await ScriptedServer.start([answer(200, 'ok')], certificate);
    open.push(server);
    const via = newClient(ca === undefined ? {} : { ca });
    return await send(post(`https://${host}:${server.port}`), { via });
  }

  it('when the certificate is not trusted, and nothing when it is', async () => {
    const certificate = validFor('localhost');
    expect(expectFailure(await overTls(certificate, undefined), 'network', false)).toMatch(
      /self-signed.*NODE_EXTRA_CA_CERTS/,
    );
    expect(await overTls(certificate, certificate.cert)).toMatchObject({ ok: true, status: 200 });
  });

  it('when the certificate has expired, is not valid yet, or is for another host', async () => {
    const now = systemClock.now();
    const old = selfSigned('localhost', new Date(now - 2 * DAY), new Date(now - DAY));
    expect(expectFailure(await overTls(old, old.cert), 'network', false)).toContain('expired');
    const early = selfSigned('localhost', new Date(now + DAY), new Date(now + 2 * DAY));
    expect(expectFailure(await overTls(early, early.cert), 'network', false)).toContain(
      'not valid yet',
    );
    const other = validFor('other.test');
    const message = expectFailure(await overTls(other, other.cert), 'network', false);
    expect(message).toContain('another host name');
    expect(message).not.toContain('other.test');
  });

  it('when the server does not speak TLS', async () => {
    const plain = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    const { port } = plain.address() as { port: number };
    const message = expectFailure(await send(post(`https://127.0.0.1:${port}`)), 'network', false);
    expect(message).toContain('TLS');
    plain.close();
  });

  it.each([
    ['no address', { method: 'POST', url: new Secret('SECRET'), headers: {} }],
    ['another scheme', { method: 'POST', url: new Secret('ftp://SECRET/x'), headers: {} }],
    [
      'a broken header',
      { method: 'POST', url: new Secret('http://127.0.0.1:9/'), headers: { a: 'x\r\nSECRET: y' } },
    ],
    [
      'a broken password',
      { method: 'POST', url: new Secret('http://a:%zz@127.0.0.1:9/'), headers: {} },
    ],
  ] as const)('when the request cannot be made: %s', async (_what, request) => {
    expect(expectFailure(await send(request), 'network', false)).not.toBe('');
  });
});

describe('proxies', () => {
  /** A proxy that lets everything through, plain requests and tunnels. */
  async function startProxy(connectStatus = 200): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', (bytes: Buffer) => {
        const first = bytes.toString('latin1').split('\r\n')[0] ?? '';
        seen.push(first);
        if (!first.startsWith('CONNECT ')) {
          answer(200, 'from the proxy')(socket, undefined as never);
          return;
        }
        if (connectStatus !== 200) {
          socket.end(`HTTP/1.1 ${connectStatus} No\r\ncontent-length: 0\r\n\r\n`);
          return;
        }
        const port = Number(/:(\d+) /.exec(first)?.[1]);
        const target = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          target.pipe(socket).pipe(target);
        });
        target.on('error', () => socket.destroy());
        socket.on('close', () => target.destroy());
      });
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as { port: number };
    open.push({
      close: async () => {
        for (const socket of sockets) socket.destroy();
        proxy.close();
      },
    });
    return { url: `http://127.0.0.1:${port}`, seen };
  }

  it('are used as the environment says', async () => {
    const certificate = validFor('localhost');
    const server = await ScriptedServer.start([answer(200, 'ok')], certificate);
    open.push(server);
    const proxy = await startProxy();
    const via = newClient({ ca: certificate.cert, env: { HTTPS_PROXY: proxy.url } });
    const request = post(`https://localhost:${server.port}`);
    expect(await send(request, { via })).toMatchObject({ ok: true, status: 200, body: 'ok' });
    expect(proxy.seen).toEqual([`CONNECT localhost:${server.port} HTTP/1.1`]);
    expect(server.requests[0]?.headers['host']).toBe(`localhost:${server.port}`);

    const around = newClient({
      ca: certificate.cert,
      env: { HTTPS_PROXY: proxy.url, NO_PROXY: 'localhost' },
    });
    expect(await send(request, { via: around })).toMatchObject({ ok: true });
    expect(proxy.seen).toHaveLength(1);
  });

  it('get plain requests as such', async () => {
    const proxy = await startProxy();
    const via = newClient({ env: { http_proxy: proxy.url } });
    expect(await send(post('http://shuffle.test:3001'), { via })).toMatchObject({
      ok: true,
      body: 'from the proxy',
    });
    expect(proxy.seen).toEqual([`POST http://shuffle.test:3001${PATH} HTTP/1.1`]);
  });

  it('that refuse are named', async () => {
    const proxy = await startProxy(407);
    const via = newClient({ env: { HTTPS_PROXY: proxy.url } });
    const message = expectFailure(await send(post('https://x.test'), { via }), 'auth', false);
    expect(message).toContain('407');
  });

  it('that are no address fail every attempt', async () => {
    const via = newClient({ env: { HTTPS_PROXY: 'not a proxy SECRET' } });
    const result = await send(post('https://x.test'), { via });
    expect(expectFailure(result, 'client_error', false)).toContain('HTTPS_PROXY');
    expect(result).toMatchObject({ needsRepair: true });
  });
});
