import { describe, expect, it } from 'vitest';
import { readNoProxy } from './no-proxy.ts';

describe('NO_PROXY', () => {
  it.each([
    ['corp', 'corp', true],
    ['corp', 'wiki.corp', true],
    ['corp', 'mycorp', false],
    ['.corp', 'wiki.corp', true],
    ['.corp', 'corp', true],
    ['*.corp', 'a.b.corp', true],
    ['*.corp', 'a.corporate', false],
    ['Wiki.Corp.', 'wiki.corp', true],
    ['wiki.corp', 'WIKI.corp.', true],
    ['*', 'anything.test', true],
    ['other.test, *', 'anything.test', true],
    ['one.test two.test\tthree.test', 'two.test', true],
    ['one.test,,two.test', 'x.test', false],
    ['', 'x.test', false],
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '10.in-a-name.test', false],
    ['192.168.5.0/24', '192.168.6.1', false],
    ['fd00::/8', 'fd12::1', true],
    ['[fd00::]/8', 'fd12::1', true],
    ['fd00::/8', '10.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['0.0.1', '127.0.0.1', false],
    ['::1', '::1', true],
    ['[::1]', '0:0:0:0:0:0:0:1', true],
  ])('%j: %s goes directly: %s', (text, host, direct) => {
    expect(readNoProxy(text).includes(host, 443)).toBe(direct);
  });

  it('means one port only where it names one', () => {
    for (const [text, host] of [
      ['wiki.corp:8443', 'wiki.corp'],
      ['10.0.0.1:8443', '10.0.0.1'],
      ['[::1]:8443', '::1'],
      ['.corp:8443', 'wiki.corp'],
    ] as const) {
      expect(readNoProxy(text).includes(host, 8443)).toBe(true);
      expect(readNoProxy(text).includes(host, 443)).toBe(false);
    }
  });

  it('knows a network that is none, and uses the other entries', () => {
    for (const wrong of ['10.0.0.0/99', '10.0.0/8', 'fd00::/129', 'corp/8', '10.0.0.0/']) {
      const list = readNoProxy(`${wrong},wiki.corp`);
      expect(list.isBroken).toBe(true);
      expect(list.includes('wiki.corp', 443)).toBe(true);
    }
    expect(readNoProxy('10.0.0.0/8,wiki.corp').isBroken).toBe(false);
  });
});
