import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellWord } from '../core/shell-word.ts';
import { leadsTo } from '../dropin/install/programs.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
/** Where the documentation has the tarball. */
export const USUAL_PLACE = '/opt/integratord';

/** Where this program is, by the name that outlives an upgrade where it has that. */
export function ownPlace(): string {
  return leadsTo(USUAL_PLACE, PACKAGE) ? USUAL_PLACE : PACKAGE.replace(/\/$/, '');
}

/** What starts this program in a shell: the path of the tarball's command where `PATH` does not lead to it. */
export function commandName({ PATH = '' }: NodeJS.ProcessEnv = process.env): string {
  const own = join(ownPlace(), 'bin', 'integratord');
  if (!existsSync(own)) return 'integratord';
  const isFound = PATH.split(':').some((place) => leadsTo(join(place, 'integratord'), own));
  return isFound ? 'integratord' : plainWord(own);
}

/** A path as a shell takes it, without quotes where it needs none. */
export function plainWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : shellWord(path);
}
