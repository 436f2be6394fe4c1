// Makes the files of dist that are called from outside. They ask for the version of Node before anything
// else is read, in a syntax that Node 10 can read too, as a script and as a module.
import { LEAST, nodeProblem } from './node-version.cjs';

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
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    var reason = error.message.split('\\n')[0];
    process.stderr.write('integratord is incomplete: ' + reason + '. Install it again; in a clone: npm ci\\n');
    process.exitCode = 1;
  });
}
`;
}
