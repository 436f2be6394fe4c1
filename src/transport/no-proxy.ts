import { BlockList, isIP } from 'node:net';

/** What `NO_PROXY` says. */
export interface NoProxy {
  /**
   * True when requests go there directly.
   * @param host a name, or an IP address without brackets
   */
  includes(host: string, port: number): boolean;
  /** True when an entry looks like a network, but is none. */
  readonly isBroken: boolean;
}

interface Entry {
  readonly matches: (host: string) => boolean;
  /** Undefined: any port. */
  readonly port: number | undefined;
}

/**
 * Reads `NO_PROXY`: names, which also stand for what is below them (`corp`, `.corp` and `*.corp` are
 * the same), addresses, networks (`10.0.0.0/8`, `fd00::/8`), each with a port if only that is meant
 * (`host:8080`, `[::1]:8080`), or `*` for everything; separated by commas or blanks.
 */
export function readNoProxy(text: string): NoProxy {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const entries = words.map(readEntry);
  return {
    isBroken: entries.includes(undefined),
    includes(host, port) {
      const name = host.toLowerCase().replace(/\.$/, '');
      return entries.some(
        (entry) => entry?.matches(name) === true && (entry.port ?? port) === port,
      );
    },
  };
}

function readEntry(word: string): Entry | undefined {
  const { host, port } = withoutPort(word.toLowerCase());
  if (host === '*') return { matches: () => true, port };
  if (host.includes('/')) return network(host);
  if (isIP(host) !== 0) return { matches: sameAddress(host), port };
  const suffix = host.replace(/^\*?\./, '').replace(/\.$/, '');
  const matches = (name: string) =>
    name === suffix || (isIP(name) === 0 && name.endsWith(`.${suffix}`));
  return { matches, port };
}

function withoutPort(word: string): { host: string; port: number | undefined } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(word);
  // Several colons without brackets: an IPv6 address.
  const [, host = word, port] = bracketed ?? /^([^:]*):(\d+)$/.exec(word) ?? [];
  return { host, port: port === undefined ? undefined : Number(port) };
}

function network(text: string): Entry | undefined {
  const [, address = '', bits = ''] = /^\[?([^[\]/]*)\]?\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return { matches: (host) => isIn(list, host), port: undefined };
}

/** An IPv6 address can be written in several ways. */
function sameAddress(address: string): (host: string) => boolean {
  const list = new BlockList();
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return (host) => isIn(list, host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
