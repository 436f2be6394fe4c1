import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forkNameHost } from '../../src/transport/names/name-host-process.ts';
import { forkScriptHost } from '../../src/transport/script-host-process.ts';
import type { ScriptPlace } from '../../src/transport/script-place.ts';

const LOADER = new URL('./typescript.mjs', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('../../src/cli/script-host.ts', import.meta.url));
const NAME_PROGRAM = fileURLToPath(new URL('../../src/cli/name-host.ts', import.meta.url));

/** Starts a script host from the sources, as the daemon starts the built one. */
export function forkTestHost(home: string): ChildProcess {
  return forkScriptHost(PROGRAM, [home], process.env, ['--import', LOADER]);
}

/** A place for the files of scripts in a directory of a test. */
export function testPlace(temporary: string): ScriptPlace {
  return { temporary, directory: join(temporary, 'private'), mark: '12345678' };
}

/** Starts a name host from the sources. */
export function forkTestNameHost(threads: number): ChildProcess {
  return forkNameHost(NAME_PROGRAM, threads, ['--import', LOADER]);
}
