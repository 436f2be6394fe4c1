import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commitTime, made } from './support/made-packages.ts';
import { otherClone } from './support/other-clone.ts';

function hashes(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => name.startsWith('integratord'));
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const content = readFileSync(join(directory, name));
      return [name, createHash('sha256').update(content).digest('hex')];
    }),
  );
}

it('makes the same packages in another place, at another time, by somebody with other habits', () => {
  const clone = otherClone();
  const env = {
    ...process.env,
    SOURCE_DATE_EPOCH: String(commitTime()),
    TZ: 'Asia/Tokyo',
    LANG: 'tr_TR.UTF-8',
  };
  const out = join(clone, 'out');
  // The libraries of production are those of the first build: where they come from, npm checks.
  const script =
    'umask 077; node scripts/build.mjs && node scripts/package.mjs --arch x64 --out "$1"';
  execFileSync('sh', ['-c', script, 'sh', out], { cwd: clone, env, stdio: 'ignore' });
  const all = hashes(made());
  const again = hashes(out);
  expect(Object.keys(again).length).toBeGreaterThanOrEqual(3);
  const same = Object.keys(again).map((name) => [name, all[name]]);
  expect(again).toEqual(Object.fromEntries(same));
}, 900_000);
