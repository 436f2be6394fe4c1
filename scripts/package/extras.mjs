// What is added to packages beside the program: what is in them, and under which licences.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedLibraries, thirdPartyText } from './licences.mjs';
import { NODE_VERSION } from './node-runtime.mjs';
import { nodeRuntime, sbom, sbomText, sqlite } from './sbom.mjs';
import { contentOf, file } from './tree.mjs';

/** Where the bill of materials is in a package. */
export const SBOM = 'sbom.cdx.json';

/**
 * Further files of a package, below its root: lists of what is in it.
 * @param about {{ root: string, arch: string, version: string, seconds: number,
 *   entries: import('./tree.mjs').Entry[] }} `entries`: all else that is in the package; `seconds`: when what is
 *   packaged was committed, since 1970
 * @returns {import('./tree.mjs').Entry[]}
 * @throws Error when something in it may not be shipped
 */
export function extraFiles({ root, arch, version, seconds, entries }) {
  const target = { os: 'linux', cpu: arch, libc: 'glibc' };
  const lock = lockOf(root, version, entries);
  const license = contentOf(entries.find(({ path }) => path === 'licenses/node')).toString();
  const runtime = [nodeRuntime(NODE_VERSION), sqlite(sqliteVersion(root))];
  const timestamp = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  const libraries = shippedLibraries(root, lock, target);
  return [
    file('licenses/THIRD-PARTY', thirdPartyText(libraries, { version: NODE_VERSION, license })),
    file(SBOM, sbomText(sbom({ lock, target, runtime, timestamp }))),
  ];
}

/** The lock file without optional parts that are not in the package: no registry may have them. */
function lockOf(root, version, entries) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const isThere = ([path, one]) =>
    one.optional !== true || entries.some((entry) => entry.path.startsWith(`${path}/`));
  const packages = Object.fromEntries(Object.entries(lock.packages).filter(isThere));
  return { ...lock, packages: { ...packages, '': { ...packages[''], version } } };
}

/** The SQLite that the library was built from, as its own header says. */
function sqliteVersion(root) {
  const header = join(root, 'node_modules/@photostructure/sqlite/src/upstream/sqlite3.h');
  const found = /^#define SQLITE_VERSION\s+"([^"]+)"/m.exec(readFileSync(header, 'utf8'));
  if (found === null) throw new Error(`${header} does not say its version`);
  return found[1];
}
