import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tempDir } from './support/temp-dir.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const tutorial = page.slice(page.indexOf('## Add a destination'), page.indexOf('## Where things'));

/** The files of the tutorial: a path on a line of its own, then the block with the text. */
const files = [...tutorial.matchAll(/^`(src\/\S+)`:\n\n```ts\n([^]*?)^```$/gm)].map(
  ([, path = '', text = '']) => ({ path, text }),
);
const changes = [...tutorial.matchAll(/^```diff\n([^]*?)^```$/gm)].map(([, diff = '']) => diff);
const registry = 'src/destinations/all.ts';

/** A text with a change made to it. Throws unless what the change shows is there once. */
function changed(text: string, diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const side = (other: string) =>
    lines.flatMap((line) => (line.startsWith(other) ? [] : [`${line.slice(1)}\n`])).join('');
  const [before, after] = [side('+'), side('-')];
  if (text.split(before).length !== 2) throw new Error(`not there once:\n${before}`);
  return text.replace(before, () => after);
}

/** A copy of the repository in which somebody followed the tutorial. */
function followed(): string {
  const copy = tempDir();
  const parts = ['src', 'test/support', 'test/fixtures', 'test/architecture.test.ts'];
  const settings = ['package.json', 'tsconfig.json', 'vitest.config.ts', 'biome.json'];
  for (const name of [...parts, ...settings]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  const before = readFileSync(join(copy, registry), 'utf8');
  writeFileSync(join(copy, registry), changes.reduce(changed, before));
  return copy;
}

/** What a program of node_modules prints in a folder, and whether it succeeded. */
async function run(folder: string, name: string, ...args: string[]) {
  // Not the whole environment: this is a test inside of a test.
  const { PATH, HOME } = process.env;
  const program = join(root, 'node_modules', '.bin', name);
  const done = promisify(execFile)(program, args, { cwd: folder, env: { PATH, HOME } });
  return await done.then(
    ({ stdout }) => ({ ok: true, output: stdout }),
    (error: { stdout?: string; stderr?: string }) => ({
      ok: false,
      output: `${error.stdout}${error.stderr}`,
    }),
  );
}

describe('the tutorial in CONTRIBUTING.md', () => {
  it('shows three files and one line', () => {
    expect(files.map(({ path }) => path.replace('src/destinations/notehub/', ''))).toEqual([
      'index.ts',
      'examples.ts',
      'index.test.ts',
    ]);
    expect(changes).toHaveLength(1);
  });

  it('leads to a destination that passes the type checker, the formatter and its tests', async () => {
    const copy = followed();
    const base = { extends: './tsconfig.json' };
    const project = { ...base, include: [registry, 'src/destinations/notehub'] };
    writeFileSync(join(copy, 'tsconfig.tutorial.json'), JSON.stringify(project));
    const paths = ['src/destinations/notehub', registry];
    const [types, format] = await Promise.all([
      run(copy, 'tsc', '--project', 'tsconfig.tutorial.json'),
      run(copy, 'biome', 'check', '--error-on-warnings', ...paths),
    ]);
    expect(types).toEqual({ ok: true, output: '' });
    expect(format).toMatchObject({ ok: true });

    const tests = [
      'destinations/contract.test.ts',
      'destinations/bundle-contract.test.ts',
      'destinations/notehub',
      'test/architecture.test.ts',
    ];
    const names = ['-t', '[Nn]otehub|imports only what it may'];
    const report = await run(copy, 'vitest', 'run', ...tests, ...names, '--reporter=json');
    expect(report).toMatchObject({ ok: true });
    const { testResults } = JSON.parse(report.output) as {
      testResults: { assertionResults: { fullName: string; status: string }[] }[];
    };
    const passed = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed')
      .map(({ fullName }) => fullName.replaceAll("'", ''));
    const parts = [
      'the definition of notehub',
      'what notehub makes of answers',
      'notehub against a real server',
      'what notehub sends',
      'what notehub sends for several alerts',
      'the JSON that notehub sends for several alerts',
      'to Notehub',
      'architecture destinations/*',
    ];
    const missing = parts.filter((part) => !passed.some((name) => name.includes(part)));
    expect({ missing, passed: missing.length === 0 ? [] : passed }).toEqual({
      missing: [],
      passed: [],
    });
  });
});
