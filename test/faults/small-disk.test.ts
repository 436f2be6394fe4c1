import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noDisks, SmallDisk } from '../support/small-disk.ts';

describe.skipIf(noDisks)('a small disk', () => {
  it.each(['tmpfs', 'ext4'] as const)('of %s can be filled and freed', (kind) => {
    const disk = SmallDisk.forTest(kind, 8);
    disk.fill();
    expect(() => writeFileSync(join(disk.path, 'one'), 'x'.repeat(8192))).toThrow(/ENOSPC/);
    disk.free();
    expect(disk.freeBytes).toBeGreaterThan(1_000_000);
  });
});
