import { BlockList, isIP } from 'node:net';

/**
 * What no service on the internet can know: private, loopback, link-local, documentation, shared and
 * reserved networks as defined by Python's `ipaddress`, which the reference uses;
 * and multicast and carrier-grade NAT addresses, which Python allows.
 * (IANA special-purpose address registries.)
 */
const SPECIAL_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** All assigned IPv6 addresses are in this range; everything else is reserved, private or local. */
const GLOBAL_V6 = ['2000::', 3] as const;
const SPECIAL_V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet(...GLOBAL_V6, 'ipv6');

/**
 * The address in the form to look up, when it is a public one; undefined when
 * it is not, or not an address. An IPv4-mapped IPv6 address (`::ffff:8.8.8.8`), as servers log
 * when they listen for both, becomes plain IPv4.
 */
export function publicAddress(text: string): string | undefined {
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
  switch (isIP(address)) {
    case 4:
      return special.check(address, 'ipv4') ? undefined : address;
    case 6: {
      // An address with a zone (fe80::1%eth0) is only meaningful on the machine that wrote it.
      if (address.includes('%')) return undefined;
      const isPublic = global.check(address, 'ipv6') && !special.check(address, 'ipv6');
      return isPublic ? address : undefined;
    }
    default:
      return undefined;
  }
}
