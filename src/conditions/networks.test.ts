import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetworks, parseAddress, parseNetwork } from './networks.ts';

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/31', '192.0.2.1', true],
    ['192.0.2.0/31', '192.0.2.2', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/32', '2001:DB8:ffff::', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'web-01', false],
    ['10.0.0.0/8', '10.0.0', false],
    ['10.0.0.0/8', '010.0.0.1', false],
    ['10.0.0.0/8', '', false],
  ])('%s and %s: %s', (network, address, isInside) => {
    const parsed = parseNetwork(network);
    expect(parsed).toBeDefined();
    expect(parsed && compileNetworks([parsed])(address)).toBe(isInside);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '::/129',
    '10.0.0/8',
    'web/8',
    '/8',
    '1.2.3.4/8/8',
    '',
  ])('is not %j', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('reads the addresses that Node reads, and no others', () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcf:.%/'.split('')), maxLength: 40 }),
    );
    fc.assert(
      fc.property(address, (text) => {
        // A zone may be anything here; Node wants it to be a name.
        fc.pre(!text.includes('%'));
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 3000 },
    );
  });
});
