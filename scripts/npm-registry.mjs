// Asks the npm registry, by npm: it knows the mirror and the proxy, and checks what it fetches.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Fetches a package as it is published.
 * @param version {string} one, not a range
 * @param directory {string} where to put it; it must be there
 * @returns {string} its archive
 */
export function fetchArchive(name, version, directory) {
  npm(['pack', '--silent', `${name}@${version}`, '--pack-destination', directory]);
  return join(directory, `${name}-${version}.tgz`);
}

/** Runs npm. @returns {string} what it prints */
export function npm(args) {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
