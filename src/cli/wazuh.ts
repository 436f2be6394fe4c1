// What the launcher runs in place of the manager's Integrator. It loads only what it needs, because
// the manager waits for it several times at every start.
import { callWithOptions } from '../dropin/call.ts';
import { runDropIn } from '../dropin/program.ts';
import { resolvePaths } from './paths.ts';

const [, program = '', ...args] = process.argv;
const call = callWithOptions(args, [program], process.env);
process.exitCode = await runDropIn(call, (home) => resolvePaths({ home }, {}));
