// The process that resolves names for the daemon: `name-host.js`, with a channel to the daemon. The
// size of its pool of threads is set by whoever starts it. It loads only what it needs.
import { serveNames } from '../transport/names/name-host.ts';

// An ordinary exit waits for look-ups that still run.
const end = () => process.kill(process.pid, 'SIGKILL');

// It ends with its channel. A signal to all processes of a service or a terminal is for the daemon.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', end);
serveNames(process);
// The daemon may have gone before we listened.
if (!process.connected) end();
