import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { FakeProxy, forward, hangUp, say } from '../../test/support/fake-proxy.ts';
import { answer, ScriptedServer } from '../../test/support/scripted-server.ts';
import { systemClock } from '../core/clock.ts';
import type { HttpFailure, HttpResult } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { createHttpClient } from './http.ts';

const DAY = 86_400_000;
const certificate = selfSigned(
  'localhost',
  new Date(systemClock.now() - DAY),
  new Date(systemClock.now() + DAY),
);
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function proxyThat(...args: Parameters<typeof FakeProxy.start>): Promise<FakeProxy> {
  const proxy = await FakeProxy.start(...args);
  open.push(proxy);
  return proxy;
}

async function server(): Promise<ScriptedServer> {
  const started = await ScriptedServer.start([answer(200, 'ok')], certificate);
  open.push(started);
  return started;
}

async function sendTo(
  url: string,
  env: NodeJS.ProcessEnv,
  { timeoutMs = 20_000, signal = new AbortController().signal } = {},
): Promise<HttpResult> {
  const client = createHttpClient({ clock: systemClock, env, ca: certificate.cert });
  open.push(client);
  const request = { method: 'POST', url: new Secret(url), headers: {}, body: '{}' } as const;
  return await client.send(request, { timeoutMs, signal });
}

const FAR = 'https://hooks.far.test/services/SECRET';

async function failing(url: string, env: NodeJS.ProcessEnv): Promise<HttpFailure> {
  const result = await sendTo(url, env);
  if (result.ok) throw new Error(`it answered ${result.status}`);
  expect(result.mayHaveArrived).toBe(false);
  expect(result.message).toMatch(/^[A-Z].*[.)]$/);
  expect(result.message).not.toMatch(/SECRET|hunter2|127\.0\.0\.1|far\.test/);
  return result;
}

