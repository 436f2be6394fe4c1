// Writes the package of npm: what `npm pack` would put in, but with modes that no umask has shaped.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packageJson } from './program.mjs';
import { gzip, tar } from './tar.mjs';
import { complete, copy, file } from './tree.mjs';

/**
 * @param root {string} the project, built
 * @param about {{ version: string, seconds: number }}
 * @returns {{ name: string, content: Buffer }}
 */
export function npmPackage(root, { version, seconds }) {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const options = {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  };
  const [{ files }] = Object.values(JSON.parse(execFileSync('npm', args, options)));
  const entries = files
    .filter(({ path }) => path !== 'package.json' && !path.endsWith('.map'))
    .map(({ path }) => copy(`package/${path}`, join(root, path)));
  const all = complete([...entries, file('package/package.json', packageJson(root, version))]);
  const content = gzip(
    tar(
      all.filter(({ type }) => type === 'file'),
      seconds,
    ),
  );
  return { name: `integratord-${version}.tgz`, content };
}
