import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Something that takes several steps, between which others may look. */
export type Steps = Generator<undefined, void>;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Writes alerts as the manager does: into a dated file, to which `alerts.json` is a hard link; a new
 * file per day, or per part of a day; and compresses old ones. It also does what people do to it.
 */
export class AlertLog {
  readonly directory: string;
  /** The path of `alerts.json`. */
  readonly live: string;
  readonly #extension: string;
  #date: Date;
  /** When the file was last written to: every write at another time, as on a slower machine. */
  #seconds: number;
  #number = 0;

  /** @param extension `.json`, or `.log` for the text log that OSSEC writes in the same way. */
  constructor(directory: string, extension = '.json') {
    this.#extension = extension;
    this.directory = join(directory, 'alerts');
    this.live = join(this.directory, `alerts${extension}`);
    // The times of files are real ones, and the names have to fit.
    const today = new Date(statSync(directory).mtimeMs);
    this.#seconds = today.getTime() / 1000;
    this.#date = new Date(today.getFullYear(), today.getMonth(), today.getDate(), 12);
    finish(this.#beginning());
  }

  /** The dated name of the file that is written to. */
  get name(): string {
    const date = this.#date;
    const day = String(date.getDate()).padStart(2, '0');
    const number = this.#number === 0 ? '' : `-${String(this.#number).padStart(3, '0')}`;
    const month = MONTHS[date.getMonth()] ?? '';
    return `${date.getFullYear()}/${month}/ossec-alerts-${day}${number}${this.#extension}`;
  }

  /** The path of the dated file that is written to. */
  get dated(): string {
    return this.pathOf(this.name);
  }

  pathOf(name: string): string {
    return join(this.directory, name);
  }

  /** Bytes, with or without newlines, as they reach the file. */
  write(text: string): void {
    appendFileSync(this.dated, text);
    this.#touch(this.dated);
  }

  /** Whole lines. */
  lines(...lines: string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** A new day. Says the name of the file that was closed. */
  nextDay(): string {
    const { name } = this;
    finish(this.beginningDay());
    return name;
  }

  /** The next file of the same day. Says the name of the file that was closed. */
  nextPart(): string {
    const { name } = this;
    finish(this.beginningPart());
    return name;
  }

  /** A new day, step by step. */
  beginningDay(): Steps {
    return this.#movingTo(1);
  }

  /** The next file of the same day, step by step. */
  *beginningPart(): Steps {
    this.#number += 1;
    yield* this.#beginning();
  }

  /** The clock goes back to an earlier day. */
  daysBack(days: number): void {
    finish(this.#movingTo(-days));
  }

  /** What the manager's log rotation does to a finished file after a while. */
  compress(name: string): void {
    finish(this.compressing(name));
  }

  /** The same, step by step. */
  *compressing(name: string): Steps {
    const path = this.pathOf(name);
    if (!existsSync(path)) return;
    writeFileSync(`${path}.sum`, 'checksums\n');
    const compressed = gzipSync(readFileSync(path));
    writeFileSync(`${path}.gz`, compressed.subarray(0, compressed.length / 2));
    yield;
    writeFileSync(`${path}.gz`, compressed);
    this.#touch(`${path}.gz`);
    yield;
    rmSync(path);
  }

  /** `: > alerts.json` */
  truncate(size = 0): void {
    truncateSync(this.live, size);
    this.#touch(this.live);
  }

  /** `cp alerts.json <to>; : > alerts.json` */
  copyAndTruncate(to: string): void {
    copyFileSync(this.live, to);
    this.#touch(to);
    this.truncate();
  }

  /** `mv alerts.json <to>`; the writer opens a new file at once. */
  moveAway(to: string): void {
    renameSync(this.live, to);
    rmSync(this.dated);
    this.relink();
  }

  /** `cp alerts.json x; mv x alerts.json`; the manager goes on writing to the dated file. */
  replaceByCopy(): void {
    copyFileSync(this.live, `${this.live}.tmp`);
    renameSync(`${this.live}.tmp`, this.live);
  }

  /** `rm alerts.json`; the dated file stays, and the manager goes on writing to it. */
  unlinkLive(): void {
    rmSync(this.live);
  }

  /** Makes `alerts.json` a link to the file that is written to, which is created if necessary. */
  relink(): void {
    finish(this.#relinking());
  }

  inode(): string {
    return String(statSync(this.live, { bigint: true }).ino);
  }

  #touch(path: string): void {
    this.#seconds += 0.01;
    utimesSync(path, this.#seconds, this.#seconds);
  }

  *#relinking(): Steps {
    appendFileSync(this.dated, '');
    yield;
    rmSync(this.live, { force: true });
    yield;
    linkSync(this.dated, this.live);
  }

  *#movingTo(days: number): Steps {
    const date = new Date(this.#date);
    date.setDate(date.getDate() + days);
    this.#date = date;
    this.#number = 0;
    yield* this.#beginning();
  }

  *#beginning(): Steps {
    mkdirSync(dirname(this.dated), { recursive: true });
    yield* this.#relinking();
  }
}

/** Does all steps at once. */
export function finish(steps: Steps): void {
  while (steps.next().done !== true);
}
