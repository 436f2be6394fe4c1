// What is added to packages beside the program, and beside the packages when all of them are made.

/**
 * Further files of a package, below its root: lists of what is in it.
 * @param about {{ root: string, arch: string, version: string, entries: import('./tree.mjs').Entry[] }}
 *   `entries`: all else that is in the package
 * @returns {Promise<import('./tree.mjs').Entry[]>}
 */
export async function extraFiles(about) {
  void about;
  return [];
}

/**
 * Further files beside the packages.
 * @param out {string} the directory
 * @param names {string[]} the packages in it
 * @returns {Promise<string[]>} the names of what was added
 */
export async function extraOutputs(out, names) {
  void out;
  void names;
  return [];
}
