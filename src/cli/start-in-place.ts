// What dist/cli/wazuh.js starts (scripts/entry.mjs), which the launcher runs in place of the manager's
// Integrator, as root. It loads only what it needs, because the manager waits for it several times at every
// start: nothing before `enter`, and then, first of all, what takes the signals.
import { enter } from '../dropin/enter.ts';

const [, program = '', ...args] = process.argv;

if (enter(args)) {
  const { signals, takeDropInSignals } = await import('./take-signals.ts');
  takeDropInSignals();
  const [{ callWithOptions }, { runDropIn }, { resolvePaths }] = await Promise.all([
    import('../dropin/call.ts'),
    import('../dropin/program.ts'),
    import('./paths.ts'),
  ]);
  const call = callWithOptions(args, [program], process.env);
  process.exitCode = await runDropIn(call, (home) => resolvePaths({ home }, {}), signals);
  signals.close();
}
