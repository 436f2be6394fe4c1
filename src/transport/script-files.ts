import { randomInt } from 'node:crypto';
import { closeSync, constants, copyFileSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { ScriptCall } from '../core/destination.ts';
import { makePrivate, removeFile, type ScriptPlace } from './script-place.ts';

/** Where the files of one call are. */
export interface CallFiles {
  readonly alertFile: string;
  /** Undefined when the call has no options. */
  readonly optionsFile: string | undefined;
  /** Removes them. Never throws. */
  remove(): void;
}

/** Creates a file that did not exist, and follows no link. */
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const EIGHT_DIGITS = 100_000_000;

/**
 * Writes the files of a call, readable by this user only. They are where scripts look for them, under
 * names as in the reference, whose last number nobody can predict: `/tmp/<name>-<time>-<number>.alert`.
 * It does not wait for the disk asynchronously: the calls are short, and handing each of them to
 * another thread takes longer than the call.
 * @param name what the names begin with.
 * @throws Error when they cannot be written; then there are none.
 */
export function writeCallFiles(
  place: ScriptPlace,
  name: string,
  call: ScriptCall,
  clock: Clock,
): CallFiles {
  const safeName = name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80);
  const seconds = Math.floor(clock.now() / 1000);
  const base = `${safeName}-${seconds}-${place.mark}${eightDigits()}${eightDigits()}`;
  const alertFile = join(place.temporary, `${base}.alert`);
  const optionsFile =
    call.optionsFile === undefined ? undefined : join(place.directory, `${base}.options`);
  const written: string[] = [];
  const remove = () => {
    for (const path of written) removeFile(path);
  };
  const write = (path: string, content: Buffer | string) => {
    const file = openSync(path, NEW, 0o600);
    written.push(path);
    try {
      writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
  };
  const copy = (from: string, path: string) => {
    copyFileSync(from, path, constants.COPYFILE_EXCL);
    written.push(path);
  };
  try {
    if (call.alertAt === undefined) write(alertFile, call.alertFile);
    else copy(call.alertAt.path, alertFile);
    if (optionsFile !== undefined) {
      makePrivate(place.directory);
      write(optionsFile, call.optionsFile ?? '');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { alertFile, optionsFile, remove };
}

function eightDigits(): string {
  return String(randomInt(EIGHT_DIGITS)).padStart(8, '0');
}
