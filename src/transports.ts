import { join } from 'node:path';
import type { Clock } from './core/clock.ts';
import type { DatagramSender } from './core/datagram.ts';
import type { HttpClient, ScriptRunner } from './core/destination.ts';
import type { Paths } from './core/paths.ts';
import { UnixDatagrams } from './transport/datagram.ts';
import { createHttpClient } from './transport/http.ts';
import { createScriptRunner } from './transport/script.ts';

/** The ways out, shared by all destinations. */
export interface Transports {
  readonly http: HttpClient;
  readonly scripts: ScriptRunner;
  readonly datagrams: DatagramSender;
  close(): Promise<void>;
}

/** Opens the ways out. The files of scripts go into the state directory, which is private. */
export function createTransports(paths: Paths, clock: Clock): Transports {
  const http = createHttpClient({ clock });
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
    async close() {
      datagrams.close();
      await http.close();
    },
  };
}
