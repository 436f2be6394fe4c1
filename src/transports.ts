import { join } from 'node:path';
import type { Clock } from './core/clock.ts';
import type { HttpClient, ScriptRunner } from './core/destination.ts';
import type { Paths } from './core/paths.ts';
import { createHttpClient } from './transport/http.ts';
import { createScriptRunner } from './transport/script.ts';

/** The ways out, shared by all destinations. */
export interface Transports {
  readonly http: HttpClient;
  readonly scripts: ScriptRunner;
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
  return { http, scripts, close: () => http.close() };
}
