import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/clock.ts';
import type { DatagramSender } from '../core/datagram.ts';
import type { ClosableHttpClient, LaneHttp, ScriptRunner } from '../core/destination.ts';
import { type Log, silentLog } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import type { Spool } from '../core/spool.ts';
import { UnixDatagrams } from '../transport/datagram.ts';
import { forkNameHost } from '../transport/names/name-host-process.ts';
import { createNames, type Names } from '../transport/names/names.ts';
import { createScriptRunner } from '../transport/script.ts';
import { forkScriptHost } from '../transport/script-host-process.ts';
import { ScriptHosts } from '../transport/script-hosts.ts';
import { FileSpool } from '../transport/spool.ts';

const HOST_PROGRAM = fileURLToPath(new URL('../cli/script-host.js', import.meta.url));
const NAME_PROGRAM = fileURLToPath(new URL('../cli/name-host.js', import.meta.url));

/** The transports of all lanes. */
export interface Transports {
  /** Each lane takes a client of its own, and closes it. */
  readonly http: LaneHttp;
  readonly scripts: ScriptRunner;
  readonly datagrams: DatagramSender;
  readonly spool: Spool;
  /** Loads what the first attempt needs, so that it need not wait for that. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly log?: Log;
  /**
   * Processes that start scripts, at most. 0: this process starts them, which is faster for one
   * script. By default as many as pay: each keeps a processor busy, and the scripts need some too.
   */
  readonly scriptHosts?: number;
}

/** Opens the transports. */
export function createTransports(
  paths: Paths,
  clock: Clock,
  { log = silentLog, scriptHosts = Math.min(2, availableParallelism()) }: TransportOptions = {},
): Transports {
  const start = (threads: number) => forkNameHost(NAME_PROGRAM, threads);
  const names = createNames({ clock, log, start });
  const http = httpOnDemand(clock, names);
  const scripts = scriptRunner(paths, clock, log, scriptHosts);
  const datagrams = new UnixDatagrams(clock);
  return {
    http,
    scripts,
    datagrams,
    spool: new FileSpool(scriptFilesIn(paths)),
    warmUp: () => http.warmUp(),
    async close() {
      datagrams.close();
      await Promise.all([names.close(), scripts.close()]);
    },
  };
}

function scriptFilesIn(paths: Paths): string {
  return join(paths.state, 'scripts');
}

/** The files of scripts go into the state directory, which is private. */
function scriptRunner(
  paths: Paths,
  clock: Clock,
  log: Log,
  most: number,
): ScriptRunner & { close(): Promise<void> } {
  const directory = scriptFilesIn(paths);
  const here = createScriptRunner({ directory, workingDirectory: paths.home, clock });
  if (most === 0) return { ...here, close: () => Promise.resolve() };
  const start = () => forkScriptHost(HOST_PROGRAM, [directory, paths.home]);
  return new ScriptHosts({ start, most, substitute: here, clock, log });
}

/** The HTTP library is large. It is loaded for the first request, or before. */
function httpOnDemand(clock: Clock, names: Names): LaneHttp & { warmUp(): Promise<void> } {
  let loading: Promise<LaneHttp> | undefined;
  const load = async () => {
    const { createLaneHttp } = await import('../transport/http.ts');
    return createLaneHttp({ clock, names });
  };
  const loaded = () => (loading ??= load());
  return {
    forLane: (owner, connections) => {
      return clientOnDemand(async () => (await loaded()).forLane(owner, connections));
    },
    warmUp: async () => void (await loaded()),
  };
}

/** A client that is made for its first request. */
function clientOnDemand(make: () => Promise<ClosableHttpClient>): ClosableHttpClient {
  let making: Promise<ClosableHttpClient> | undefined;
  let made: ClosableHttpClient | undefined;
  const client = async () => {
    made = await (making ??= make());
    return made;
  };
  return {
    async send(request, limits) {
      return await (made ?? (await client())).send(request, limits);
    },
    close: async () => (await making)?.close(),
  };
}
