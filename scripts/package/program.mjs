// All that a package for one kind of machine holds, as it is below /usr/lib/integratord or in the tarball.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extraFiles } from './extras.mjs';
import { launcher } from './launcher.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { productionLibraries } from './production.mjs';
import { requirements } from './requirements.mjs';
import { contentOf, copy, copyAll, file } from './tree.mjs';

const DOCUMENTS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md'];

/**
 * @param root {string} the project, built
 * @param arch {'x64' | 'arm64'}
 * @param version {string} what it shall say of itself
 * @param seconds {number} when it was committed, since 1970
 * @param work {string} a directory that outlives this
 * @returns {Promise<{ entries: import('./tree.mjs').Entry[], needs: object, launch: object }>}
 *   `needs`: as of requirements; `launch`: what the launcher was made of
 */
export async function programFiles({ root, arch, version, seconds, work }) {
  const native = [...nodeRuntime(arch, work), ...productionLibraries(root, arch, work)];
  const needs = requirements(native, arch);
  const { NODE_VARIABLES } = await import(
    pathToFileURL(join(root, 'dist/dropin/install/launcher.js')).href
  );
  const { glibc, interpreter } = needs;
  const launch = { glibc, interpreter, variables: NODE_VARIABLES };
  const entries = [
    ...native,
    file('bin/integratord', launcher({ ...launch, unit: false }), 0o755),
    ...copyAll('dist', join(root, 'dist'), (name) => !name.endsWith('.map')),
    ...['docs', 'examples', 'contrib']
      .flatMap((name) => copyAll(name, join(root, name)))
      .map(withOwnNode),
    ...DOCUMENTS.map((name) => copy(name, join(root, name))),
    ...completions(root),
    file('package.json', packageJson(root, version)),
  ];
  const extras = extraFiles({ root, arch, version, seconds, entries });
  return { entries: [...entries, ...extras], needs, launch };
}

/** A unit that starts the Node of a package, not the system's. */
function withOwnNode(entry) {
  if (!/^contrib\/systemd\/.*\.service$/.test(entry.path)) return entry;
  const text = contentOf(entry).toString('utf8');
  const own = text
    .replace(/^ExecStart=\S+ (\S+)\/dist\/cli\/main\.js /m, 'ExecStart=$1/bin/integratord ')
    .replace(/^# With the Node .*\n/m, '');
  if (!own.includes('/bin/integratord ')) throw new Error(`${entry.path} starts something else`);
  return file(entry.path, own);
}

/** What completes the command in each shell, as the command itself prints it. */
function completions(root) {
  return ['bash', 'fish', 'zsh'].map((shell) => {
    const args = [join(root, 'dist/cli/main.js'), 'completion', shell];
    return file(`completions/integratord.${shell}`, execFileSync(process.execPath, args));
  });
}

/** That of the project without what only a clone needs, as text. */
export function packageJson(root, version) {
  const all = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const ours = {
    ...all,
    version,
    scripts: undefined,
    devDependencies: undefined,
    files: undefined,
  };
  return `${JSON.stringify(ours, undefined, 2)}\n`;
}
