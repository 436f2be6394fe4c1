import { join } from 'node:path';
import type { Clock } from './core/clock.ts';
import type { DatagramSender } from './core/datagram.ts';
import type { HttpClient, ScriptRunner } from './core/destination.ts';
import type { Paths } from './core/paths.ts';
import { UnixDatagrams } from './transport/datagram.ts';
import type { ClosableHttpClient } from './transport/http.ts';
import { createScriptRunner } from './transport/script.ts';

/** The ways out, shared by all destinations. */
export interface Transports {
  readonly http: HttpClient;
  readonly scripts: ScriptRunner;
  readonly datagrams: DatagramSender;
  /** Loads what the first attempt needs, so that it need not wait for that. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the ways out. The files of scripts go into the state directory, which is private. */
export function createTransports(paths: Paths, clock: Clock): Transports {
  const http = httpOnDemand(clock);
  const scripts = createScriptRunner({
    directory: join(paths.state, 'scripts'),
    workingDirectory: paths.home,
    clock,
  });
  const datagrams = new UnixDatagrams(clock);
  return {
    http,
    scripts,
    datagrams,
    warmUp: () => http.warmUp(),
    async close() {
      datagrams.close();
      await http.close();
    },
  };
}

/** The HTTP library is large. It is loaded for the first request, or before. */
function httpOnDemand(clock: Clock): ClosableHttpClient & { warmUp(): Promise<void> } {
  let loading: Promise<ClosableHttpClient> | undefined;
  const load = async () => {
    const { createHttpClient } = await import('./transport/http.ts');
    return createHttpClient({ clock });
  };
  const client = () => (loading ??= load());
  return {
    send: async (request, limits) => (await client()).send(request, limits),
    warmUp: async () => void (await client()),
    close: async () => (await loading)?.close(),
  };
}
