// The process that starts scripts for the daemon: `script-host.js HOME`, with a channel to
// the daemon. It loads only what it needs, because every page it holds makes starting a script slower.
import { systemClock } from '../core/clock.ts';
import { createScriptRunner } from '../transport/script.ts';
import { serveScripts } from '../transport/script-host.ts';

// It ends when the daemon closes the channel, or is gone, and when what the daemon had told it to stop
// has ended: a script that does not heed SIGTERM is killed after a while. A signal to all processes of a service or
// a terminal is for the daemon, which first lets the running scripts finish.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const [, , workingDirectory = ''] = process.argv;
const whenStopped = serveScripts(
  (setup) => createScriptRunner({ ...setup, workingDirectory, clock: systemClock }),
  process,
);
process.on('disconnect', () => void whenStopped().then(() => process.exit()));
// The daemon may have gone before we listened.
if (!process.connected) process.exit();
