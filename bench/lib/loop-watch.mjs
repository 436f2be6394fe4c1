// Loaded into a daemon: writes on its exit how long its event loop stood still at most, in milliseconds.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
// Not what the start takes.
setTimeout(() => delay.enable(), 1000).unref();
process.on('exit', () => writeFileSync(process.env.LOOP_WATCH, String(delay.max / 1e6)));
