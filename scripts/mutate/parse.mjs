// Reads TypeScript with the compiler of the project. Its interface is marked as unstable, so the
// version is pinned, and only this file and the mutators know it.
import { API } from 'typescript/unstable/sync';

/** Calls `use(path, sourceFile)` for each of these files of the project with this tsconfig.json. */
export function withSourceFiles(tsconfig, paths, use) {
  const api = new API();
  try {
    const snapshot = api.updateSnapshot({ openProjects: [tsconfig] });
    const { program } = snapshot.getProjects()[0];
    for (const path of paths) {
      const sourceFile = program.getSourceFile(path);
      if (sourceFile === undefined) throw new Error(`${path} is no file of the project`);
      use(path, sourceFile);
    }
  } finally {
    api.close();
  }
}
