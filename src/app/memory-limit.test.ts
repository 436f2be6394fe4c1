import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { memoryLimit, warnOfLittleMemory } from './memory-limit.ts';

const GIGABYTE = 2 ** 30;
const MEGABYTE = 2 ** 20;

function system(files: Readonly<Record<string, string>>): string {
  const root = tempDir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the memory limit', () => {
  it('is that of the machine where nothing else is said', () => {
    expect(memoryLimit(system({}), GIGABYTE)).toBe(GIGABYTE);
  });

  it.each([
    ['of its group', { 'sys/fs/cgroup/memory/a/b/memory.limit_in_bytes': '200\n' }, 200],
    ['of a group around it', { 'sys/fs/cgroup/memory/a/memory.limit_in_bytes': '100\n' }, 100],
    ['of the container', { 'sys/fs/cgroup/memory/memory.limit_in_bytes': '50\n' }, 50],
    [
      'none',
      { 'sys/fs/cgroup/memory/a/b/memory.limit_in_bytes': '9223372036854771712\n' },
      GIGABYTE,
    ],
  ])('of cgroup 1: %s', (_, files, expected) => {
    const root = system({ 'proc/self/cgroup': '5:cpu:/x\n4:memory:/a/b\n0::/\n', ...files });
    expect(memoryLimit(root, GIGABYTE)).toBe(expected);
  });

  it.each([
    ['of its group', { 'sys/fs/cgroup/a.slice/b/memory.max': '200\n' }, 200],
    ['of the container', { 'sys/fs/cgroup/memory.max': '100\n' }, 100],
    ['none', { 'sys/fs/cgroup/a.slice/b/memory.max': 'max\n' }, GIGABYTE],
  ])('of cgroup 2: %s', (_, files, expected) => {
    const root = system({ 'proc/self/cgroup': '0::/a.slice/b\n', ...files });
    expect(memoryLimit(root, GIGABYTE)).toBe(expected);
  });

  it('is that of the process where it has one', () => {
    const limits =
      'Limit                     Soft Limit           Hard Limit           Units\n' +
      'Max data size             209715200            unlimited            bytes\n' +
      'Max address space         unlimited            unlimited            bytes\n';
    expect(memoryLimit(system({ 'proc/self/limits': limits }), GIGABYTE)).toBe(200 * MEGABYTE);
  });

  it('is warned of once when it is below what can be needed', () => {
    const log = new RecordingLog();
    warnOfLittleMemory(log, 120 * MEGABYTE);
    warnOfLittleMemory(log, 300 * MEGABYTE);
    expect(log.with('little memory')).toHaveLength(1);
    expect(log.lines[0]?.fields).toEqual({ megabytes: 120, needed: 300 });
  });
});
