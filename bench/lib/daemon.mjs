// A real daemon, as an operator starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Starts it; resolves when it is ready. It ends with this process at the latest.
 * @param node options of Node.js.
 */
export async function startDaemon(project, home, args = [], node = []) {
  const begin = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...node,
      project.file('cli/main.js'),
      'run',
      '--home',
      home.home,
      '--log-format',
      'json',
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  child.stderr.setEncoding('utf8');
  const exited = once(child, 'exit');
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      log = `${log}${text}`.slice(-20_000);
      if (log.includes('"msg":"ready"')) resolve();
    });
    child.on('exit', () => reject(new Error(`the daemon ended:\n${log}`)));
  });
  const proc = (name) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
  const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(proc('status'))[1]);
  return {
    readyMs: performance.now() - begin,
    /** Memory in MiB: now, and the most it ever was. */
    memory: () => kilobytes('VmRSS') / 1024,
    peakMemory: () => kilobytes('VmHWM') / 1024,
    /** Milliseconds that all of its threads were running on a processor. */
    cpuMs() {
      const threads = readdirSync(`/proc/${child.pid}/task`);
      const running = threads.map((id) => Number(proc(`task/${id}/schedstat`).split(' ')[0]));
      return running.reduce((sum, ns) => sum + ns, 0) / 1e6;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}
