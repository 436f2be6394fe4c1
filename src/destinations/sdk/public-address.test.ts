import { describe, expect, it } from 'vitest';
import { publicAddress } from './public-address.ts';

describe('publicAddress', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.255',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '203.0.112.255',
    '203.0.114.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '2001:200::1',
    '2002:808:808::1',
    '3ffe::1',
    '2A00:1450:4001:81b::200e',
  ])('asks about %s', (address) => {
    expect(publicAddress(address)).toBe(address);
  });

  // Private, loopback and reserved by the judgement of Python's ipaddress.
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:0:0',
    '64:ff9b::808:808',
    '100::1',
    '2001::1',
    '2001:1ff::1',
    '2001:db8::1',
    '3fff::1',
    '4000::1',
    'fc00::1',
    'fdff:ffff::1',
    'fe80::1',
  ])('does not ask about %s', (address) => {
    expect(publicAddress(address)).toBeUndefined();
  });

  it.each(['100.64.0.1', '100.127.255.255', '224.0.0.1', '239.1.2.3', 'ff02::1', 'fec0::1'])(
    'does not ask about %s either, which Python lets pass',
    (address) => {
      expect(publicAddress(address)).toBeUndefined();
    },
  );

  it('takes IPv4 addresses out of their IPv6 clothes', () => {
    expect(publicAddress('::ffff:8.8.8.8')).toBe('8.8.8.8');
    expect(publicAddress('::FFFF:8.8.8.8')).toBe('8.8.8.8');
    expect(publicAddress('::ffff:10.0.0.1')).toBeUndefined();
    expect(publicAddress('::ffff:808:808')).toBeUndefined();
  });

  it.each([
    '',
    ' ',
    'not-ip',
    '8.8.8',
    '8.8.8.8 ',
    '08.8.8.8',
    '8.8.8.8/32',
    '8.8.8.256',
    '1::2::3',
    '2606:4700::1111%eth0',
    '2606:4700::1111/../x',
    '[2606:4700::1111]',
    '134744072',
    'localhost',
  ])('finds no address in %j', (text) => {
    expect(publicAddress(text)).toBeUndefined();
  });
});
