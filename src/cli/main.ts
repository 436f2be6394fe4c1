#!/usr/bin/env node
// The manager may start this as root, by the name of its Integrator. Those flags are the original's,
// so they never reach our own reader of options, and nothing is loaded before `enter`.
import { enter, knownByName } from '../dropin/enter.ts';

const [, program = '', ...args] = process.argv;
const known = knownByName(program);

// The reader of our output may go away early (`| head`): that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

if (known === undefined && args[0] !== 'wazuh') {
  const { runCommand } = await import('./commands.ts');
  process.exitCode = await runCommand(process.argv);
} else if (enter(known === undefined ? args.slice(1) : args, known)) {
  await (await import('./drop-in.ts')).runAsOriginal(process.argv);
}
