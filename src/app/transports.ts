import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/clock.ts';
import type { DatagramSender } from '../core/datagram.ts';
import type { HttpClient, ScriptRunner } from '../core/destination.ts';
import { type Log, silentLog } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import type { Spool } from '../core/spool.ts';
import { UnixDatagrams } from '../transport/datagram.ts';
import type { ClosableHttpClient } from '../transport/http.ts';
import { createScriptRunner } from '../transport/script.ts';
import { forkScriptHost } from '../transport/script-host-process.ts';
import { ScriptHosts } from '../transport/script-hosts.ts';
import { FileSpool } from '../transport/spool.ts';

const HOST_PROGRAM = fileURLToPath(new URL('../cli/script-host.js', import.meta.url));

/** The transports, shared by all destinations. */
export interface Transports {
  readonly http: HttpClient;
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
  const http = httpOnDemand(clock);
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
      await Promise.all([http.close(), scripts.close()]);
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
function httpOnDemand(clock: Clock): ClosableHttpClient & { warmUp(): Promise<void> } {
  let loading: Promise<ClosableHttpClient> | undefined;
  const load = async () => {
    const { createHttpClient } = await import('../transport/http.ts');
    return createHttpClient({ clock });
  };
  const client = () => (loading ??= load());
  return {
    send: async (request, limits) => (await client()).send(request, limits),
    warmUp: async () => void (await client()),
    close: async () => (await loading)?.close(),
  };
}
