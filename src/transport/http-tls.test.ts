import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { type CertificateChain, makeChain } from '../../test/support/certificate-chain.ts';
import { isMissing, mustRun } from '../../test/support/requirement.ts';
import { answer, ScriptedServer } from '../../test/support/scripted-server.ts';
import { systemClock } from '../core/clock.ts';
import type { HttpResult } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { createHttpClient } from './http.ts';

const DAY = 86_400_000;
const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
const noOpenssl = isMissing('openssl, the command, is needed for certificates of a CA.', () =>
  mustRun('openssl', 'version'),
);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function sendTo(port: number, ca?: string, host = 'localhost'): Promise<HttpResult> {
  const trust = ca === undefined ? {} : { ca };
  const client = createHttpClient({ clock: systemClock, env: {}, ...trust });
  open.push(client);
  const url = new Secret(`https://${host}:${port}/SECRET`);
  const signal = new AbortController().signal;
  return await client.send(
    { method: 'POST', url, headers: {}, body: '{}' },
    { timeoutMs: 20_000, signal },
  );
}

async function serve(options: SecureContextOptions, version: SecureVersion): Promise<number> {
  const only = { minVersion: version, maxVersion: version };
  const server = await ScriptedServer.start([answer(200, 'ok')], { ...options, ...only });
  open.push(server);
  return server.port;
}

function certificate(host: string, fromDays: number, toDays: number) {
  const now = systemClock.now();
  return selfSigned(host, new Date(now + fromDays * DAY), new Date(now + toDays * DAY));
}

describe.each(VERSIONS)('a certificate that needs someone to act, over %s', (version) => {
  it.each([
    ['has expired', certificate('localhost', -2, -1), true, /has expired.*renewed.*clock/],
    ['is not valid yet', certificate('localhost', 1, 2), true, /not valid yet/],
    ['is for another host', certificate('other.test', -1, 1), true, /another host name/],
    ['signed itself', certificate('localhost', -1, 1), false, /self-signed.*NODE_EXTRA_CA_CERTS/],
  ])('%s', async (_what, one, trusted, message) => {
    const result = await sendTo(await serve(one, version), trusted ? one.cert : undefined);
    expect(result).toMatchObject({
      ok: false,
      reason: 'network',
      needsRepair: true,
      mayHaveArrived: false,
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(result)).not.toMatch(/SECRET|localhost|other\.test/);
  });
});

describe.skipIf(noOpenssl).each(VERSIONS)(
  'a server with a certificate of a CA, over %s',
  (version) => {
    let directory: string;
    let files: CertificateChain;
    let root: string;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'integratord-test-'));
      files = makeChain(directory);
      root = readFileSync(files.root, 'utf8');
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));
    const pem = (name: keyof CertificateChain) => readFileSync(files[name], 'utf8');

    it('is trusted when it sends the whole chain', async () => {
      const port = await serve({ cert: pem('chain'), key: pem('key') }, version);
      expect(await sendTo(port, root)).toMatchObject({ ok: true, status: 200 });
    });

    it('is told apart when it lacks its intermediate, or its CA is unknown', async () => {
      const short = await serve({ cert: pem('leaf'), key: pem('key') }, version);
      expect(await sendTo(short, root)).toMatchObject({
        needsRepair: true,
        message: expect.stringMatching(/does not send the intermediate certificate.*whole chain/),
      });
      const whole = await serve({ cert: pem('chain'), key: pem('key') }, version);
      expect(await sendTo(whole)).toMatchObject({
        needsRepair: true,
        message: expect.stringMatching(/CA that is not trusted here.*NODE_EXTRA_CA_CERTS/),
      });
    });

    /** The server of openssl, which does what Node's cannot. */
    async function openssl(...args: string[]): Promise<number> {
      const port = await freePort();
      const only = version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
      const own = ['-cert', files.leaf, '-key', files.key, '-cert_chain', files.intermediate];
      const child = spawn(
        'openssl',
        ['s_server', '-accept', `127.0.0.1:${port}`, only, ...own, ...args],
        { stdio: ['pipe', 'pipe', 'ignore'] },
      );
      open.push({ close: () => ended(child) });
      let output = '';
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
      });
      await expect.poll(() => output, { timeout: 20_000 }).toContain('ACCEPT');
      return port;
    }

    it('is named when it requires a client certificate', async () => {
      const port = await openssl('-Verify', '1', '-verify_return_error');
      expect(await sendTo(port, root)).toMatchObject({
        reason: 'auth',
        needsRepair: true,
        mayHaveArrived: false,
        message: expect.stringMatching(/requires a client certificate/),
      });
    });

    it('is named when it does not know the name (SNI)', async () => {
      const second = ['-cert2', files.leaf, '-key2', files.key];
      const port = await openssl('-servername', 'other.test', '-servername_fatal', ...second);
      expect(await sendTo(port, root)).toMatchObject({
        needsRepair: true,
        message: expect.stringMatching(/does not know the host name.*unrecognized name/),
      });
    });
  },
);

