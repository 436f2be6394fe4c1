// Makes what is released, in `packages`: a tarball, a .deb and an .rpm for each kind of machine, and the
// package of npm. Run by `npm run package`, after a build.
//
//   npm run package -- --only tar,deb --arch x64 --out /tmp/packages
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SUMS, writeChecksums } from './package/checksums.mjs';
import { deb } from './package/deb.mjs';
import { SBOM } from './package/extras.mjs';
import { npmPackage } from './package/npm.mjs';
import { programFiles } from './package/program.mjs';
import { rpm, whyNoRpm } from './package/rpm.mjs';
import { systemFiles } from './package/system-files.mjs';
import { gzip, tar } from './package/tar.mjs';
import { below, complete, contentOf } from './package/tree.mjs';

/** In bytes: what a tarball may have. */
const TARBALL_BUDGET = 60_000_000;
const ARCHITECTURES = ['x64', 'arm64'];
const KINDS = ['tar', 'deb', 'rpm', 'npm'];

/**
 * @param options {{ root: string, out: string, version?: string, seconds?: number, architectures?: string[],
 *   kinds?: string[], say?: (line: string) => void }} `root`: a clone, built; `version`: other than its own, for
 *   tests; `seconds`: the time of every file, since 1970
 * @returns {Promise<string[]>} the names of what is now in `out`
 * @throws Error where a package cannot be made, or is larger than it may be
 */
export async function makePackages({
  root,
  out,
  version = versionOf(root),
  seconds = timeOf(root),
  architectures = ARCHITECTURES,
  kinds = KINDS,
  say = () => undefined,
}) {
  const work = join(root, 'packages', '.work');
  mkdirSync(work, { recursive: true });
  mkdirSync(out, { recursive: true });
  const made = [];
  const put = (name, content) => {
    writeFileSync(join(out, name), content);
    made.push(name);
    say(`${name}: ${(content.length / 1e6).toFixed(1)} MB`);
  };
  for (const arch of kinds.some((kind) => kind !== 'npm') ? architectures : []) {
    const program = await programFiles({ root, arch, version, seconds, work });
    const about = { arch, version, needs: program.needs, seconds };
    if (kinds.includes('tar')) {
      const name = `integratord-${version}-linux-${arch}`;
      const content = gzip(tar(complete(below(name, program.entries)), seconds));
      if (content.length > TARBALL_BUDGET) {
        throw new Error(`${name} has ${content.length} bytes, and may have ${TARBALL_BUDGET}`);
      }
      put(`${name}.tar.gz`, content);
    }
    if (kinds.includes('deb')) {
      const { name, content } = deb(systemFiles(root, program, 'deb'), about);
      put(name, content);
    }
    if (kinds.includes('rpm')) {
      const obstacle = whyNoRpm();
      if (obstacle !== undefined) say(`SKIPPED: no .rpm for ${arch}: ${obstacle}`);
      else {
        const name = rpm(systemFiles(root, program, 'rpm'), about, out);
        made.push(name);
        say(name);
      }
    }
    const bill = program.entries.find(({ path }) => path === SBOM);
    put(`integratord-${version}-linux-${arch}.cdx.json`, contentOf(bill));
    say(
      `${arch} needs glibc ${program.needs.glibc}, and the C++ library of GCC ${program.needs.gcc}`,
    );
  }
  if (kinds.includes('npm')) {
    const { name, content } = npmPackage(root, { version, seconds });
    put(name, content);
  }
  writeChecksums(out, made);
  return [...made, SUMS];
}

function versionOf(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** When what is packaged was committed, in seconds since 1970: the time of every file in a package. */
function timeOf(root) {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined) return Number(given);
  try {
    return Number(
      execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }),
    );
  } catch {
    throw new Error('this is not a clone: set SOURCE_DATE_EPOCH to the time of the release');
  }
}

async function main() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { values } = parseArgs({
    options: { only: { type: 'string' }, arch: { type: 'string' }, out: { type: 'string' } },
  });
  const listed = (text, all) => {
    const chosen = text?.split(',') ?? all;
    const wrong = chosen.filter((name) => !all.includes(name));
    if (wrong.length > 0) throw new Error(`not one of ${all.join(', ')}: ${wrong.join(', ')}`);
    return chosen;
  };
  await makePackages({
    root,
    out: resolve(values.out ?? join(root, 'packages')),
    architectures: listed(values.arch, ARCHITECTURES),
    kinds: listed(values.only, KINDS),
    say: (line) => process.stdout.write(`${line}\n`),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`no package: ${error.message}\n`);
    process.exitCode = 1;
  }
}
