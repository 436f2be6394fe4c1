import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { readDebugOption } from './internal-options.ts';

function read(files: { local?: string; common?: string }) {
  const home = tempDir();
  mkdirSync(join(home, 'etc'));
  const write = (name: string, text: string | undefined) => {
    if (text !== undefined) writeFileSync(join(home, 'etc', name), text);
  };
  write('local_internal_options.conf', files.local);
  write('internal_options.conf', files.common);
  return readDebugOption(home);
}

it.each([
  ['the local file first', { local: 'integrator.debug=2\n', common: 'integrator.debug=1\n' }, 2],
  ['then the other', { local: '# nothing\nremoted.debug=2', common: 'integrator.debug=1' }, 1],
  ['with white space', { common: '# x\n integrator.debug = 0 \r\n' }, 0],
])('reads %s', (_, files, level) => {
  expect(read(files)).toEqual({ level });
});

it.each([
  ['no file', {}],
  ['no such option', { common: '#integrator.debug=1\nintegrator.debugger=1\n' }],
  ['no level', { local: 'integrator.debug=3' }],
  ['no number', { local: 'integrator.debug=yes', common: 'integrator.debug=0' }],
  ['nothing', { local: 'integrator.debug=' }],
])('has a problem with %s', (_, files) => {
  expect(read(files)).toEqual({ problem: expect.stringContaining('integrator.debug') });
});