describe('a proxy that refuses', () => {
  it('is asked once for each attempt when it closes the connection, and the attempt fails at once', async () => {
    const proxy = await proxyThat(hangUp);
    const result = await failing(FAR, { HTTPS_PROXY: proxy.url });
    expect(result).toMatchObject({ reason: 'network' });
    expect(result.message).toContain('proxy closed the connection');
    expect(result.message).toContain('HTTPS_PROXY');
    expect(proxy.connections).toBe(1);
  });

  it('is asked once when it resets the connection', async () => {
    const proxy = await proxyThat((socket) => socket.resetAndDestroy());
    const { message } = await failing(FAR, { HTTPS_PROXY: proxy.url });
    expect(message).toContain('proxy closed the connection');
    expect(proxy.connections).toBe(1);
  });

  it('is asked once when it closes the tunnel before the handshake', async () => {
    const proxy = await proxyThat((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    await failing(FAR, { HTTPS_PROXY: proxy.url });
    expect(proxy.connections).toBe(1);
  });

  it.each([
    [
      'a page',
      'HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\n\r\n<html>',
      /page \(HTTP 403/,
    ],
    ['a status', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', /HTTP 502/],
    ['a page as if it were a success', 'HTTP/1.1 200 OK\r\n\r\n<html>log in</html>', /with a page/],
    ['something else', 'SSH-2.0-OpenSSH_9.6\r\n', /not HTTP/],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}`, /not HTTP/],
  ])('is named when it answers with %s', async (_what, bytes, message) => {
    const proxy = await proxyThat(say(bytes));
    const result = await failing(FAR, { HTTPS_PROXY: proxy.url });
    expect(result).toMatchObject({ reason: 'network', message: expect.stringMatching(message) });
    expect(result.needsRepair).toBe(undefined);
    expect(proxy.connections).toBe(1);
  });

  it('is named when the page comes only after the handshake has begun', async () => {
    const proxy = await proxyThat((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.end('<html>log in</html>'));
      socket.resume();
    });
    const { message } = await failing(FAR, { HTTPS_PROXY: proxy.url });
    expect(message).toMatch(/through the proxy is not TLS.*page/);
  });

  it('is named when nothing listens there, or its name is unknown', async () => {
    const proxy = await FakeProxy.start();
    const { url } = proxy;
    await proxy.close();
    const refused = await failing(FAR, { ALL_PROXY: url });
    expect(refused.message).toMatch(/The proxy refuses connections.*ALL_PROXY/);
    const unknown = await failing(FAR, { https_proxy: 'http://no.invalid.test:1' });
    expect(unknown.message).toMatch(/host name of the proxy.*DNS.*https_proxy/);
  });
});

describe('a login at the proxy', () => {
  const WANTED = 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n';

  it.each([
    ['https', 'HTTPS_PROXY'],
    ['http', 'HTTP_PROXY'],
  ])('lasts until someone sets it: %s', async (scheme, variable) => {
    const proxy = await proxyThat(say(WANTED));
    const url = FAR.replace('https', scheme);
    const result = await failing(url, { [variable]: proxy.url });
    expect(result).toMatchObject({ reason: 'auth', needsRepair: true });
    expect(result.message).toMatch(/The proxy wants a login \(HTTP 407\)/);
    expect(result.message).toContain(variable);
    const withLogin = proxy.url.replace('://', '://me:hunter2@');
    const again = await failing(url, { [variable]: withLogin });
    expect(again.message).toMatch(/does not accept the login/);
    expect(proxy.connections).toBe(2);
  });

  it('is sent to it, and not to the server', async () => {
    const target = await server();
    const proxy = await proxyThat();
    const env = { ALL_PROXY: proxy.url.replace('://', '://me:hunter2@') };
    const expected = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    expect(await sendTo(`https://localhost:${target.port}/x`, env)).toMatchObject({ status: 200 });
    expect(proxy.heads[0]).toContain(`Proxy-Authorization: ${expected}\r\n`);
    expect(target.requests[0]?.headers).not.toHaveProperty('proxy-authorization');

    proxy.behaviour = say('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect(await sendTo('http://far.test:81/x', env)).toMatchObject({ status: 200 });
    expect(proxy.heads[1]).toMatch(
      /^POST http:\/\/far\.test:81\/x HTTP\/1\.1\r\nhost: far\.test:81/,
    );
    expect(proxy.heads[1]).toContain(`proxy-authorization: ${expected}\r\n`);
  });
});

describe('a proxy that works', () => {
  it('can be spoken to over TLS', async () => {
    const target = await server();
    const proxy = await proxyThat(forward, certificate);
    const env = { HTTPS_PROXY: `https://localhost:${proxy.port}` };
    expect(await sendTo(`https://localhost:${target.port}/`, env)).toMatchObject({ body: 'ok' });
    expect(proxy.heads).toHaveLength(1);
  });

  it('may say something before its answer', async () => {
    const target = await server();
    const proxy = await proxyThat((socket, head) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\n');
      forward(socket, head);
    });
    const env = { HTTPS_PROXY: proxy.url };
    expect(await sendTo(`https://localhost:${target.port}/`, env)).toMatchObject({ body: 'ok' });
  });

  it('is not used where NO_PROXY names the server, however mistyped it is', async () => {
    const target = await server();
    const env = { HTTPS_PROXY: 'htp://x:hunter2@y', NO_PROXY: 'localhost' };
    expect(await sendTo(`https://localhost:${target.port}/`, env)).toMatchObject({ body: 'ok' });
    const result = await failing(FAR, env);
    expect(result).toMatchObject({ reason: 'client_error', needsRepair: true });
  });
});

describe('a connection that is being opened', () => {
  it.each(['direct', 'through a proxy'])('ends with its attempt: %s', async (how) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on('error', () => {}).resume()));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    open.push({ close: async () => void silent.close() });
    const { port } = silent.address() as { port: number };
    const isDirect = how === 'direct';
    const url = isDirect ? `https://localhost:${port}/` : FAR;
    const env = isDirect ? {} : { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const stop = new AbortController();
    const late = sendTo(url, env, { timeoutMs: 300 });
    const stopped = sendTo(url, env, { signal: stop.signal });
    await expect.poll(() => sockets.length).toBe(2);
    stop.abort();
    expect(await stopped).toMatchObject({ reason: 'network', mayHaveArrived: false });
    expect(await late).toMatchObject({ reason: 'timeout', message: 'No connection within 0.3 s.' });
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  it('is one for each attempt when the server closes it during the handshake', async () => {
    let connections = 0;
    const rude = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      socket.once('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => {
      rude.listen(0, '127.0.0.1', resolve);
    });
    open.push({ close: async () => void rude.close() });
    const { port } = rude.address() as { port: number };
    const result = await failing(`https://localhost:${port}/`, {});
    expect(result).toMatchObject({ reason: 'network' });
    expect(result.needsRepair).toBe(undefined);
    expect(result.message).toContain('during the TLS handshake');
    expect(connections).toBe(1);
  });
});
