import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';

const LOADER = new URL('../../test/support/typescript.mjs', import.meta.url).href;
const ROOT = new URL('../..', import.meta.url);

/** Runs code that leaves; resolves with how it ended, and what it said at its exit. */
function leaving(code: string) {
  const whole = `
    import { leave } from './src/app/leave.ts';
    import { systemClock } from './src/core/clock.ts';
    import { open, stat } from 'node:fs';
    process.on('exit', (code) => process.stdout.write('exit ' + code));
    process.on('SIGTERM', () => {});
    ${code}
    await leave(3, systemClock);`;
  const args = ['--import', LOADER, '--input-type=module', '--eval', whole];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, said }));
  });
}

it('ends the process with an exit code', async () => {
  expect(await leaving('setInterval(() => {}, 1000);')).toEqual({
    code: 3,
    signal: null,
    said: 'exit 3',
  });
});

it('waits for what another thread is about to finish', async () => {
  const code = "stat('/', () => process.stdout.write('done '));";
  expect(await leaving(code)).toEqual({ code: 3, signal: null, said: 'done exit 3' });
});

it('ends the process by the signal where another thread hangs, which would keep it for ever', async () => {
  const path = join(tempDir(), 'pipe');
  execFileSync('mkfifo', [path]);
  const code = `open(${JSON.stringify(path)}, 'r', () => {});`;
  expect(await leaving(code)).toEqual({ code: null, signal: 'SIGTERM', said: 'exit 3' });
});
