import { describe, expect, it } from 'vitest';
import { whyRefused } from './guard.ts';

const FORM = 'application/x-www-form-urlencoded';
const HOST = 'localhost:7780';
const OURS = {
  host: HOST,
  origin: `http://${HOST}`,
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'navigate',
  'content-type': FORM,
};

function status(method: string, headers: Record<string, string | undefined>, hosts: string[] = []) {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return whyRefused(method, new Headers(given as [string, string][]), hosts)?.status;
}

describe('the name that the console is called by', () => {
  it.each([HOST, 'localhost', '127.0.0.1:7780', '[::1]:7780', 'LOCALHOST:1'])(
    'answers %s',
    (host) => {
      expect(status('GET', { host })).toBeUndefined();
    },
  );

  it.each([
    ['of an attacker that leads to this machine', 'evil.example:7780'],
    ['that begins like ours', 'localhost.evil.example'],
    ['that ends like ours', 'evil-localhost'],
    ['with a name before', 'evil@localhost'],
    ['with a path', 'localhost/x'],
    ['of another address of this machine', '127.0.0.2:7780'],
    ['that is empty', ''],
    ['that is none', undefined],
  ])('refuses a name %s', (_, host) => {
    expect(status('GET', { host })).toBe(421);
    expect(status('POST', { ...OURS, host })).toBe(421);
  });

  it('answers names that the settings add', () => {
    expect(status('GET', { host: 'Console.example' }, ['console.example'])).toBeUndefined();
  });
});

describe('what reads', () => {
  it('may be a link from elsewhere', () => {
    const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(status('GET', { host: HOST, 'sec-fetch-site': 'cross-site', ...link })).toBeUndefined();
  });

  it.each([
    ['a fetch', 'cors', 'empty'],
    ['a picture', 'no-cors', 'image'],
    ['a script', 'no-cors', 'script'],
    ['a frame', 'navigate', 'iframe'],
  ])('is not %s of another page', (_, mode, dest) => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest };
      expect(status('GET', { host: HOST, ...headers })).toBe(403);
    }
  });
});

describe('what changes something', () => {
  it('is a form of our own page', () => {
    expect(status('POST', OURS)).toBeUndefined();
    expect(status('POST', { ...OURS, origin: 'null' })).toBeUndefined();
    expect(status('POST', { ...OURS, origin: 'null', 'sec-fetch-site': undefined })).toBe(403);
  });

  it('is a fetch of our own page with the header that only ours can send', () => {
    const fetched = { ...OURS, 'sec-fetch-mode': 'cors' };
    expect(status('POST', fetched)).toBe(403);
    expect(status('POST', { ...fetched, 'x-integratord': '1' })).toBeUndefined();
  });

  it('is told by its origin where a browser says no more', () => {
    const old = { host: HOST, 'content-type': FORM, 'x-integratord': '1' };
    expect(status('POST', { ...old, origin: `http://${HOST}` })).toBeUndefined();
    expect(status('POST', { ...old, origin: `https://${HOST}` })).toBeUndefined();
    expect(status('POST', old)).toBe(403);
  });

  it.each([
    ['a form of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a form of another port', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
    ['a form of a page without origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a form that says it is ours', { origin: 'https://evil.example' }],
    ['what was typed', { origin: undefined, 'sec-fetch-site': 'none' }],
    [
      'a fetch of another site with our header',
      {
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'cors',
        'x-integratord': '1',
      },
    ],
  ])('is not %s', (_, headers) => {
    expect(status('POST', { ...OURS, ...headers })).toBe(403);
  });

  it.each([
    ['JSON', 'application/json'],
    ['text that is JSON', 'text/plain'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['nothing', undefined],
  ])('is not %s', (_, type) => {
    expect(status('POST', { ...OURS, 'content-type': type })).toBe(400);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('is not sent by %s', (method) => {
    expect(status(method, OURS)).toBe(400);
  });
});
