import type { ChildProcess } from 'node:child_process';
import { type Clock, sleep } from '../core/clock.ts';
import type { ScriptCall, ScriptResult, ScriptRunner } from '../core/destination.ts';
import type { Log } from '../core/log.ts';
import type { HostSetup } from './script-host.ts';
import { type HostEnd, ScriptHostProcess } from './script-host-process.ts';

export interface ScriptHostsOptions {
  /** Starts a process that runs `serveScripts`. */
  readonly start: () => ChildProcess;
  /** What holds for a run that begins now: the same object as long as nothing has changed. */
  readonly setup: () => HostSetup;
  /** How many of them there may be. */
  readonly most: number;
  /** Runs scripts in this process while no host starts. */
  readonly substitute: ScriptRunner;
  readonly clock: Clock;
  readonly log: Log;
}

/** From the end of a host that something killed to the next start, so that nothing turns hot. */
const RESTART_MS = 1000;
/** How long the substitute works when a host did not start. */
const SUBSTITUTE_MS = 60_000;

/**
 * Runs scripts in processes of their own, the script hosts: the first is started with the first
 * script, another when all are busy. A host that ends takes nothing with it: its runs fail and may
 * be retried.
 */
export class ScriptHosts implements ScriptRunner {
  readonly #options: ScriptHostsOptions;
  readonly #hosts = new Set<ScriptHostProcess>();
  #noStartBefore = Number.NEGATIVE_INFINITY;
  /** True when the last host that was started did not come up. */
  #useSubstitute = false;
  #isClosed = false;

  constructor(options: ScriptHostsOptions) {
    this.#options = options;
  }

  async run(
    call: ScriptCall,
    limits: { timeoutMs: number; signal: AbortSignal; name: string },
  ): Promise<ScriptResult> {
    const { clock, substitute } = this.#options;
    while (!limits.signal.aborted && !this.#isClosed) {
      const host = this.#host();
      if (host !== undefined) {
        const result = await host.run(this.#options.setup(), call, limits);
        if (result !== undefined) return result;
      } else if (this.#useSubstitute) {
        return substitute.run(call, limits);
      } else {
        await sleep(clock, this.#noStartBefore - clock.monotonic(), limits.signal);
      }
    }
    return { kind: 'killed', signal: 'SIGTERM', output: '' };
  }

  /** Stops what still runs, and the hosts. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#hosts].map((host) => host.close()));
  }

  /** The host with the least to do; undefined while there is none, and none may be started. */
  #host(): ScriptHostProcess | undefined {
    let idlest: ScriptHostProcess | undefined;
    for (const host of this.#hosts) {
      if (idlest === undefined || host.load < idlest.load) idlest = host;
    }
    if (idlest?.load === 0) return idlest;
    const { most, clock } = this.#options;
    const mayStart = this.#hosts.size < most && clock.monotonic() >= this.#noStartBefore;
    return mayStart ? (this.#start() ?? idlest) : idlest;
  }

  #start(): ScriptHostProcess | undefined {
    const { start, clock } = this.#options;
    let child: ChildProcess;
    try {
      child = start();
    } catch (error) {
      this.#isMissing({ how: String(error) });
      return undefined;
    }
    this.#useSubstitute = false;
    const host = new ScriptHostProcess(child, clock, (end) => {
      this.#hosts.delete(host);
      if (this.#isClosed) return;
      if (end.wasReady) this.#wasLost(end);
      else this.#isMissing(end);
    });
    this.#hosts.add(host);
    return host;
  }

  #wasLost({ how, said }: HostEnd): void {
    const { clock, log } = this.#options;
    this.#noStartBefore = clock.monotonic() + RESTART_MS;
    log.warn('script host exited; the next script starts a new one', { how, said });
  }

  #isMissing({ how, said }: Partial<HostEnd>): void {
    const { clock, log } = this.#options;
    this.#noStartBefore = clock.monotonic() + SUBSTITUTE_MS;
    this.#useSubstitute = true;
    log.warn('script host did not start; integratord runs scripts directly for a minute', {
      how,
      said,
    });
  }
}
