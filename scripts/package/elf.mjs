// Reads what a program or library needs of the system it runs on, from its ELF headers (64 bits, little
// endian: x64 and arm64), and relaxes one such need.

const MACHINES = { 62: 'x64', 183: 'arm64' };
const SECTION = {
  dynamic: 6,
  dynamicSymbols: 11,
  versionOfSymbol: 0x6fffffff,
  versionsNeeded: 0x6ffffffe,
};
const PROGRAM_INTERPRETER = 3;
const TAG_NEEDED = 1;

/** True for a file that {@link readElf} understands. */
export function isElf(file) {
  return file.length > 64 && file.readUInt32BE(0) === 0x7f454c46;
}

/**
 * @param file {Buffer} a whole program or library
 * @returns {{ arch: string, interpreter: string | undefined, libraries: string[], needs: Need[] }}
 *   `needs`: each version of each library, such as `GLIBC_2.28` of `libc.so.6`, and the symbols that want it
 * @throws Error for another kind of file, or another machine
 */
export function readElf(file) {
  if (!isElf(file) || file[4] !== 2 || file[5] !== 1) throw new Error('not a 64-bit ELF file');
  const arch = MACHINES[file.readUInt16LE(18)];
  if (arch === undefined) throw new Error(`unknown machine ${file.readUInt16LE(18)}`);
  const sections = readSections(file);
  return {
    arch,
    interpreter: readInterpreter(file),
    libraries: readLibraries(file, sections),
    needs: readNeeds(file, sections),
  };
}

function readSections(file) {
  const start = Number(file.readBigUInt64LE(40));
  const [size, count] = [file.readUInt16LE(58), file.readUInt16LE(60)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      size: Number(file.readBigUInt64LE(at + 32)),
      link: file.readUInt32LE(at + 40),
    };
  });
}

function textAt(file, offset) {
  return file.toString('latin1', offset, file.indexOf(0, offset));
}

function readInterpreter(file) {
  const start = Number(file.readBigUInt64LE(32));
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  for (let at = start; at < start + size * count; at += size) {
    if (file.readUInt32LE(at) !== PROGRAM_INTERPRETER) continue;
    return textAt(file, Number(file.readBigUInt64LE(at + 8)));
  }
  return undefined;
}

function readLibraries(file, sections) {
  const dynamic = sections.find(({ type }) => type === SECTION.dynamic);
  if (dynamic === undefined) return [];
  const names = sections[dynamic.link].offset;
  const libraries = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (Number(file.readBigUInt64LE(at)) !== TAG_NEEDED) continue;
    libraries.push(textAt(file, names + Number(file.readBigUInt64LE(at + 8))));
  }
  return libraries;
}

/** With `at`, where in the file the version is written, and `index`, which is how symbols name it. */
function readNeeds(file, sections) {
  const section = sections.find(({ type }) => type === SECTION.versionsNeeded);
  if (section === undefined) return [];
  const names = sections[section.link].offset;
  const symbols = readSymbols(file, sections);
  const needs = [];
  for (let at = section.offset, isLast = false; !isLast; ) {
    const library = textAt(file, names + file.readUInt32LE(at + 4));
    let aux = at + file.readUInt32LE(at + 8);
    for (let left = file.readUInt16LE(at + 2); left > 0; left -= 1) {
      const index = file.readUInt16LE(aux + 6);
      const nameAt = file.readUInt32LE(aux + 8);
      const version = textAt(file, names + nameAt);
      needs.push({ library, version, symbols: symbols.get(index) ?? [], at: aux, nameAt });
      aux += file.readUInt32LE(aux + 12);
    }
    const next = file.readUInt32LE(at + 12);
    isLast = next === 0;
    at += next;
  }
  return needs;
}

/** The names of the symbols that want a version, by its index. */
function readSymbols(file, sections) {
  const table = sections.find(({ type }) => type === SECTION.dynamicSymbols);
  const versions = sections.find(({ type }) => type === SECTION.versionOfSymbol);
  const byIndex = new Map();
  if (table === undefined || versions === undefined) return byIndex;
  const names = sections[table.link].offset;
  for (let number = 0; number < versions.size / 2; number += 1) {
    const index = file.readUInt16LE(versions.offset + number * 2) & 0x7fff;
    if (index < 2) continue; // its own
    const name = textAt(file, names + file.readUInt32LE(table.offset + number * 24));
    if (byIndex.has(index)) byIndex.get(index).push(name);
    else byIndex.set(index, [name]);
  }
  return byIndex;
}

/**
 * Has a library take functions in the version that every system has, instead of a newer one.
 *
 * glibc 2.29 gave `exp`, `log`, `log2` and `pow` a second version, which is faster in reporting errors and
 * computes the same; the first is kept for ever. What was linked on 2.29 asks for the second, and for that
 * alone 2.28 refuses to load it. Only the name of the wanted version is changed; it must already be among
 * those that the file wants of the same library.
 * @returns {Buffer} a copy
 * @throws Error when others than these functions want the version: those may not exist before it
 */
export function useOlderVersion(file, { library, version, functions }) {
  const { needs } = readElf(file);
  const wanted = needs.find((need) => need.library === library && need.version === version);
  if (wanted === undefined) return file;
  const others = wanted.symbols.filter((name) => !functions.includes(name));
  if (others.length > 0) throw new Error(`${others.join(', ')} may not exist before ${version}`);
  const first = needs.find((need) => need.library === library && need !== wanted);
  if (first === undefined) throw new Error(`nothing tells the oldest version of ${library}`);
  const copy = Buffer.from(file);
  copy.writeUInt32LE(file.readUInt32LE(first.at), wanted.at); // the hash of its name
  copy.writeUInt32LE(first.nameAt, wanted.at + 8);
  return copy;
}

/**
 * The highest version of a family, such as `GLIBC`, that is needed; undefined when none is.
 * @param needs {{ version: string }[]}
 */
export function highest(needs, family) {
  const versions = needs
    .map(({ version }) => version)
    .filter((version) => version.startsWith(`${family}_`))
    .map((version) => version.slice(family.length + 1));
  return versions.toSorted(compareVersions).at(-1);
}

/** Orders dotted numbers. */
export function compareVersions(one, other) {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number));
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
