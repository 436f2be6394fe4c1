import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from './made-packages.ts';

/**
 * Copies what is in version control, as it is now, with the libraries that are installed. It is removed after
 * the test.
 */
export function otherClone(): string {
  const place = mkdtempSync(join(tmpdir(), 'integratord another place '));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  for (const name of names.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    cpSync(join(ROOT, name), join(place, name), { verbatimSymlinks: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  return place;
}
