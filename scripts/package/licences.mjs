// The licences of all that is shipped: whether we may ship it, and the texts that must go along.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, shippedPackages } from './lock-file.mjs';

/** What may go into a package under Apache-2.0: licences that ask for their text, and no more. */
export const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
]);

/** Files with a licence, and notices that Apache-2.0 wants to be passed on. */
const TEXT = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** Packages without a text of their own, and whose it is: native parts for one system each. */
const PARTS = [[/^@koromix\/koffi-.+$/, 'koffi']];

/**
 * The libraries that are shipped, by name.
 * @param root the folder with node_modules. A part for another system is not there: what the lock file says of
 * it counts
 * @param lock package-lock.json, parsed
 * @param target what they are for, as of shippedPackages
 * @returns each with `name`, `version`, `license` (an expression of SPDX) and `texts`
 */
export function shippedLibraries(root, lock, target) {
  const libraries = shippedPackages(lock, target).map(([path, { version, license }]) => {
    const folder = join(root, path);
    return { name: nameOf(path), version, license, texts: textsIn(folder) };
  });
  return libraries
    .map((one) => (one.texts.length > 0 ? one : { ...one, texts: wholeOf(one, libraries) }))
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

/** What keeps these from being shipped, in a sentence each; empty when nothing does. */
export function licenceProblems(libraries) {
  return libraries.flatMap(({ name, version, license, texts }) => {
    const what = `${name} ${version}`;
    if (typeof license !== 'string') return [`${what} does not say what its licence is`];
    if (!isAllowed(license)) return [`${what} is under ${license}, which is not on the list`];
    return texts.length === 0 ? [`${what} comes without the text of its licence (${license})`] : [];
  });
}

/**
 * The file THIRD-PARTY-LICENCES: a list, then every text once, with all that it is for.
 * @param node the version of Node.js that is inside and the text of its LICENSE; undefined: none is
 * @throws Error when something may not be shipped
 */
export function thirdPartyText(libraries, node) {
  const problems = licenceProblems(libraries);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const list = libraries.map(({ name, version, license }) => `${name} ${version}: ${license}`);
  const texts = new Map();
  for (const library of libraries) {
    for (const text of library.texts) texts.set(text, [...(texts.get(text) ?? []), library]);
  }
  const parts = [...texts].map(([text, of]) => section(of.map(keyOf).join(', '), text));
  if (node !== undefined) {
    list.push(`Node.js ${node.version}: MIT, and those of its parts`);
    parts.push(section(`Node.js ${node.version}`, node.license.trim()));
  }
  return `This package of integratord contains the following software of others, under these licences.

SQLite is in the public domain (https://sqlite.org/copyright.html).

${list.join('\n')}

${parts.join('\n')}`;
}

function section(title, text) {
  return `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${text}\n`;
}

function textsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map(({ name }) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .filter((text) => text !== '');
}

function wholeOf({ name, version }, libraries) {
  const whole = PARTS.find(([pattern]) => pattern.test(name))?.[1];
  return libraries.find((one) => one.name === whole && one.version === version)?.texts ?? [];
}

/** `A OR B` leaves the choice to us; of `A AND B` both count. */
function isAllowed(license) {
  const plain = license.replaceAll(/[()]/g, '');
  if (plain.includes(' AND ') && plain.includes(' OR ')) return false;
  if (plain.includes(' AND ')) return plain.split(' AND ').every((one) => ALLOWED.has(one));
  return plain.split(' OR ').some((one) => ALLOWED.has(one));
}

function keyOf({ name, version }) {
  return `${name} ${version}`;
}
