import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';

const BENCH = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url));

/** What is measured, and how many rows each has. */
const MEASUREMENTS: readonly (readonly [string, number])[] = [
  ['intake', 4],
  ['routing', 17],
  ['delivery', 4],
  ['latency', 2],
  ['crowd', 2],
  ['start', 5],
  ['scripts', 1],
  ['recovery', 4],
  ['memory', 4],
  ['growth', 9],
  ['usage', 5],
  ['metrics', 3],
  ['console', 9],
  ['stored', 23],
  ['simulate', 4],
];

interface Row {
  readonly figure: string;
  readonly value?: number;
  readonly points?: readonly { readonly label: string; readonly value: number }[];
}

describe('npm run bench', () => {
  it.each(MEASUREMENTS)('measures %s', async (name, count) => {
    const file = join(tempDir(), 'figures.json');
    const { code, stdout, stderr } = await bench(['--smoke', '--only', name, '--json', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(name) });
    const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] };
    expect(rows).toHaveLength(count);
    for (const { figure, value, points = [] } of rows) {
      expect(stdout).toContain(figure);
      const numbers = [
        ...points.map((point) => point.value),
        ...(value === undefined ? [] : [value]),
      ];
      expect({ figure, numbers: numbers.filter(Number.isFinite) }).toEqual({ figure, numbers });
      expect(numbers).not.toHaveLength(0);
    }
  });

  it('refuses what it does not know', async () => {
    for (const args of [['--only', 'nothing'], ['--fast'], ['--compare', 'no-such-commit']]) {
      const { code, stderr } = await bench(args);
      expect(code).toBe(2);
      expect(stderr).toContain('Usage: npm run bench');
    }
  });

  it('leaves nothing when it is interrupted', async () => {
    const temporary = tempDir();
    const { code } = await bench(['--only', 'latency'], { temporary, until: 'measuring latency' });
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Runs it to its end; with `until`, interrupts it as soon as it says so. */
async function bench(args: readonly string[], { temporary = tmpdir(), until = '' } = {}) {
  const child = spawn(process.execPath, [BENCH, ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let isInterrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (isInterrupted || until === '' || !stderr.includes(until)) return;
    // Once: a second one could meet a process that is leaving, and end it another way.
    isInterrupted = true;
    child.kill('SIGINT');
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}
