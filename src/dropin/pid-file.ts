import { closeSync, fchmodSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The file by which `wazuh-control` and the manager's API find a daemon. */
export interface PidFile {
  /** Removes it. Never throws. */
  remove(): void;
}

/**
 * Writes `var/run/<name>-<pid>.pid`.
 * @throws Error when it cannot be written.
 */
export function createPidFile(home: string, name: string): PidFile {
  const path = join(home, 'var', 'run', `${name}-${process.pid}.pid`);
  const descriptor = openSync(path, 'w', 0o640);
  try {
    fchmodSync(descriptor, 0o640); // whatever the umask
    writeSync(descriptor, `${process.pid}\n`);
  } finally {
    closeSync(descriptor);
  }
  return {
    remove() {
      try {
        rmSync(path, { force: true });
      } catch {
        // wazuh-control removes what is left of processes that are gone.
      }
    },
  };
}
