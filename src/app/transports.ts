import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import type { DatagramSender } from '../core/datagram.ts';
import type { ClosableHttpClient, LaneHttp, ScriptRunner } from '../core/destination.ts';
import { type Log, silentLog } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import type { Spool } from '../core/spool.ts';
import { UnixDatagrams } from '../transport/datagrams/unix-datagrams.ts';
import { forkNameHost } from '../transport/names/name-host-process.ts';
import { createNames, type Names } from '../transport/names/names.ts';
import { createScriptRunner } from '../transport/script.ts';
import { ScriptAdmission } from '../transport/script-admission.ts';
import { forkScriptHost } from '../transport/script-host-process.ts';
import { ScriptHosts } from '../transport/script-hosts.ts';
import { ScriptPlaces } from '../transport/script-place.ts';
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
  /** What scripts find in their environment now. */
  readonly environment?: () => NodeJS.ProcessEnv;
}

/** Opens the transports. */
export function createTransports(
  paths: Paths,
  clock: Clock,
  {
    log = silentLog,
    scriptHosts = Math.min(2, availableParallelism()),
    environment = inherited(),
  }: TransportOptions = {},
): Transports {
  const start = (threads: number) => forkNameHost(NAME_PROGRAM, threads);
  const names = createNames({ clock, log, start });
  const http = httpOnDemand(clock, names);
  const scripts = scriptRunner({ paths, clock, log, most: scriptHosts, environment });
  const datagrams = new UnixDatagrams(clock);
  return {
    http,
    scripts,
    datagrams,
    spool: new FileSpool(join(paths.state, 'spool')),
    warmUp: () => http.warmUp(),
    async close() {
      datagrams.close();
      await Promise.all([names.close(), scripts.close()]);
    },
  };
}

/** Scripts run in hosts; the state directory records where their files are. */
function scriptRunner({
  paths,
  clock,
  log,
  most,
  environment,
}: {
  paths: Paths;
  clock: Clock;
  log: Log;
  most: number;
  environment: () => NodeJS.ProcessEnv;
}): ScriptRunner & { close(): Promise<void> } {
  const places = new ScriptPlaces(join(paths.state, 'scripts'));
  const { place } = places;
  // Immediately, so that leftovers of a crash do not remain until the first alert.
  places.tryPrepare();
  const workingDirectory = paths.home;
  const here = forEach((env: NodeJS.ProcessEnv) =>
    createScriptRunner({ place, workingDirectory, environment: env, clock }),
  );
  const substitute: ScriptRunner = {
    run: (call, limits) => here(environment()).run(call, limits),
  };
  const start = () => forkScriptHost(HOST_PROGRAM, [paths.home], environment());
  const setup = forEach((env: NodeJS.ProcessEnv) => ({ place, environment: env }));
  const hosts =
    most === 0
      ? undefined
      : new ScriptHosts({
          start,
          setup: () => setup(environment()),
          most,
          substitute,
          clock,
          log,
        });
  const admission = new ScriptAdmission(hosts ?? substitute, places);
  return {
    run: (call, limits) => admission.run(call, limits),
    async close() {
      await hosts?.close();
      places.close();
    },
  };
}

/** A copy: reading the real one is slow. */
function inherited(): () => NodeJS.ProcessEnv {
  const copy = { ...process.env };
  return () => copy;
}

/** Makes something of a value, and once only as long as the value stays equal. */
function forEach<From, To>(make: (from: From) => To): (from: From) => To {
  let last: { readonly from: From; readonly to: To } | undefined;
  return (from) => {
    if (last === undefined || !isDeepStrictEqual(last.from, from)) last = { from, to: make(from) };
    return last.to;
  };
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
