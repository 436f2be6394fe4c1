// What a package needs of the system, read from the programs and libraries in it.
import { highest, isElf, readElf } from './elf.mjs';
import { contentOf } from './tree.mjs';

/** Which GCC first had a version of the C++ library's ABI, for those that our parts may need. */
const GCC_OF_CXXABI = {
  '1.3.8': 4.9,
  '1.3.9': 5,
  '1.3.10': 6,
  '1.3.11': 7,
  '1.3.12': 8,
  '1.3.13': 11,
};

/**
 * @param entries {import('./tree.mjs').Entry[]}
 * @param arch {string} what all of them must be made for
 * @returns {{ glibc: string, gcc: number, interpreter: string, libraries: string[], needs: object[] }}
 *   `glibc`: the oldest that will do; `gcc`: whose C++ library will do; `needs`: as of readElf
 */
export function requirements(entries, arch) {
  const found = entries
    .filter(({ path }) => path === 'bin/node' || path.endsWith('.node'))
    .map((entry) => ({ path: entry.path, content: contentOf(entry) }))
    .filter(({ content }) => isElf(content))
    .map(({ path, content }) => ({ path, ...readElf(content) }));
  for (const { path, arch: its } of found) {
    if (its !== arch) throw new Error(`${path} is made for ${its}, not for ${arch}`);
  }
  const needs = found.flatMap((one) => one.needs);
  const cxxabi = highest(needs, 'CXXABI');
  const gcc = GCC_OF_CXXABI[cxxabi];
  if (gcc === undefined) throw new Error(`which GCC has CXXABI_${cxxabi}? Add it to the list here`);
  return {
    glibc: highest(needs, 'GLIBC'),
    gcc,
    interpreter: found.find((one) => one.interpreter !== undefined)?.interpreter,
    libraries: [...new Set(found.flatMap((one) => one.libraries))].toSorted(),
    needs,
  };
}
