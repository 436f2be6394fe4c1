// Loaded into a daemon: writes on its exit how late its event loop was, at most and at the 99th percentile, in
// milliseconds.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
// Not what the start takes.
setTimeout(() => delay.enable(), 1000).unref();
process.on('exit', () => {
  const late = { max: delay.max / 1e6, p99: delay.percentile(99) / 1e6 };
  writeFileSync(process.env.LOOP_WATCH, JSON.stringify(late));
});
