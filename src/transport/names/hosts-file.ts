import { isIP } from 'node:net';
import type { Address } from './addresses.ts';

/** Which families a machine has addresses of, besides those that lead to itself. */
export interface Families {
  readonly v4: boolean;
  readonly v6: boolean;
  /** Whether it can reach itself at `::1`. */
  readonly loopback6: boolean;
}

/** Addresses by names in lower case, in the order of the lines. */
export type HostsTable = ReadonlyMap<string, readonly Address[]>;

/** Reads the text of a hosts file. Lines without a valid address are left out, as the system does. */
export function parseHosts(text: string): HostsTable {
  const table = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [content = ''] = line.split('#', 1);
    const [address = '', ...names] = content.trim().split(/\s+/);
    const family = address.includes('%') ? 0 : isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of new Set(names.map((each) => each.toLowerCase()))) {
      const known = table.get(name);
      if (known === undefined) table.set(name, [{ address, family }]);
      else if (!known.some((other) => other.address === address)) known.push({ address, family });
    }
  }
  return table;
}

/**
 * What `getaddrinfo` makes of the addresses of a name: only those of the family that the machine has,
 * if it has one of the two, and those first that can be reached, each once. Empty when none are left.
 */
export function usableAddresses(found: readonly Address[], families: Families): Address[] {
  const { v4, v6, loopback6 } = families;
  if (v4 && !v6) return unique(found.map(asVersion4));
  const sixes = found.filter(({ family }) => family === 6);
  if (v6 && !v4) return sixes;
  const isReachable = ({ address, family }: Address) => {
    if (address === '::1') return loopback6;
    return family === 6 ? v6 : v4 || address.startsWith('127.');
  };
  const inOrder = [...sixes, ...found.filter(({ family }) => family === 4)];
  return [...inOrder.filter(isReachable), ...inOrder.filter((each) => !isReachable(each))];
}

/** The system takes these two of version 6 for version 4, where it wants that. */
function asVersion4(found: Address): Address | undefined {
  if (found.family === 4) return found;
  if (found.address === '::1') return { address: '127.0.0.1', family: 4 };
  const mapped = /^::ffff:([\d.]+)$/i.exec(found.address)?.[1];
  return mapped === undefined ? undefined : { address: mapped, family: 4 };
}

function unique(found: readonly (Address | undefined)[]): Address[] {
  const all = new Map(found.flatMap((each) => (each === undefined ? [] : [[each.address, each]])));
  return [...all.values()];
}
