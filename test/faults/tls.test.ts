import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Certificate, selfSigned } from '../support/certificate.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';
import { answer, ScriptedServer } from '../support/scripted-server.ts';
import { Sink } from '../support/sink.ts';

const DAY = 86_400_000;
const open: { close(): Promise<unknown> }[] = [];
let home: Home;
let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  for (const one of open.splice(0)) await one.close();
  home.remove();
});

const slack = (url: string) =>
  `<integration><name>slack</name><hook_url>${url}</hook_url><alert_format>json</alert_format></integration>`;

describe('a certificate', () => {
  const certificate = (host: string, fromDays: number, toDays: number): Certificate =>
    selfSigned(host, new Date(Date.now() + fromDays * DAY), new Date(Date.now() + toDays * DAY));

  it.each([
    ['that has expired', certificate('localhost', -2, -1), true, /has expired/],
    ['for another host', certificate('other.test', -1, 1), true, /for another host name/],
    ['that signed itself', certificate('localhost', -1, 1), false, /self-signed/],
  ])('%s parks the integration, and its alert waits', async (_what, one, trusted, cause) => {
    const server = await ScriptedServer.start([answer(200, 'ok')], one);
    open.push(server);
    home = createHome(slack(`https://localhost:${server.port}/x`));
    const file = join(home.path, 'ca.pem');
    writeFileSync(file, one.cert);
    daemon = await DaemonProcess.start(home.path, [], trusted ? { NODE_EXTRA_CA_CERTS: file } : {});
    home.append(alertLine(1));
    await daemon.logged('integration is parked; its alerts wait until it is fixed', (line) => {
      return cause.test(String(line['cause']));
    });
    expect(server.requests).toHaveLength(0);
    if (trusted) return;
    // What the message advises helps at the next start.
    expect(await daemon.stop()).toBe(0);
    daemon = await DaemonProcess.start(home.path, [], { NODE_EXTRA_CA_CERTS: file });
    await until(() => server.requests.length === 1, 'the alert arrived');
  });
});

describe('a server that sends without end', () => {
  /** Records of TLS that a client has to ignore. */
  const helloRequests = Buffer.concat(
    Array.from({ length: 7000 }, () => Buffer.from('160303000400000000', 'hex')),
  );
  const interim = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000));
  const ROUNDS = 60;

  async function flood(chunk: Buffer): Promise<{ port: number; connections(): number }> {
    let connections = 0;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) {
          // until it is full
        }
      };
      socket.on('drain', more);
      socket.once('data', more);
      socket.resume();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    open.push({
      close: async () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    });
    return { port: (server.address() as AddressInfo).port, connections: () => connections };
  }

  /** How long alerts take to arrive at a healthy integration, one after the other: the median. */
  async function latency(sink: Sink, from: number): Promise<number> {
    const times: number[] = [];
    for (let at = from; at < from + ROUNDS; at += 1) {
      const began = performance.now();
      home.append(alertLine(at));
      await until(() => sink.numbers.includes(at), 'the alert arrived');
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[ROUNDS / 2] ?? 0;
  }

  it.each([
    ['during the handshake', 'https', helloRequests, /too much during the TLS handshake/],
    ['informational answers', 'http', interim, /endless/],
  ])('%s does not slow down another integration', async (_what, scheme, chunk, cause) => {
    const sink = await Sink.start();
    open.push(sink);
    home = createHome(slack(`${sink.url}/healthy`));
    daemon = await DaemonProcess.start(home.path);
    const alone = await latency(sink, 0);
    const flooding = await flood(chunk);
    const hook = `${scheme}://127.0.0.1:${flooding.port}/x`;
    const fast = '{ concurrency: 4, retry: { first_seconds: 1, longest_seconds: 1 } }';
    writeFileSync(
      join(home.path, 'etc', 'integratord.yaml'),
      `integrations: { 'slack#2': ${fast} }\n`,
    );
    home.configure(slack(`${sink.url}/healthy`) + slack(hook));
    daemon.signal('SIGHUP');
    await daemon.logged('configuration reloaded');
    const beside = await latency(sink, ROUNDS);
    await daemon.logged('attempt failed', (line) => cause.test(String(line['cause'])));
    expect(flooding.connections()).toBeGreaterThan(0);
    // Without a bound it is many times as long.
    expect(beside).toBeLessThan(3 * alone + 50);
  });
});
