import type { ChildProcess } from 'node:child_process';
import { isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS } from '../../core/durations.ts';
import type { Log } from '../../core/log.ts';
import { onAbort } from '../abort-watch.ts';
import {
  type Address,
  type Addresses,
  type Answer,
  type NameFailure,
  NO_ANSWER,
  NO_SUCH_NAME,
  nameFailure,
  STOPPED,
  tooSlow,
} from './addresses.ts';
import { LocalNames } from './local-names.ts';
import { NameHosts, type Resolver } from './name-hosts.ts';
import { NameTrouble } from './name-trouble.ts';
import { SystemLookups } from './system-lookup.ts';

/** The names that integrations deliver to. */
export interface Names {
  /**
   * The addresses of a host. Never rejects.
   * @param owner who asks: an integration. None waits for the look-ups of another.
   * @param host a name, or an address, also in brackets.
   * @param signal ends the wait; the look-up goes on, for the next who asks.
   */
  lookup(owner: string, host: string, signal: AbortSignal): Promise<Answer>;
  /** True while the system is being asked for a host of which no address is known. */
  isWaiting(host: string): boolean;
  /** Ends all waits, and kills the processes that look up. Resolves when they are gone. */
  close(): Promise<void>;
}

export interface NamesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Starts a process that runs `serveNames`, with so many threads. */
  readonly start: (threads: number) => ChildProcess;
  /** What is known without asking. */
  readonly local?: Pick<LocalNames, 'find'>;
  /** Resolves names in this process while no other can be started. */
  readonly substitute?: Resolver;
}

/** How long an answer is used without asking again. */
const FRESH_MS = 60_000;
/** How long it is used while there is no newer one. */
const STALE_MS = DAY_MS;
/** How long a failure holds. */
const FAILED_MS = 5000;
/** When a look-up is slow enough to be reported. */
const SLOW_MS = 5000;
/** Look-ups of one owner at the same time. */
const MOST_PER_OWNER = 8;
/** Names that are remembered. */
const MOST_NAMES = 2000;

/** What is known about a name. Times are on the monotonic clock. */
interface Known {
  addresses: Addresses | undefined;
  addressesAt: number;
  failure: NameFailure | undefined;
  failureAt: number;
  /** The look-up that runs, for all who want it. */
  running: Promise<Answer> | undefined;
  /** Who has asked since the last answer. */
  readonly owners: Set<string>;
}

/** Opens the look-up of names. No process is started before one is needed. */
export function createNames(options: NamesOptions): Names {
  const { clock, log, start, local = new LocalNames({ clock }) } = options;
  const substitute = options.substitute ?? new SystemLookups();
  const hosts = new NameHosts({ start, substitute, clock, log });
  return new CachedNames(clock, log, local, hosts);
}

class CachedNames implements Names {
  readonly #clock: Clock;
  readonly #local: Pick<LocalNames, 'find'>;
  readonly #hosts: NameHosts;
  readonly #trouble: NameTrouble;
  readonly #known = new Map<string, Known>();
  /** Look-ups that run, by who started them. */
  readonly #running = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(clock: Clock, log: Log, local: Pick<LocalNames, 'find'>, hosts: NameHosts) {
    this.#clock = clock;
    this.#local = local;
    this.#hosts = hosts;
    this.#trouble = new NameTrouble(clock, log);
  }

  async lookup(owner: string, host: string, signal: AbortSignal): Promise<Answer> {
    const name = bare(host);
    const atOnce = literal(name) ?? this.#local.find(name);
    if (atOnce !== undefined) return { ok: true, addresses: atOnce };
    if (signal.aborted) return tooSlow(0);
    const known = this.#entry(name);
    known.owners.add(owner);
    const now = this.#clock.monotonic();
    const age = now - known.addressesAt;
    const isFailed = known.failure !== undefined && now - known.failureAt < FAILED_MS;
    if (known.addresses !== undefined && age < FRESH_MS) return known.addresses;
    const running = isFailed ? known.running : this.#ask(owner, name, known);
    if (known.addresses !== undefined && age < STALE_MS) return known.addresses;
    if (isFailed && known.failure !== undefined) return known.failure;
    return running === undefined ? TOO_MANY : await this.#wait(running, signal);
  }

  isWaiting(host: string): boolean {
    const known = this.#known.get(bare(host));
    return known?.running !== undefined && known.addresses === undefined;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#hosts.close();
  }

  /** The look-up of a name that runs, or a new one; undefined when the owner has too many. */
  #ask(owner: string, name: string, known: Known): Promise<Answer> | undefined {
    if (known.running !== undefined) return known.running;
    const count = this.#running.get(owner) ?? 0;
    if (count >= MOST_PER_OWNER) return undefined;
    this.#running.set(owner, count + 1);
    known.running = this.#resolve(name, known).finally(() => {
      known.running = undefined;
      const left = (this.#running.get(owner) ?? 1) - 1;
      if (left === 0) this.#running.delete(owner);
      else this.#running.set(owner, left);
    });
    return known.running;
  }

  async #resolve(name: string, known: Known): Promise<Answer> {
    const report = () => {
      this.#trouble.report(name, known.owners, known.addresses !== undefined);
    };
    const cancelTimer = this.#clock.after(SLOW_MS, report);
    const answer = await this.#hosts.resolve(name);
    cancelTimer();
    if (answer === STOPPED) return answer;
    const now = this.#clock.monotonic();
    if (answer.ok) {
      known.addresses = answer;
      known.addressesAt = now;
      known.failure = undefined;
    } else {
      known.failure = answer;
      known.failureAt = now;
      // That is an answer too: the name is gone.
      if (answer.code === NO_SUCH_NAME) known.addresses = undefined;
    }
    if (answer.ok || answer.code === NO_SUCH_NAME) this.#trouble.end(name);
    else report();
    known.owners.clear();
    return answer;
  }

  #wait(running: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const { signal: stop } = this.#stop;
    if (stop.aborted) return Promise.resolve(STOPPED);
    const since = this.#clock.monotonic();
    return new Promise((resolve) => {
      const finish = (answer: Answer) => {
        forget();
        forgetStop();
        resolve(answer);
      };
      const forget = onAbort(signal, () => finish(tooSlow(this.#clock.monotonic() - since)));
      const forgetStop = onAbort(stop, () => finish(STOPPED));
      void running.then(finish);
    });
  }

  #entry(name: string): Known {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_NAMES) this.#forgetOldest();
    const fresh: Known = {
      addresses: undefined,
      addressesAt: 0,
      failure: undefined,
      failureAt: 0,
      running: undefined,
      owners: new Set(),
    };
    this.#known.set(name, fresh);
    return fresh;
  }

  #forgetOldest(): void {
    for (const [name, { running }] of this.#known) {
      if (running !== undefined) continue;
      this.#known.delete(name);
      return;
    }
  }
}

const TOO_MANY: NameFailure = {
  ...nameFailure(NO_ANSWER),
  message: 'DNS has not answered for the other host names of this integration yet.',
};

function literal(name: string): Address[] | undefined {
  const family = isIP(name);
  return family === 4 || family === 6 ? [{ address: name, family }] : undefined;
}

/** An address of version 6 stands in brackets in a URL. */
function bare(host: string): string {
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return address.toLowerCase();
}
