// What dist/cli/main.js starts once Node is known to be new enough (scripts/entry.mjs). The manager may start
// this as root, by the name of its Integrator: then nothing else is loaded before `enter`. After it come the
// signals: until they are taken, one of them ends the process.
import { enter, knownByName } from '../dropin/enter.ts';

const [, program = '', ...args] = process.argv;
const known = knownByName(program);
const isOriginal = known !== undefined || args[0] === 'wazuh';

if (!isOriginal || enter(known === undefined ? args.slice(1) : args, known)) {
  const { signals, takeSignals } = await import('./take-signals.ts');
  takeSignals(process.argv);
  const { runCommandLine } = await import('./commands.ts');
  process.exitCode = await runCommandLine(process.argv);
  signals.close();
}
