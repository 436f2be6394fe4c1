import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { tempDir } from '../test/support/temp-dir.ts';
import { entry } from './entry.mjs';

let place;
beforeEach(() => {
  place = tempDir();
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(place, 'main.js'), entry('./start.js'));
});

/** What the file does whose program throws this. */
function thrown(code, message) {
  const error = `Object.assign(new Error(${JSON.stringify(message)}), { code: '${code}' })`;
  writeFileSync(join(place, 'start.js'), `await undefined; throw ${error};`);
  const { status, stderr } = spawnSync(process.execPath, [join(place, 'main.js')], {
    encoding: 'utf8',
  });
  return [status, stderr];
}

it('says in one line that glibc is too old', () => {
  const message = "/lib64/libm.so.6: version `GLIBC_2.29' not found (required by x.node)";
  expect(thrown('ERR_DLOPEN_FAILED', message)).toEqual([
    1,
    `integratord needs glibc 2.29 or later (docs/packages.md): ${message}\n`,
  ]);
});

it('says in one line that a library is missing', () => {
  const [status, stderr] = thrown('ERR_MODULE_NOT_FOUND', "Cannot find package 'x'\nat y");
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^integratord is incomplete: .+\n$/)]);
});

it('shows any other mistake as it is', () => {
  expect(thrown('EOTHER', 'something else')).toEqual([1, expect.stringContaining('at file://')]);
});
