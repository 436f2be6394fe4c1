// Makes the files of dist that are called from outside. They ask for the version of Node before anything
// else is read, in a syntax that Node 10 can read too, as a script and as a module.
import { LEAST, nodeProblem } from './node-version.cjs';

/** What the libraries of the npm registry want; in the packages they are content with 2.28. */
const GLIBC = '2.29';

/**
 * The text of such a file.
 * @param module what it starts, as an import from where it is
 */
export function entry(module) {
  return `#!/usr/bin/env node
// Made by scripts/entry.mjs, for Node of any version: no import and no export.
${String(nodeProblem)}

var problem = nodeProblem(process.versions.node, process.execPath, '${LEAST}');
if (problem !== undefined) {
  process.stderr.write(problem + '\\n');
  process.exitCode = 1;
} else {
  import('${module}').catch(function (error) {
    var reason = error.message.split('\\n')[0];
    process.exitCode = 1;
    if (/\\bGLIBC(XX)?_/.test(reason)) {
      process.stderr.write('integratord needs glibc ${GLIBC} or later (docs/packages.md): ' + reason + '\\n');
      return;
    }
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write('integratord is incomplete: ' + reason + '. Install it again; in a clone: npm ci\\n');
  });
}
`;
}
