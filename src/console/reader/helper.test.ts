import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { askOnce } from './helper.ts';

function program(text: string): URL {
  const path = join(tempDir(), 'program.mjs');
  writeFileSync(path, text);
  return pathToFileURL(path);
}

/** Tells the arguments and the order back, and ends before all of it can have been read. */
const TELLS = `process.once('message', (order) => {
  const answer = { args: process.argv.slice(2), order, rest: 'x'.repeat(8 << 20) };
  process.send(answer, () => process.exit());
});`;

describe('a helper that answers once', () => {
  it('is heard to the end, also where it is gone by then', async () => {
    const answer = await askOnce<{ rest: string }>(program(TELLS), ['a'], { what: 1 });
    expect({ ...answer, rest: answer?.rest.length }).toEqual({
      args: ['a'],
      order: { what: 1 },
      rest: 8 << 20,
    });
  });

  it('has no answer where it ends without one', async () => {
    const ends = program(`process.once('message', () => process.kill(process.pid, 'SIGKILL'));`);
    expect(await askOnce(ends, [], {})).toBeUndefined();
  });

  it('is ended where it takes too long, and left alone once it has answered', async () => {
    const calls: string[] = [];
    const limit = (end: () => void) => {
      calls.push('set');
      setImmediate(end);
      return () => calls.push('called off');
    };
    const waits = program(`process.on('message', () => {}); setInterval(() => {}, 1000);`);
    expect(await askOnce(waits, [], {}, limit)).toBeUndefined();
    expect(calls).toEqual(['set', 'called off']);
  });
});
