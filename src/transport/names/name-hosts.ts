import type { ChildProcess } from 'node:child_process';
import { type Clock, sleep } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { type Answer, nameFailure, STOPPED } from './addresses.ts';
import { NameHostProcess } from './name-host-process.ts';

/** Resolves names, each for as long as it takes. */
export interface Resolver {
  resolve(name: string): Promise<Answer>;
}

export interface NameHostsOptions {
  /** Starts a process that runs `serveNames`, with so many threads. */
  readonly start: (threads: number) => ChildProcess;
  /** Resolves names in this process while no host starts. */
  readonly substitute: Resolver;
  readonly clock: Clock;
  readonly log: Log;
}

/** Threads of the first host: enough unless many names hang. */
const FEW_THREADS = 64;
/** Threads of the others. The library of Node takes no more. */
const MANY_THREADS = 1024;
const MOST_HOSTS = 3;
/** From the end of a host that something killed to the next start, so that nothing turns hot. */
const RESTART_MS = 1000;
/** Hosts that may be lost with one look-up: perhaps it is why. */
const MOST_LOST = 3;
/** How long to do without a host that did not start. */
const MISSING_MS = 60_000;

/**
 * Resolves names in processes of their own, the name hosts, so that every look-up has a thread of its
 * own however many hang. The first is started with the first look-up; a larger one when all threads
 * are taken. An idle one ends.
 */
export class NameHosts implements Resolver {
  readonly #options: NameHostsOptions;
  /** Those that take look-ups, in the order of their start. */
  readonly #hosts = new Set<NameHostProcess>();
  /** All that may still run. */
  readonly #processes = new Set<NameHostProcess>();
  readonly #stop = new AbortController();
  #noStartBefore = Number.NEGATIVE_INFINITY;
  /** True when the last host that was started did not come up. */
  #isMissing = false;

  constructor(options: NameHostsOptions) {
    this.#options = options;
  }

  async resolve(name: string): Promise<Answer> {
    const { clock, substitute } = this.#options;
    let lost = 0;
    while (!this.#stop.signal.aborted && lost < MOST_LOST) {
      const host = this.#host();
      if (host !== undefined) {
        const answer = await host.resolve(name);
        if (answer !== undefined) return answer;
        lost += 1;
      } else if (this.#isMissing) {
        return substitute.resolve(name);
      } else {
        await sleep(clock, this.#noStartBefore - clock.monotonic(), this.#stop.signal);
      }
    }
    return this.#stop.signal.aborted ? STOPPED : nameFailure('EAI_FAIL');
  }

  /** Kills the hosts. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#processes].map((host) => host.close()));
  }

  /** A host with a free thread, else the one with the least to do; undefined when there is none. */
  #host(): NameHostProcess | undefined {
    let idlest: NameHostProcess | undefined;
    for (const host of this.#hosts) {
      if (host.load < host.capacity) return host;
      if (idlest === undefined || host.load < idlest.load) idlest = host;
    }
    const mayStart =
      this.#hosts.size < MOST_HOSTS && this.#options.clock.monotonic() >= this.#noStartBefore;
    return mayStart ? (this.#start() ?? idlest) : idlest;
  }

  #start(): NameHostProcess | undefined {
    const { start, clock } = this.#options;
    const threads = this.#hosts.size === 0 ? FEW_THREADS : MANY_THREADS;
    let child: ChildProcess;
    try {
      child = start(threads);
    } catch (error) {
      this.#didNotStart(String(error));
      return undefined;
    }
    this.#isMissing = false;
    const host = new NameHostProcess(child, {
      clock,
      capacity: threads / 2,
      onEnd: (how, wasReady) => {
        this.#hosts.delete(host);
        if (how === undefined) return;
        if (wasReady) this.#wasLost(how);
        else this.#didNotStart(how);
      },
    });
    child.once('exit', () => this.#processes.delete(host));
    child.once('error', () => {
      if (child.pid === undefined) this.#processes.delete(host);
    });
    this.#hosts.add(host);
    this.#processes.add(host);
    return host;
  }

  #wasLost(how: string): void {
    const { clock, log } = this.#options;
    this.#noStartBefore = clock.monotonic() + RESTART_MS;
    log.warn('name host exited; the next look-up starts a new one', { how });
  }

  #didNotStart(how: string): void {
    const { clock, log } = this.#options;
    this.#noStartBefore = clock.monotonic() + MISSING_MS;
    this.#isMissing = true;
    log.warn('name host did not start; integratord resolves names by itself for a minute', { how });
  }
}
