import { readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../core/clock.ts';
import type { Address } from './addresses.ts';
import { type Families, type HostsTable, parseHosts, usableAddresses } from './hosts-file.ts';
import { asksFilesFirst } from './name-service-switch.ts';

/** How often the files are checked for changes, at most. */
const CHECK_MS = 1000;
/** A larger file is left to the system. */
const LARGEST_BYTES = 1024 * 1024;
const EMPTY: HostsTable = new Map();

export interface LocalNamesOptions {
  readonly clock: Clock;
  readonly hosts?: string;
  readonly nsswitch?: string;
  /** The families of the addresses of this machine. */
  readonly families?: () => Families;
}

/**
 * The names in /etc/hosts, for at once: the same addresses as the system gives, without asking it.
 * Both files are read again when they change.
 */
export class LocalNames {
  readonly #clock: Clock;
  readonly #paths: { readonly hosts: string; readonly nsswitch: string };
  readonly #families: () => Families;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #versions = '';
  #table = EMPTY;

  constructor(options: LocalNamesOptions) {
    const { hosts = '/etc/hosts', nsswitch = '/etc/nsswitch.conf' } = options;
    this.#clock = options.clock;
    this.#paths = { hosts, nsswitch };
    this.#families = options.families ?? familiesOfThisMachine;
  }

  /** The addresses of a name; undefined when the system must be asked. */
  find(name: string): readonly Address[] | undefined {
    this.#refresh();
    const found = this.#table.get(name.toLowerCase());
    if (found === undefined) return undefined;
    const usable = usableAddresses(found, this.#families());
    return usable.length === 0 ? undefined : usable;
  }

  #refresh(): void {
    const now = this.#clock.monotonic();
    if (now - this.#checkedAt < CHECK_MS) return;
    this.#checkedAt = now;
    const { hosts, nsswitch } = this.#paths;
    const versions = `${version(hosts)} ${version(nsswitch)}`;
    if (versions === this.#versions) return;
    this.#versions = versions;
    this.#table = asksFilesFirst(read(nsswitch)) ? parseHosts(read(hosts)) : EMPTY;
  }
}

/** Changes whenever the file does. */
function version(path: string): string {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return 'none';
  return [status.dev, status.ino, status.size, status.mtimeNs, status.ctimeNs].join(':');
}

/** The text of a file; empty where it cannot be read: then the system is asked. */
function read(path: string): string {
  try {
    return statSync(path).size > LARGEST_BYTES ? '' : readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function familiesOfThisMachine(): Families {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return {
    v4: all.some(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1'),
    v6: all.some(({ family, address }) => family === 'IPv6' && address !== '::1'),
    loopback6: all.some(({ address }) => address === '::1'),
  };
}
