import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Destination } from '../core/destination.ts';
import type { Paths } from '../core/paths.ts';
import { fileSink, managerDestination, socketSink } from '../destinations/manager/index.ts';
import type { Transports } from './transports.ts';

/** Where the events of enrichments go. */
export type Reinject =
  | { readonly kind: 'manager' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' };

/** Reads `manager`, `file:PATH` or `none`; undefined when it is none of these. */
export function reinjectTarget(text: string): Reinject | undefined {
  if (text === 'manager' || text === 'none') return { kind: text };
  const path = /^file:(.+)$/s.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'file', path: resolve(path) };
}

/** The destination that delivers events there; undefined when they are dropped. */
export function reinjection(
  target: Reinject,
  paths: Paths,
  transports: Transports,
): Destination | undefined {
  switch (target.kind) {
    case 'none':
      return undefined;
    case 'file':
      return managerDestination(fileSink((line) => appendFile(target.path, line, { mode: 0o640 })));
    case 'manager':
      return managerDestination(socketSink(transports.datagrams, () => managerSocket(paths.home)));
  }
}

/** The socket of the manager's queue: Wazuh from 4.2 on, or Wazuh up to 4.1 and OSSEC. */
function managerSocket(home: string): string {
  const present = join(home, 'queue', 'sockets', 'queue');
  const former = join(home, 'queue', 'ossec', 'queue');
  return !existsSync(present) && existsSync(former) ? former : present;
}
