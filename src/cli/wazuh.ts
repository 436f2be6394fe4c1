// What the launcher runs in place of the manager's Integrator, as root. It loads only what it needs,
// because the manager waits for it several times at every start, and nothing before `enter`.
import { enter } from '../dropin/enter.ts';

const [, program = '', ...args] = process.argv;
if (enter(args)) await (await import('./drop-in.ts')).runLaunched(args, program);
