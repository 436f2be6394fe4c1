import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { licenceProblems, shippedLibraries, thirdPartyText } from './licences.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ours = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const library = (license, texts = ['The text']) => ({
  name: 'x',
  version: '1.0.0',
  license,
  texts,
});

it.each(['x64', 'arm64'])('all that is shipped for %s may be, and has its text', (cpu) => {
  const libraries = shippedLibraries(root, ours, { os: 'linux', cpu, libc: 'glibc' });
  expect(libraries.length).toBeGreaterThan(40);
  expect(licenceProblems(libraries)).toEqual([]);
  expect(libraries.map((one) => one.name)).toContain(`@koromix/koffi-linux-${cpu}`);
});

it.each([
  ['GPL-3.0-only', 'x 1.0.0 is under GPL-3.0-only, which is not on the list'],
  ['AGPL-3.0-or-later', 'x 1.0.0 is under AGPL-3.0-or-later, which is not on the list'],
  ['MIT AND GPL-2.0-only', 'x 1.0.0 is under MIT AND GPL-2.0-only, which is not on the list'],
  ['SEE LICENSE IN x', 'x 1.0.0 is under SEE LICENSE IN x, which is not on the list'],
  ['UNLICENSED', 'x 1.0.0 is under UNLICENSED, which is not on the list'],
  [undefined, 'x 1.0.0 does not say what its licence is'],
])('refuses %s', (license, problem) => {
  expect(licenceProblems([library(license)])).toEqual([problem]);
  expect(() => thirdPartyText([library(license)])).toThrow(problem);
});

it('takes the one of two that may be, and refuses a licence without its text', () => {
  expect(licenceProblems([library('(GPL-2.0-only OR MIT)'), library('MIT AND ISC')])).toEqual([]);
  expect(licenceProblems([library('MIT', [])])).toEqual([
    'x 1.0.0 comes without the text of its licence (MIT)',
  ]);
});

it('finds texts and notices, and takes those of the whole for a part of it', () => {
  const folder = tempDir();
  const place = (name, files) => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(folder, 'node_modules', name, file), text);
    }
  };
  place('a', { 'licence.md': 'A\r\nB\n', NOTICE: 'by C', 'licenses.js': 'no' });
  place('koffi', { LICENSE: 'S' });
  place('tool', { LICENSE: 'T' });
  const packages = {
    '': { name: 'ours', version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', license: 'Apache-2.0' },
    'node_modules/koffi': { version: '2.0.0', license: 'MIT' },
    'node_modules/@koromix/koffi-linux-arm64': { version: '2.0.0', license: 'MIT' },
    'node_modules/tool': { version: '1.0.0', license: 'MIT', dev: true },
  };
  const found = shippedLibraries(folder, { packages });
  expect(
    found.map(({ name, texts }) => [name, texts.toSorted((a, b) => a.localeCompare(b))]),
  ).toEqual([
    ['@koromix/koffi-linux-arm64', ['S']],
    ['a', ['A\nB', 'by C']],
    ['koffi', ['S']],
  ]);
});

it('writes each text once, with all that it is for, and Node’s own', () => {
  const one = { ...library('MIT', ['Same']), name: 'one' };
  const text = thirdPartyText([one, { ...library('MIT', ['Same']), name: 'two' }], {
    version: '24.1.0',
    license: 'Of Node\n',
  });
  expect(text).toContain('one 1.0.0: MIT\ntwo 1.0.0: MIT\nNode.js 24.1.0: MIT');
  expect(text).toContain('\none 1.0.0, two 1.0.0\n');
  expect(text.match(/^Same$/gm)).toHaveLength(1);
  expect(text).toMatch(/\nOf Node\n$/);
});
