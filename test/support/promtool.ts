import { spawnSync } from 'node:child_process';
import { isMissing, mustRun } from './requirement.ts';

/** True where there is no `promtool`, for `describe.skipIf`. */
export function lacksPromtool(): boolean {
  return isMissing('promtool is not installed: apt-get install prometheus', () =>
    mustRun('promtool', '--version'),
  );
}

/** Runs it. Returns its exit code, and all that it says. */
export function promtool(args: readonly string[], input = ''): { code: number; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { code: status ?? -1, output: stdout + stderr };
}
