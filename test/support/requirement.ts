import { execFileSync } from 'node:child_process';

/**
 * True where this machine lacks what a group of tests needs, for `describe.skipIf`. The output says
 * what it is. In continuous integration it throws: nothing may be skipped there.
 * @param what what is missing, and how to get it, as a sentence
 * @param probe throws where it is missing
 */
export function isMissing(what: string, probe: () => void): boolean {
  try {
    probe();
    return false;
  } catch (error) {
    if (process.env['CI'] === 'true') {
      throw new Error(`In continuous integration nothing is skipped. ${what}`, { cause: error });
    }
    process.stderr.write(`\n*** SKIPPED: ${what}\n\n`);
    return true;
  }
}

/** Throws unless a command can be run and exits with 0. */
export function mustRun(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}
