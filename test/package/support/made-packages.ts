import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project, built. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What to make, and where; everything but `out` may be left out. */
interface Wanted {
  readonly out: string;
  /** A clone, built and with its libraries; this one unless said otherwise. */
  readonly root?: string;
  /** What the packages say of themselves, instead of the version of that clone. */
  readonly version?: string;
  /** The time of every file in them, since 1970; that of the commit unless said otherwise. */
  readonly seconds?: number;
  readonly architectures?: readonly ('x64' | 'arm64')[];
  readonly kinds?: readonly ('tar' | 'deb' | 'rpm' | 'npm')[];
}

/** When this clone was committed, in seconds since 1970. */
export function commitTime(): number {
  const args = ['log', '-1', '--format=%ct'];
  return Number(execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }));
}

/** Makes packages; gives the names of the files in `out`. */
export async function makePackages(wanted: Wanted): Promise<string[]> {
  const { makePackages: make } = (await import(`${ROOT}scripts/package.mjs`)) as {
    makePackages: (
      options: Wanted & { root: string; say: (line: string) => void },
    ) => Promise<string[]>;
  };
  return make({ root: ROOT, say: (line) => process.stdout.write(`${line}\n`), ...wanted });
}

/** The directory with all packages of this clone, made once for all tests. */
export function made(): string {
  const directory = process.env['INTEGRATORD_PACKAGES'];
  if (directory === undefined) throw new Error('run this with `npm run test:package`');
  return directory;
}

/** The path of the one package with such a name. */
export function madeFile(pattern: RegExp): string {
  const found = readdirSync(made()).filter((name) => pattern.test(name));
  if (found.length !== 1)
    throw new Error(`not one package is like ${pattern}: ${found.join(', ')}`);
  return join(made(), found[0] ?? '');
}

/** Before all tests: makes the packages, unless the caller names a directory that has them. */
export default async function setup(): Promise<() => void> {
  if (process.env['INTEGRATORD_PACKAGES'] !== undefined) return () => undefined;
  const out = mkdtempSync(join(tmpdir(), 'integratord-packages-'));
  await makePackages({ out });
  process.env['INTEGRATORD_PACKAGES'] = out;
  return () => rmSync(out, { recursive: true, force: true });
}
