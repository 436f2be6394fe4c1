// The process of spawner.mjs: is sent `{ program, count }`, answers with milliseconds.
import { spawn } from 'node:child_process';

process.on('message', ({ program, count }) => {
  const from = performance.now();
  const next = (left) => {
    if (left === 0) process.send(performance.now() - from);
    else spawn(program, { stdio: 'ignore' }).on('exit', () => next(left - 1));
  };
  next(count);
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
