import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../core/log.ts';

const MEGABYTE = 2 ** 20;
/** What suffices for any alerts, with up to 50 integrations; the scripts' own memory aside. */
export const LEAST_MEGABYTES = 300;

/** Warns when this process may use less memory than it can need. */
export function warnOfLittleMemory(log: Log, limit = memoryLimit()): void {
  if (limit >= LEAST_MEGABYTES * MEGABYTE) return;
  log.warn('little memory; large alerts may end the daemon', {
    megabytes: Math.floor(limit / MEGABYTE),
    needed: LEAST_MEGABYTES,
  });
}

/**
 * The memory that this process and its children may use, in bytes: the lowest limit of its groups
 * (cgroup 1 or 2), else that of the machine.
 * @param root where the system's files are.
 */
export function memoryLimit(root = '/', machine = totalmem()): number {
  const text = (path: string) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return '';
    }
  };
  const groups = text('proc/self/cgroup');
  const first = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(groups)?.[1];
  const second = /^0::(.*)$/m.exec(groups)?.[1];
  const files = [
    ...levels(first).map((path) => `sys/fs/cgroup/memory${path}/memory.limit_in_bytes`),
    ...levels(second).map((path) => `sys/fs/cgroup${path}/memory.max`),
  ];
  const limits = files.map((file) => Number.parseInt(text(file), 10));
  const addressSpace = /^Max (?:address space|data size) +(\d+)/gm;
  for (const [, bytes] of text('proc/self/limits').matchAll(addressSpace)) {
    limits.push(Number(bytes));
  }
  return Math.min(machine, ...limits.filter((bytes) => bytes > 0));
}

/** A group and those around it. In a container, its own is mounted at the root. */
function levels(path: string | undefined): string[] {
  if (path === undefined) return [];
  const names = path.split('/').filter((name) => name !== '');
  return [...names.keys(), names.length].map((count) =>
    names
      .slice(0, count)
      .map((name) => `/${name}`)
      .join(''),
  );
}
