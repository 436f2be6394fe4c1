// The oldest Node that integratord runs on; package.json says the same. Whatever loads this file ends with one
// line where Node is older. Such a Node must be able to read it: hence the old syntax, and nothing to import.
var LEAST = '20.19.0';

/**
 * What to tell who runs an older Node, in one line without its end; undefined where Node is new enough.
 * @param version as `process.versions.node` has it
 * @param path where that Node is
 * @param least the oldest that will do
 */
function nodeProblem(version, path, least) {
  var is = version.split('.').map(parseFloat);
  var wanted = least.split('.').map(parseFloat);
  var isOlder = is[0] === wanted[0] ? is[1] < wanted[1] : is[0] < wanted[0];
  if (!isOlder) return undefined;
  return (
    'integratord needs Node.js ' +
    wanted[0] +
    '.' +
    wanted[1] +
    ' or later, and ' +
    path +
    ' is ' +
    version +
    '. Get a later one from https://nodejs.org/en/download, or take a package of integratord, ' +
    'which has Node.js inside (docs/installation.md).'
  );
}

var problem = nodeProblem(process.versions.node, process.execPath, LEAST);
if (problem !== undefined) {
  process.stderr.write(problem + '\n');
  process.exit(1);
}

module.exports = { LEAST: LEAST, nodeProblem: nodeProblem };
