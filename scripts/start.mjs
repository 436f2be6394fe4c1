// What `npm start` runs: the command that follows `--`, or the demo when there is none.
import './node-version.cjs';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const given = process.argv.slice(2);
const child = spawn(process.execPath, [command, ...(given.length === 0 ? ['demo'] : given)], {
  stdio: 'inherit',
});

// The terminal sends Ctrl-C to both of us; a service manager signals only the process it knows.
const passOn = (signal) => process.on(signal, () => process.stdin.isTTY || child.kill(signal));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) passOn(signal);
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
