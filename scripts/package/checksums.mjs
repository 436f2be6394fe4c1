// SHA256SUMS: a checksum of each file of a release, as `sha256sum --check` reads it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SUMS = 'SHA256SUMS';

/**
 * The lines for the files of a folder, itself left out.
 * @param names of the files; without it, all that are in the folder
 */
export function checksums(folder, names = filesIn(folder)) {
  return [...names]
    .sort()
    .map((name) => `${sha256(join(folder, name))}  ${name}\n`)
    .join('');
}

/** Writes SHA256SUMS into the folder. */
export function writeChecksums(folder, names) {
  writeFileSync(join(folder, SUMS), checksums(folder, names));
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== SUMS)
    .map(({ name }) => name);
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
