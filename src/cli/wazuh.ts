// What the launcher runs in place of the manager's Integrator. It loads only what it needs, because
// the manager waits for it several times at every start; and first of all, what takes the signals.
import { signals, takeDropInSignals } from './take-signals.ts';

takeDropInSignals();
const [{ callWithOptions }, { runDropIn }, { resolvePaths }] = await Promise.all([
  import('../dropin/call.ts'),
  import('../dropin/program.ts'),
  import('./paths.ts'),
]);
const [, program = '', ...args] = process.argv;
const call = callWithOptions(args, [program], process.env);
process.exitCode = await runDropIn(call, (home) => resolvePaths({ home }, {}), signals);
signals.close();
