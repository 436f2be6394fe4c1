import { describe, expect, it } from 'vitest';
import { Secret } from '../core/secret.ts';
import { readProxyEnvironment } from './proxy-environment.ts';

const HTTPS = new URL('https://hooks.example.com/x');
const HTTP = new URL('http://hooks.example.com/x');
const PROXY = 'http://proxy.test:3128';

function hostFor(env: NodeJS.ProcessEnv, url = HTTPS): string | undefined {
  const proxy = readProxyEnvironment(env).proxyFor(url);
  return proxy !== undefined && 'host' in proxy ? `${proxy.host}:${proxy.port}` : undefined;
}

describe('which proxy is used', () => {
  it('is said by the variable of the scheme, else by ALL_PROXY', () => {
    const env = { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2', ALL_PROXY: 'http://c:3' };
    expect([hostFor(env), hostFor(env, HTTP)]).toEqual(['a:1', 'b:2']);
    const rest = { HTTP_PROXY: 'http://b:2', ALL_PROXY: 'http://c:3' };
    expect([hostFor(rest), hostFor(rest, HTTP)]).toEqual(['c:3', 'b:2']);
    expect([hostFor({}), hostFor({ HTTP_PROXY: 'http://b:2' })]).toEqual([undefined, undefined]);
  });

  it('is said by the name in lower case first; an empty one is not set', () => {
    expect(hostFor({ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' })).toBe('a:1');
    expect(hostFor({ https_proxy: ' ', HTTPS_PROXY: 'http://b:2' })).toBe('b:2');
    expect(hostFor({ all_proxy: 'http://a:1', ALL_PROXY: 'http://b:2' })).toBe('a:1');
    const none = { HTTPS_PROXY: PROXY, no_proxy: 'example.com', NO_PROXY: 'x.test' };
    expect(hostFor(none)).toBe(undefined);
  });

  it('is none where NO_PROXY says so, by the port of the scheme as well', () => {
    const through = (NO_PROXY: string, url = HTTPS) =>
      hostFor({ ALL_PROXY: PROXY, NO_PROXY }, url) !== undefined;
    expect(through('hooks.example.com:443')).toBe(false);
    expect(through('hooks.example.com:443', HTTP)).toBe(true);
    expect(through('hooks.example.com:80', HTTP)).toBe(false);
    expect(through('fd00::/8', new URL('https://[fd00::1]:8443/'))).toBe(false);
    expect(through('10.0.0.0/8', new URL('https://10.1.2.3/'))).toBe(false);
  });
});

describe('a proxy', () => {
  const read = (HTTPS_PROXY: string) => readProxyEnvironment({ HTTPS_PROXY }).proxyFor(HTTPS);

  it.each([
    ['http://proxy.test:3128', { host: 'proxy.test', port: 3128, tls: false }],
    ['http://proxy.test', { port: 80, tls: false }],
    ['https://proxy.test', { port: 443, tls: true }],
    ['HTTP://proxy.test:3128/', { host: 'proxy.test', port: 3128 }],
    ['proxy.test:3128', { host: 'proxy.test', port: 3128, tls: false }],
    ['http://[::1]:3128', { host: '::1', port: 3128 }],
    [' http://proxy.test:3128 ', { host: 'proxy.test' }],
  ])('%j is understood', (value, expected) => {
    expect(read(value)).toMatchObject({ variable: 'HTTPS_PROXY', ...expected });
  });

  it('has user and password, which are secrets', () => {
    const environment = readProxyEnvironment({ HTTPS_PROXY: 'http://me:p%40ss@proxy.test:3128' });
    const proxy = environment.proxyFor(HTTPS);
    const encoded = Buffer.from('me:p@ss').toString('base64');
    const authorization = proxy !== undefined && 'host' in proxy ? proxy.authorization : undefined;
    expect(authorization).toBeInstanceOf(Secret);
    expect(authorization?.reveal()).toBe(`Basic ${encoded}`);
    expect(environment.secrets).toEqual(expect.arrayContaining(['p@ss', encoded]));
    expect(read('me:pass@proxy.test:3128')).toMatchObject({ host: 'proxy.test' });
  });
});

describe('a mistake', () => {
  it.each([
    'not a proxy SECRET',
    'htp://me:SECRET@proxy.test:3128',
    'http//proxy.test:3128',
    'http:/proxy.test:3128',
    'http://',
    'http://:3128',
    'http://proxy.test:99999',
    'http://me:%zzSECRET@proxy.test',
    'SECRET',
    'proxy.test',
    'file:///SECRET',
  ])('is found: %j', (value) => {
    const environment = readProxyEnvironment({ HTTPS_PROXY: value });
    expect(environment.problems).toMatchObject([{ variable: 'HTTPS_PROXY' }]);
    expect(environment.problems[0]?.problem).toMatch(/^HTTPS_PROXY is not the address of a proxy/);
    expect(environment.problems[0]?.problem).not.toContain('SECRET');
    expect(environment.secrets).toEqual(value.includes('@') ? [value] : []);
    expect(environment.proxyFor(HTTPS)).toBe(environment.problems[0]);
  });

  it.each(['socks://x.test:1080', 'socks5h://x.test', 'SOCKS4://x.test'])(
    'is a proxy of another kind: %s',
    (value) => {
      const { problems } = readProxyEnvironment({ all_proxy: value });
      expect(problems).toHaveLength(1);
      expect(problems[0]?.problem).toMatch(/^all_proxy names a SOCKS proxy.*not supported/);
    },
  );

  it('concerns only those who would use it', () => {
    const environment = readProxyEnvironment({
      HTTPS_PROXY: 'htp://x',
      HTTP_PROXY: PROXY,
      NO_PROXY: 'internal.test',
    });
    expect(environment.proxyFor(new URL('https://internal.test/'))).toBe(undefined);
    expect(environment.proxyFor(HTTP)).toMatchObject({ host: 'proxy.test' });
    expect(environment.proxyFor(HTTPS)).toMatchObject({ variable: 'HTTPS_PROXY' });
  });

  it('in NO_PROXY is found as well', () => {
    const { problems } = readProxyEnvironment({ NO_PROXY: '10.0.0.0/99' });
    expect(problems).toMatchObject([{ variable: 'NO_PROXY' }]);
  });
});
