import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { checksums, SUMS, writeChecksums } from './checksums.mjs';

const verified = (folder) =>
  spawnSync('sha256sum', ['--check', '--strict', '--quiet', SUMS], { cwd: folder }).status;

it('are what sha256sum checks, and show any change', () => {
  const folder = tempDir();
  writeFileSync(join(folder, 'b.deb'), Buffer.from([0, 255, 10]));
  writeFileSync(join(folder, 'a.tar.gz'), '');
  mkdirSync(join(folder, 'folder'));
  writeChecksums(folder);
  expect(verified(folder)).toBe(0);
  writeChecksums(folder);
  expect(checksums(folder)).toMatch(
    /^e3b0c442[0-9a-f]{56} {2}a\.tar\.gz\n[0-9a-f]{64} {2}b\.deb\n$/,
  );
  appendFileSync(join(folder, 'b.deb'), 'x');
  expect(verified(folder)).toBe(1);
});
