import { join } from 'node:path';
import type { Destination } from '../core/destination.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import { ownIdentity, scriptProblem } from '../transport/script-safety.ts';

/** What is looked at of an integration. */
interface Entry {
  readonly integration: Integration;
  /** Undefined where it delivers to nothing. */
  readonly destination: Destination | undefined;
  /** Why it cannot deliver anyway; undefined where it can. */
  readonly unusable: object | undefined;
}

/** True for what runs scripts. */
export function isScript(destination: Destination | undefined): boolean {
  return destination !== undefined && 'turnsOn' in destination;
}

/**
 * Why the script of an integration would not be run as it lies there now, by the user of this process:
 * its first alert would park it. Undefined where it would be run, or where there is nothing to run.
 * @param home the manager's home.
 */
export function scriptObstacle(entry: Entry, home: string): string | undefined {
  if (entry.unusable !== undefined || !isScript(entry.destination)) return undefined;
  const path = join(home, 'integrations', entry.integration.name.trim());
  return scriptProblem(path, ownIdentity())?.replace(/\.$/, '');
}

/** Says so where the integration is configured. */
export function obstacleWarning({ source }: Integration, obstacle: string): Diagnostic {
  return { severity: 'warning', ...source, message: `this integration cannot run: ${obstacle}` };
}
