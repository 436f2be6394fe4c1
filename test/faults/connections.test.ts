import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BlackHole } from '../support/black-hole.ts';
import { selfSigned } from '../support/certificate.ts';
import { FakeProxy } from '../support/fake-proxy.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, until } from '../support/program.ts';
import { answer, type Behaviour, ScriptedServer } from '../support/scripted-server.ts';

const DAY = 86_400_000;
const ALERTS = 40;
const open: { close(): Promise<unknown> }[] = [];
let home: Home | undefined;
let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  for (const one of open.splice(0)) await one.close();
  home?.remove();
  home = undefined;
});

const block = (name: string, url: string, more = '') =>
  `<integration><name>${name}</name><hook_url>${url}</hook_url>` +
  `<alert_format>json</alert_format>${more}</integration>`;

describe('integrations at one server, of which four never get an answer', () => {
  const hangsOrAnswers: Behaviour = (socket, request) => {
    if (!request.path.includes('hang')) answer(200, 'ok')(socket, request);
  };

  it.each([
    ['directly', 'http'],
    ['through a proxy', 'http'],
    ['through a tunnel', 'https'],
  ])('do not hold up the fifth: %s', async (how, scheme) => {
    const now = Date.now();
    const certificate = selfSigned('localhost', new Date(now - DAY), new Date(now + DAY));
    const tls = scheme === 'https' ? certificate : undefined;
    const server = await ScriptedServer.start([hangsOrAnswers], tls);
    open.push(server);
    const proxy = await FakeProxy.start();
    open.push(proxy);
    const origin = `${scheme}://localhost:${server.port}`;
    const hanging = [1, 2, 3, 4].map((at) => block('shuffle', `${origin}/hang${at}`));
    home = createHome(`${hanging.join('')}${block('slack', `${origin}/slack`)}`);
    const trusted = join(home.path, 'ca.pem');
    writeFileSync(trusted, certificate.cert);
    daemon = await DaemonProcess.start(home.path, [], {
      NODE_EXTRA_CA_CERTS: trusted,
      ...(how === 'directly' ? {} : { ALL_PROXY: proxy.url }),
    });
    home.append(...Array.from({ length: ALERTS }, (_, at) => alertLine(at)));
    const arrived = () => server.requests.filter(({ path }) => path.endsWith('/slack')).length;
    await until(() => arrived() === ALERTS, 'all alerts of the fifth arrived');
    // All that while the others had what they may have, and no answer.
    expect(server.requests.filter(({ path }) => path.includes('hang'))).not.toHaveLength(0);
    expect(proxy.connections > 0).toBe(how !== 'directly');
  });
});

describe('a server that neither opens nor refuses connections', () => {
  async function start(timeout: number): Promise<{ hole: BlackHole; running: DaemonProcess }> {
    const hole = await BlackHole.open();
    open.push(hole);
    const more = `<timeout>${timeout}</timeout>`;
    home = createHome(block('slack', `http://127.0.0.1:${hole.port}/x`, more));
    daemon = await DaemonProcess.start(home.path);
    home.append(alertLine(1));
    await until(() => hole.waiting > 0, 'a connection is being opened');
    return { hole, running: daemon };
  }

  it('is left alone when the attempt is over, be its time short or long', async () => {
    const short = await start(1);
    await short.running.logged('attempt failed', ({ cause }) => {
      return String(cause).startsWith('No connection within 1 s');
    });
    await until(() => short.hole.waiting === 0, 'the connection is given up');
    await short.running.kill();
    home?.remove();
    const long = await start(12);
    await long.running.logged('attempt failed', ({ cause }) => {
      return String(cause).startsWith('No connection within 12 s');
    });
    expect(long.running.log.filter(({ msg }) => msg === 'attempt failed')).toHaveLength(1);
  });

  it('does not keep the daemon from ending', async () => {
    const { hole, running } = await start(60);
    const began = performance.now();
    expect(await running.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    await until(() => hole.waiting === 0, 'no connection is left');
  });
});
