import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMAND } from './program.ts';

const ROOT = join(dirname(COMMAND), '..', '..');

/** What the version after this one does to an outbox, unless a test says otherwise. */
const NEXT_STEP = 'ALTER TABLE delivery ADD COLUMN of_the_next_version TEXT';

export interface NextVersion {
  /** The step that it adds to the migrations. */
  readonly step?: string;
  /** Whether it hangs where the copy of the outbox is written and not yet complete. */
  readonly hangsInCopy?: boolean;
  /** A file that it waits for when it has found room for the copy and not begun to write it. */
  readonly copyWaitsFor?: string;
}

/**
 * Makes the version after the one that was built: the same program, whose outbox has one step more.
 * @param directory where; it must be empty
 * @returns its command
 */
export function nextVersion(
  directory: string,
  { step, hangsInCopy, copyWaitsFor }: NextVersion = {},
): string {
  mkdirSync(directory, { recursive: true });
  cpSync(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const about = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as object;
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...about, version: '99.0.0' }));
  addStep(directory, step);
  if (hangsInCopy === true) {
    // The first bytes of the header are there, no more.
    const hang =
      'writeFileSync(target, \'SQLite format 3\'); process.stderr.write(\'{"msg":"hangs"}\\n\'); for (;;);';
    edit(join(directory, 'dist', 'outbox', 'copy.js'), /(?=database\.execute\(`VACUUM)/, hang);
  }
  if (copyWaitsFor !== undefined) {
    const exists = `process.getBuiltinModule('node:fs').existsSync(${JSON.stringify(copyWaitsFor)})`;
    const wait = `process.stderr.write('{"msg":"waits"}\\n'); while (!${exists});`;
    edit(join(directory, 'dist', 'outbox', 'copy.js'), /(?=database\.execute\(`VACUUM)/, wait);
  }
  return join(directory, 'dist', 'cli', 'main.js');
}

/**
 * Has a version that was built keep its outbox in one step more.
 * @param directory where its `dist` is
 */
export function addStep(directory: string, step = NEXT_STEP): void {
  const file = join(directory, 'dist', 'outbox', 'migrations.js');
  edit(file, /(?<=const MIGRATIONS = \[[^\]]*)(?=\])/, JSON.stringify(step));
}

/** Puts a text in the place of what fits. */
function edit(path: string, pattern: RegExp, instead: string): void {
  const text = readFileSync(path, 'utf8');
  if (!pattern.test(text)) throw new Error(`${path} has no ${pattern}`);
  writeFileSync(
    path,
    text.replace(pattern, () => instead),
  );
}
