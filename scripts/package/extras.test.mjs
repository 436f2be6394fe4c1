import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { extraFiles } from './extras.mjs';
import { NODE_VERSION } from './node-runtime.mjs';
import { contentOf, file } from './tree.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const native = 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node';

function extras(...paths) {
  const entries = [file('licenses/node', 'Of Node'), ...paths.map((path) => file(path, ''))];
  const about = { root, arch: 'x64', version: '9.8.7', seconds: 1_700_000_000, entries };
  const found = extraFiles(about);
  return Object.fromEntries(found.map((entry) => [entry.path, contentOf(entry).toString()]));
}

it('lists what is in the package, with Node.js and SQLite, at the time of the commit', () => {
  const { metadata, components } = JSON.parse(extras(native)['sbom.cdx.json']);
  expect(metadata.timestamp).toBe('2023-11-14T22:13:20Z');
  expect(metadata.component.version).toBe('9.8.7');
  const refs = components.map((one) => one['bom-ref']);
  expect(refs).toContain(`pkg:generic/node@${NODE_VERSION}`);
  expect(refs).toContainEqual(expect.stringMatching(/^pkg:generic\/sqlite@3\.\d+\.\d+$/));
  expect(refs).toContainEqual(expect.stringMatching(/koffi-linux-x64@/));
});

it('leaves out an optional part that is not in the package', () => {
  const found = extras();
  expect(found['sbom.cdx.json']).toContain('pkg:npm/koffi@');
  expect(found['sbom.cdx.json']).not.toContain('"name": "koffi-linux-x64"');
});

it('has the texts of all licences, Node’s among them', () => {
  const text = extras(native)['licenses/THIRD-PARTY'];
  expect(text).toContain(`Node.js ${NODE_VERSION}: MIT`);
  expect(text).toMatch(/\nOf Node\n$/);
  expect(text).toMatch(/^uplot [\d.]+: MIT$/m);
});
