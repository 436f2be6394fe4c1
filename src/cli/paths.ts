import { join, resolve } from 'node:path';
import type { Paths } from '../core/paths.ts';

/** The options of the command line that say where things are. */
export interface PathOptions {
  readonly home?: string;
  readonly config?: string;
  readonly settings?: string;
  readonly alerts?: string;
  readonly state?: string;
}

const DEFAULT_HOME = '/var/ossec';

/** An option, else its environment variable, else the default. */
export function resolvePaths(options: PathOptions, env: NodeJS.ProcessEnv): Paths {
  const home = resolve(options.home ?? env['INTEGRATORD_HOME'] ?? DEFAULT_HOME);
  const settings = options.settings ?? env['INTEGRATORD_SETTINGS'];
  return {
    home,
    config: resolve(options.config ?? env['INTEGRATORD_CONFIG'] ?? join(home, 'etc', 'ossec.conf')),
    settings: resolve(settings ?? join(home, 'etc', 'integratord.yaml')),
    settingsOptional: settings === undefined,
    alerts: resolve(
      options.alerts ?? env['INTEGRATORD_ALERTS'] ?? join(home, 'logs', 'alerts', 'alerts.json'),
    ),
    state: resolve(options.state ?? env['INTEGRATORD_STATE'] ?? join(home, 'queue', 'integratord')),
  };
}
