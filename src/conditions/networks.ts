/** An address as four 32-bit words; IPv4 as `::ffff:a.b.c.d`, so that both ways to write it are equal. */
type Address = readonly [number, number, number, number];

/** Addresses with the same first bits. */
export interface Network {
  readonly address: Address;
  /** How many bits count, 0 to 128. */
  readonly bits: number;
}

const LONGEST_ADDRESS = 64;
const IPV4_BITS = 96;

/** Reads a network, `10.0.0.0/8`, or an address as a network of its own; undefined when it is none. */
export function parseNetwork(text: string): Network | undefined {
  if (text.length > LONGEST_ADDRESS) return undefined;
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash === -1) return { address, bits: 128 };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length) + (text.includes(':') ? 0 : IPV4_BITS);
  return bits <= 128 ? { address, bits } : undefined;
}

/** Tells whether an address is in one of the networks. A text that is no address is in none. */
export function compileNetworks(networks: readonly Network[]): (text: string) => boolean {
  return (text) => {
    const address = parseAddress(text);
    if (address === undefined) return false;
    for (const network of networks) if (contains(network, address)) return true;
    return false;
  };
}

function contains({ address, bits }: Network, other: Address): boolean {
  for (let word = 0; word < 4; word += 1) {
    const counting = Math.min(32, bits - 32 * word);
    if (counting <= 0) return true;
    const difference = (address[word] as number) ^ (other[word] as number);
    if (difference >>> (32 - counting) !== 0) return false;
  }
  return true;
}

/** Reads an IPv4 or IPv6 address; undefined when it is none. A zone, `%eth0`, is left out. */
export function parseAddress(text: string): Address | undefined {
  if (text.length < 2 || text.length > LONGEST_ADDRESS) return undefined;
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : [0, 0, 0xffff, word];
  }
  const zone = text.indexOf('%');
  return parseIpv6(zone === -1 ? text : text.slice(0, zone));
}

function parseIpv4(text: string): number | undefined {
  let word = 0;
  let parts = 0;
  let digits = 0;
  let part = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? 0x2e : text.charCodeAt(at);
    if (code === 0x2e) {
      if (digits === 0 || part > 255) return undefined;
      word = word * 256 + part;
      parts += 1;
      digits = 0;
      part = 0;
    } else if (code >= 0x30 && code <= 0x39 && digits < 3) {
      // `010` is 8 to some programs and 10 to others.
      if (digits > 0 && part === 0) return undefined;
      part = part * 10 + code - 0x30;
      digits += 1;
    } else return undefined;
  }
  return parts === 4 ? word : undefined;
}

function parseIpv6(text: string): Address | undefined {
  const gap = text.indexOf('::');
  if (gap === -1) {
    const groups = parseGroups(text);
    return groups?.length === 8 ? toWords(groups) : undefined;
  }
  const before = gap === 0 ? [] : parseGroups(text.slice(0, gap));
  const after = gap + 2 === text.length ? [] : parseGroups(text.slice(gap + 2));
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (missing < 1) return undefined;
  return toWords([...before, ...Array.from({ length: missing }, () => 0), ...after]);
}

/** Groups of 16 bits; the last may be an IPv4 address, which is two of them. */
function parseGroups(text: string): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (position === parts.length - 1 && part.includes('.')) {
      const word = parseIpv4(part);
      if (word === undefined) return undefined;
      groups.push(Math.floor(word / 0x10000), word % 0x10000);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function toWords(groups: readonly number[]): Address {
  const word = (at: number) => (groups[at] as number) * 0x10000 + (groups[at + 1] as number);
  return [word(0), word(2), word(4), word(6)];
}
