import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodeRuntime, sbom, sbomText, sqlite } from './sbom.mjs';

const ours = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
const X64 = { os: 'linux', cpu: 'x64', libc: 'glibc' };

const digest = createHash('sha512').update('the package').digest();
const lock = {
  packages: {
    '': { name: 'ours', version: '1.2.3', license: 'Apache-2.0', dependencies: { a: '1.0.0' } },
    'node_modules/a': {
      version: '1.0.0',
      license: 'MIT',
      integrity: `sha512-${digest.toString('base64')}`,
      dependencies: { '@s/b': '^1.0.0', c: '^2.0.0' },
      optionalDependencies: { 'p-arm': '1.0.0', 'p-x64': '1.0.0' },
    },
    'node_modules/a/node_modules/c': { version: '2.0.0', license: '(MIT OR Apache-2.0)' },
    'node_modules/@s/b': { version: '1.5.0', license: 'ISC', dependencies: { c: '^1.0.0' } },
    'node_modules/c': { version: '1.0.0', license: 'ISC' },
    'node_modules/p-arm': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['arm'] },
    'node_modules/p-x64': { version: '1.0.0', optional: true, cpu: ['x64'], libc: ['glibc'] },
    'node_modules/tool': { version: '3.0.0', license: 'GPL-3.0', dev: true },
  },
};
const part = (document, name) => document.components.find((one) => one.name === name);
const needs = (document, ref) => document.dependencies.find((one) => one.ref === ref).dependsOn;

it('lists what is shipped, with checksum, licence and the name that scanners know', () => {
  const document = sbom({ lock, target: X64 });
  expect(document).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  expect(document.metadata.component).toMatchObject({ name: 'ours', version: '1.2.3' });
  expect(document.components.map((one) => one.purl)).toEqual([
    'pkg:npm/%40s/b@1.5.0',
    'pkg:npm/a@1.0.0',
    'pkg:npm/c@1.0.0',
    'pkg:npm/c@2.0.0',
    'pkg:npm/p-x64@1.0.0',
  ]);
  expect(part(document, 'a')).toMatchObject({
    hashes: [{ alg: 'SHA-512', content: digest.toString('hex') }],
    licenses: [{ license: { id: 'MIT' } }],
  });
  expect(part(document, 'b').group).toBe('@s');
  expect(document.components[3].licenses).toEqual([{ expression: '(MIT OR Apache-2.0)' }]);
});

it('says what loads what, the nearest of each name', () => {
  const document = sbom({ lock, target: X64 });
  expect(needs(document, 'pkg:npm/ours@1.2.3')).toEqual(['pkg:npm/a@1.0.0']);
  expect(needs(document, 'pkg:npm/a@1.0.0')).toEqual([
    'pkg:npm/%40s/b@1.5.0',
    'pkg:npm/c@2.0.0',
    'pkg:npm/p-x64@1.0.0',
  ]);
  expect(needs(document, 'pkg:npm/%40s/b@1.5.0')).toEqual(['pkg:npm/c@1.0.0']);
});

it('has what is for other machines only where it is for all', () => {
  expect(part(sbom({ lock, target: X64 }), 'p-arm')).toBeUndefined();
  expect(part(sbom({ lock }), 'p-arm')).toBeDefined();
});

it('names Node.js and SQLite as the lists of vulnerabilities do', () => {
  const document = sbom({ lock, runtime: [nodeRuntime('24.1.0'), sqlite('3.50.0')] });
  expect(part(document, 'node').cpe).toBe('cpe:2.3:a:nodejs:node.js:24.1.0:*:*:*:*:*:*:*');
  expect(part(document, 'sqlite').cpe).toBe('cpe:2.3:a:sqlite:sqlite:3.50.0:*:*:*:*:*:*:*');
  expect(needs(document, 'pkg:npm/ours@1.2.3')).toContain('pkg:generic/node@24.1.0');
});

it('is the same at every run, and another one where anything differs', () => {
  const timestamp = '2026-01-02T03:04:05Z';
  const text = sbomText(sbom({ lock: ours, target: X64, timestamp }));
  expect(sbomText(sbom({ lock: ours, target: X64, timestamp }))).toBe(text);
  const { serialNumber } = JSON.parse(text);
  expect(serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(sbom({ lock: ours, target: { ...X64, cpu: 'arm64' }, timestamp }).serialNumber).not.toBe(
    serialNumber,
  );
});

it('of integratord refers only to what it lists, and lists each thing once', () => {
  const { components, dependencies, metadata } = sbom({ lock: ours, target: X64 });
  const refs = components.map((one) => one['bom-ref']);
  expect(refs.length).toBeGreaterThan(40);
  expect(new Set(refs).size).toBe(refs.length);
  const known = new Set([...refs, metadata.component['bom-ref']]);
  expect(new Set(dependencies.map((one) => one.ref))).toEqual(known);
  expect(dependencies).toHaveLength(known.size);
  expect(dependencies.flatMap((one) => one.dependsOn).filter((ref) => !known.has(ref))).toEqual([]);
  expect(refs.filter((ref) => /arm64|darwin|musl|vitest/.test(ref))).toEqual([]);
});
