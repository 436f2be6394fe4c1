// The bill of materials of a package: what it is made of, as CycloneDX 1.6 in JSON, for scanners that look
// vulnerabilities up. It is made of the lock file alone, without a network, and is the same at every run.
// (`npm sbom` has a random number and the time in its own, and knows nothing of Node.js and SQLite.)
import { createHash } from 'node:crypto';
import { nameOf, shippedPackages } from './lock-file.mjs';

/** The hashes that a lock file may have, as CycloneDX names them. */
const ALGORITHMS = { sha512: 'SHA-512', sha256: 'SHA-256', sha1: 'SHA-1' };

/**
 * @param lock package-lock.json, parsed: of version 3
 * @param target what the package is for, as of shippedPackages; undefined for the npm package, which is for all
 * @param runtime what is inside besides libraries, each with `name`, `version`, `cpe` and `license`
 * ({@link nodeRuntime}, {@link sqlite})
 * @param timestamp when it was made, in ISO 8601: of the commit, so that it can be made again
 * @returns a document of CycloneDX 1.6
 */
export function sbom({ lock, target, runtime = [], timestamp }) {
  const project = lock.packages[''];
  const shipped = shippedPackages(lock, target);
  const refs = new Map(shipped.map(([path, one]) => [path, purl(nameOf(path), one.version)]));
  const root = purl(project.name, project.version);
  const parts = runtime.map(runtimePart);
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      component: {
        'bom-ref': root,
        type: 'application',
        name: project.name,
        version: project.version,
        licenses: licenses(project.license),
        purl: root,
      },
    },
    components: [...unique(shipped, refs), ...parts].sort(byRef),
    dependencies: [
      {
        ref: root,
        dependsOn: sorted([...needs('', project, refs), ...parts.map((one) => one['bom-ref'])]),
      },
      ...merged(shipped, refs),
      ...parts.map((one) => ({ ref: one['bom-ref'], dependsOn: [] })),
    ].sort((one, other) => compare(one.ref, other.ref)),
  };
  return { ...document, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(document))}` };
}

/** The text of a document's file. */
export function sbomText(document) {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Node.js, for {@link sbom}. @param version such as 24.1.0 */
export function nodeRuntime(version) {
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  return { name: 'node', version, cpe, license: 'MIT' };
}

/** The SQLite that is compiled into its binding, for {@link sbom}. @param version such as 3.50.0 */
export function sqlite(version) {
  const cpe = `cpe:2.3:a:sqlite:sqlite:${version}:*:*:*:*:*:*:*`;
  return { name: 'sqlite', version, cpe, license: 'blessing' };
}

function runtimePart({ name, version, cpe, license }) {
  const ref = `pkg:generic/${name}@${version}`;
  const type = name === 'node' ? 'platform' : 'library';
  return { 'bom-ref': ref, type, name, version, licenses: licenses(license), cpe, purl: ref };
}

/** One component for each package and version, also where it is installed at several places. */
function unique(shipped, refs) {
  const components = new Map();
  for (const [path, one] of shipped) {
    const ref = refs.get(path);
    const [scope, name] = splitName(nameOf(path));
    components.set(ref, {
      'bom-ref': ref,
      type: 'library',
      ...(scope === undefined ? {} : { group: scope }),
      name,
      version: one.version,
      ...(one.optional === true ? { scope: 'optional' } : {}),
      ...(one.integrity === undefined ? {} : { hashes: hashes(one.integrity) }),
      licenses: licenses(one.license),
      purl: ref,
    });
  }
  return [...components.values()];
}

function merged(shipped, refs) {
  const found = new Map();
  for (const [path, one] of shipped) {
    const ref = refs.get(path);
    found.set(ref, [...(found.get(ref) ?? []), ...needs(path, one, refs)]);
  }
  return [...found].map(([ref, dependsOn]) => ({ ref, dependsOn: sorted(dependsOn) }));
}

/** What a package loads: the nearest one of that name, looking from its own folder upwards. */
function needs(path, one, refs) {
  const names = Object.keys({
    ...one.dependencies,
    ...one.optionalDependencies,
    ...one.peerDependencies,
  });
  return names.flatMap((name) => {
    for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
      const found = refs.get(`${from === '' ? '' : `${from}/`}node_modules/${name}`);
      if (found !== undefined) return [found];
      if (from === '') return [];
    }
  });
}

function splitName(name) {
  return name.startsWith('@') ? name.split('/') : [undefined, name];
}

function purl(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** An identifier of SPDX, or an expression of several. */
function licenses(license) {
  if (license === undefined) return [];
  return /[\s()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

function hashes(integrity) {
  return integrity.split(' ').map((one) => {
    const [algorithm, value] = [one.slice(0, one.indexOf('-')), one.slice(one.indexOf('-') + 1)];
    return { alg: ALGORITHMS[algorithm], content: Buffer.from(value, 'base64').toString('hex') };
  });
}

/** A name-based UUID: the same text has the same. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16], 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function sorted(refs) {
  return [...new Set(refs)].sort(compare);
}

function byRef(one, other) {
  return compare(one['bom-ref'], other['bom-ref']);
}

/** By the numbers of the characters: no language of the machine changes it. */
function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
