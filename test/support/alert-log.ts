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
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Writes alerts as the manager does: into a dated file, to which `alerts.json` is a hard link; a new
 * file per day, or per part of a day; and compresses old ones. It also does what people do to it.
 */
export class AlertLog {
  readonly directory: string;
  /** The path of `alerts.json`. */
  readonly live: string;
  #date = Date.UTC(2026, 7, 20);
  #number = 0;

  constructor(directory: string) {
    this.directory = join(directory, 'alerts');
    this.live = join(this.directory, 'alerts.json');
    this.#begin();
  }

  /** The dated name of the file that is written to. */
  get name(): string {
    const date = new Date(this.#date);
    const day = String(date.getUTCDate()).padStart(2, '0');
    const number = this.#number === 0 ? '' : `-${String(this.#number).padStart(3, '0')}`;
    const month = MONTHS[date.getUTCMonth()] ?? '';
    return `${date.getUTCFullYear()}/${month}/ossec-alerts-${day}${number}.json`;
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
  }

  /** Whole lines. */
  lines(...lines: string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** A new day. Says the name of the file that was closed. */
  nextDay(): string {
    const { name } = this;
    this.#date += 24 * 60 * 60 * 1000;
    this.#number = 0;
    this.#begin();
    return name;
  }

  /** The next file of the same day. Says the name of the file that was closed. */
  nextPart(): string {
    const { name } = this;
    this.#number += 1;
    this.#begin();
    return name;
  }

  /** The clock goes back to an earlier day. */
  daysBack(days: number): void {
    this.#date -= days * 24 * 60 * 60 * 1000;
    this.#number = 0;
    this.#begin();
  }

  /** What the manager's log rotation does to a finished file after a while. */
  compress(name: string): void {
    const path = this.pathOf(name);
    if (!existsSync(path)) return;
    writeFileSync(`${path}.sum`, 'checksums\n');
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
  }

  /** `: > alerts.json` */
  truncate(size = 0): void {
    truncateSync(this.live, size);
  }

  /** `cp alerts.json <to>; : > alerts.json` */
  copyAndTruncate(to: string): void {
    copyFileSync(this.live, to);
    this.truncate();
  }

  /** `mv alerts.json <to>`; the writer opens a new file at once. */
  moveAway(to: string): void {
    renameSync(this.live, to);
    rmSync(this.dated);
    this.relink();
  }

  /** `rm alerts.json`; the dated file stays, and the manager goes on writing to it. */
  unlinkLive(): void {
    rmSync(this.live);
  }

  /** Makes `alerts.json` a link to the file that is written to, which is created if necessary. */
  relink(): void {
    appendFileSync(this.dated, '');
    rmSync(this.live, { force: true });
    linkSync(this.dated, this.live);
  }

  inode(): string {
    return String(statSync(this.live, { bigint: true }).ino);
  }

  #begin(): void {
    mkdirSync(dirname(this.dated), { recursive: true });
    this.relink();
  }
}
