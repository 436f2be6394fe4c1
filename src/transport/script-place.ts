import { randomBytes, randomInt } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where scripts look for their alert. `TMPDIR` does not change it, as it does not in the reference. */
const TEMPORARY = '/tmp';

/** Where the files of one start of the program are. */
export interface ScriptPlace {
  /** The directory of the alert files, which all users share. */
  readonly temporary: string;
  /** A directory in it that is private to this start; whoever needs it first makes it. */
  readonly directory: string;
  /** Digits in the names of its alert files, by which the next start knows what is left over. */
  readonly mark: string;
}

/** `<process>.<mark>.<name of the directory>`: the name of an empty file says it all. */
const RECORD = /^(\d+)\.(\d{8})\.(integratord-[0-9a-f]{24})$/;
/** Earlier versions kept the files of scripts where the records are now. */
const EARLIER_FILE = /\.(?:alert|options)$/;

/**
 * Makes a directory that only this user can enter, or makes sure that it is one.
 * @throws Error when it cannot be used.
 */
export function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || !isOurs(stat)) {
    throw new Error(`${directory} is not a directory of this user`);
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(directory, 0o700);
}

/**
 * Chooses a place for the files of scripts, records it in the state directory, and removes what
 * earlier starts left behind when they were killed: only what is recorded and belongs to this user.
 */
export class ScriptPlaces {
  readonly place: ScriptPlace;
  readonly #records: string;
  readonly #record: string;
  #isRecorded = false;

  /** @param records a directory for the records. Created, and made private. */
  constructor(records: string, temporary: string = TEMPORARY) {
    const name = `integratord-${randomBytes(12).toString('hex')}`;
    const mark = String(randomInt(10_000_000, 100_000_000));
    this.place = { temporary, directory: join(temporary, name), mark };
    this.#records = records;
    this.#record = join(records, `${process.pid}.${mark}.${name}`);
  }

  /**
   * To be called before the place is used; when it fails, again later.
   * @throws Error when the place cannot be recorded.
   */
  prepare(): void {
    if (this.#isRecorded) return;
    makePrivate(this.#records);
    for (const name of readdirSync(this.#records)) this.#sweep(name);
    closeSync(openSync(this.#record, 'wx', 0o600));
    this.#isRecorded = true;
  }

  /** The same, where it does not matter yet: the first run will say what is wrong. */
  tryPrepare(): void {
    try {
      this.prepare();
    } catch {
      // See above.
    }
  }

  /** Removes the place and its record. Nothing may use it any more. */
  close(): void {
    if (!this.#isRecorded) return;
    this.#isRecorded = false;
    this.#clean(this.place);
    removeFile(this.#record);
  }

  #sweep(name: string): void {
    const [, pid, mark = '', directory = ''] = RECORD.exec(name) ?? [];
    const record = join(this.#records, name);
    if (pid === undefined) {
      if (EARLIER_FILE.test(name)) removeFile(record);
      return;
    }
    // A process with our number that is not this start was an earlier one, as is usual in containers.
    if (Number(pid) !== process.pid ? isAlive(Number(pid)) : record === this.#record) return;
    const { temporary } = this.place;
    this.#clean({ temporary, mark, directory: join(temporary, directory) });
    removeFile(record);
  }

  #clean({ temporary, directory, mark }: ScriptPlace): void {
    removeDirectory(directory);
    const alert = new RegExp(`-\\d+-${mark}\\d{16}\\.alert$`);
    for (const name of namesIn(temporary)) if (alert.test(name)) removeOwn(temporary, name);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Removes a directory with all that is in it, if it is ours: links in it are not followed. */
function removeDirectory(path: string): void {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory() && isOurs(stat)) rmSync(path, { recursive: true, force: true });
  } catch {
    // It was already removed, or cannot be.
  }
}

function removeOwn(directory: string, name: string): void {
  try {
    const path = join(directory, name);
    const stat = lstatSync(path);
    if (stat.isFile() && isOurs(stat)) unlinkSync(path);
  } catch {
    // The same.
  }
}

/** Removes a file. Never throws. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was already removed, or cannot be.
  }
}

function isOurs({ uid }: { readonly uid: number }): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

/** True while there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
