import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the manager's daemons look for an option; the first file that has it counts. */
const FILES = ['local_internal_options.conf', 'internal_options.conf'] as const;
const OPTION = 'integrator.debug';
const MOST = 2;

/** The debug level that is configured for the Integrator, 0 to 2; or why it cannot be known. */
export type DebugOption = { readonly level: number } | { readonly problem: string };

/**
 * Reads `integrator.debug` from `etc/local_internal_options.conf`, then from
 * `etc/internal_options.conf`. The original does not start when it is in neither, or no number from
 * 0 to 2. A wrong debug level must not stop deliveries, so here the caller only warns.
 */
export function readDebugOption(home: string): DebugOption {
  for (const file of FILES) {
    const value = readOption(join(home, 'etc', file));
    if (value === undefined) continue;
    if (/^[0-2]$/.test(value)) return { level: Number(value) };
    const given = JSON.stringify(value.slice(0, 40));
    return { problem: `${OPTION} in etc/${file} must be 0 to ${MOST}, not ${given}` };
  }
  return { problem: `${OPTION} is neither in etc/${FILES.join(' nor in etc/')}` };
}

function readOption(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  for (const line of text.split('\n')) {
    const [name, value] = line.split('=', 2);
    if (name?.trim() === OPTION && value !== undefined) return value.trim();
  }
  return undefined;
}
