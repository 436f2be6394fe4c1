// Runs test files in a process of its own, which can be ended whatever a mutant does.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const config = fileURLToPath(new URL('vitest.config.mjs', import.meta.url));
const running = new Set();

/** Ends everything that runs: to be called when the runner itself ends. */
export function endAll() {
  for (const child of running) end(child);
}

/**
 * Runs test files one after the other, up to the first failure. `mutant` has `path`, `start`, `end`
 * and `replacement`; without it, the program is left as it is. Resolves with `passed`, `failed` or
 * `timeout`, and the milliseconds that it took.
 */
export async function runTests(files, { mutant, limitMs = 600_000, args = [] } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'mutate-'));
  const plan = join(directory, 'plan.json');
  writeFileSync(plan, JSON.stringify({ mutant, order: files }));
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [program, 'run', '--config', config, '--bail=1', '--reporter=dot', ...args, ...files],
    // A group of its own, so that the workers end with it.
    {
      cwd: root,
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, MUTATE_PLAN: plan, TMPDIR: directory },
    },
  );
  running.add(child);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end(child);
  }, limitMs);
  const code = await new Promise((done) => {
    child.on('close', done);
  });
  clearTimeout(timer);
  running.delete(child);
  rmSync(directory, { recursive: true, force: true });
  const result = isLate ? 'timeout' : code === 0 ? 'passed' : 'failed';
  return { result, ms: performance.now() - began };
}

function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