it('a client certificate that nginx misses, which it says in HTTP, is named as well', async () => {
  const own = certificate('localhost', -1, 1);
  const page = '<html><h1>400 Bad Request</h1>No required SSL certificate was sent</html>';
  const server = await ScriptedServer.start([answer(400, page)], own);
  open.push(server);
  expect(await sendTo(server.port, own.cert)).toMatchObject({
    reason: 'auth',
    needsRepair: true,
    message: expect.stringContaining('client certificate'),
  });
});

describe('a handshake that fails for another reason', () => {
  it('is retried when no version or cipher is common', async () => {
    const own = certificate('localhost', -1, 1);
    // A cipher for certificates of another kind than this server has.
    const ciphers = 'ECDHE-RSA-AES256-GCM-SHA384';
    const port = await serve({ ...own, ciphers }, 'TLSv1.2');
    const result = await sendTo(port, own.cert);
    expect(result).toMatchObject({ message: expect.stringContaining('no version or cipher') });
    expect(result).not.toHaveProperty('needsRepair');
  });

  /** An answer to the first bytes of the client. */
  async function raw(behaviour: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => behaviour(socket));
      socket.resume();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    open.push({ close: async () => void server.close() });
    return (server.address() as AddressInfo).port;
  }

  it.each([
    ['a reset', (socket: Socket) => void socket.resetAndDestroy(), /during the TLS handshake/],
    ['an end', (socket: Socket) => void socket.end(), /during the TLS handshake/],
    ['no TLS', (socket: Socket) => void socket.end('HTTP/1.1 400 No\r\n\r\n'), /does not use TLS/],
    ['an alert', (socket: Socket) => void socket.end(ALERT_INTERNAL), /ended the TLS handshake/],
  ])('is retried after %s', async (_what, behaviour, message) => {
    const result = await sendTo(await raw(behaviour));
    expect(result).toMatchObject({ reason: 'network', message: expect.stringMatching(message) });
    expect(result).not.toHaveProperty('needsRepair');
  });

  it('is over soon when the server sends without end', async () => {
    let sent = 0;
    const closed: Promise<unknown>[] = [];
    const port = await raw((socket) => {
      closed.push(new Promise((resolve) => socket.on('close', resolve)));
      const more = () => {
        while (!socket.destroyed && socket.write(HELLO_REQUESTS)) sent += HELLO_REQUESTS.length;
      };
      socket.on('drain', more);
      more();
    });
    const result = await sendTo(port);
    expect(result).toMatchObject({ message: expect.stringContaining('too much during the TLS') });
    await Promise.all(closed);
    expect(sent).toBeLessThan(100_000_000);
  });
});

/** A fatal alert: internal_error. */
const ALERT_INTERNAL = Buffer.from('15030300020250', 'hex');
/** Records of TLS that a client has to ignore. */
const HELLO_REQUESTS = Buffer.concat(
  Array.from({ length: 7000 }, () => Buffer.from('160303000400000000', 'hex')),
);

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
