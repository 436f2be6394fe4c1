import { afterEach, describe, expect, it } from 'vitest';
import { FakeProxy, forward, hangUp, say } from '../support/fake-proxy.ts';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const open: { close(): Promise<unknown> }[] = [];
let home: Home;
let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  for (const one of open.splice(0)) await one.close();
  home.remove();
});

async function proxyThat(...args: Parameters<typeof FakeProxy.start>): Promise<FakeProxy> {
  const proxy = await FakeProxy.start(...args);
  open.push(proxy);
  return proxy;
}

async function sink(): Promise<Sink> {
  const started = await Sink.start();
  open.push(started);
  return started;
}

const slack = (url: string) =>
  `<integration><name>slack</name><hook_url>${url}</hook_url><alert_format>json</alert_format></integration>`;
const FAR = 'https://hooks.far.test/services/T/B/X';
const LOGIN = 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n';

describe('a proxy', () => {
  it.each([
    ['closes', hangUp],
    ['resets', (socket) => void socket.resetAndDestroy()],
  ] satisfies [string, typeof hangUp][])(
    'that %s each connection is asked once per attempt, and the log says so',
    async (_what, behaviour) => {
      const proxy = await proxyThat(behaviour);
      home = createHome(slack(FAR));
      daemon = await DaemonProcess.start(home.path, [], { HTTPS_PROXY: proxy.url });
      home.append(alertLine(1));
      const failures = () => daemon?.log.filter(({ msg }) => msg === 'attempt failed') ?? [];
      await until(() => failures().length >= 3, 'three attempts failed');
      for (const { cause } of failures()) {
        expect(cause).toContain('proxy closed the connection');
        expect(cause).toContain('HTTPS_PROXY');
      }
      // The next attempt may have begun.
      expect(proxy.connections - failures().length).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    ['https', 'HTTPS_PROXY'],
    ['http', 'HTTP_PROXY'],
  ])('that wants a login parks the integration until it has one: %s', async (scheme, variable) => {
    const proxy = await proxyThat(say(LOGIN));
    const target = await sink();
    // A name that only the proxy can find; it means this machine.
    const url = `${scheme}://far.test:${new URL(target.url).port}/x`;
    home = createHome(slack(url));
    daemon = await DaemonProcess.start(home.path, [], { [variable]: proxy.url });
    home.append(alertLine(1));
    await daemon.logged('integration is parked; its alerts wait until it is fixed', (line) => {
      return line['reason'] === 'auth' && /HTTP 407.*user/.test(String(line['cause']));
    });
    expect(daemon.output).toContain(variable);
    expect(proxy.connections).toBe(1);
    expect(await daemon.stop()).toBe(0);

    proxy.behaviour = forward;
    const withLogin = proxy.url.replace('://', '://me:hunter2@');
    daemon = await DaemonProcess.start(home.path, [], { [variable]: withLogin });
    // At once, and not only with the next probe of a parked integration.
    await until(() => proxy.heads.length === 2, 'the proxy is asked again');
    expect(proxy.heads[1]).toMatch(/proxy-authorization: Basic bWU6aHVudGVyMg==/i);
    if (scheme === 'http') await until(() => target.numbers.includes(1), 'the alert arrived');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.output).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
  });
});

describe('a mistyped proxy', () => {
  const env = { HTTPS_PROXY: 'htp://me:hunter2@proxy.test', HTTP_PROXY: 'socks5://x.test' };

  it('is found by check', async () => {
    home = createHome(slack(FAR));
    const { code, stdout } = await integratord(['check', '--home', home.path], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('warning: HTTPS_PROXY is not the address of a proxy');
    expect(stdout).toContain('warning: HTTP_PROXY names a SOCKS proxy, which is not supported');
    expect(stdout).not.toMatch(/hunter2|proxy\.test/);
  });

  it('is told at the start, and hurts only who would use it', async () => {
    const near = await sink();
    home = createHome(slack(FAR) + slack(`${near.url}/near`));
    daemon = await DaemonProcess.start(home.path, [], { ...env, NO_PROXY: '127.0.0.0/8' });
    expect(daemon.output).toContain('HTTPS_PROXY is not the address of a proxy');
    home.append(alertLine(1));
    await until(() => near.numbers.includes(1), 'the alert arrived where no proxy is used');
    await daemon.logged('integration is parked; its alerts wait until it is fixed', (line) => {
      return line['integration'] === 'slack' && String(line['cause']).startsWith('HTTPS_PROXY');
    });
    expect(daemon.output).not.toMatch(/hunter2|proxy\.test/);
  });
});
