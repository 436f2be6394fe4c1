import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { TextLog } from '../core/log.ts';
import { escaped } from '../core/printable.ts';
import type { Scrubber } from '../core/secret.ts';
import { callSite } from './call-site.ts';
import { createRecordLog, type LineSink } from './log.ts';
import { ossecText, ossecTime } from './ossec-line.ts';

/** Severities in the manager's own words. */
export type ManagerLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** A line of that log, without what stands in every line. */
export interface ManagerLine {
  readonly level: ManagerLevel;
  readonly text: string;
}

/** Which files a manager's daemons log into: `ossec.log`, `ossec.json`, or both. */
export interface ManagerLogFormats {
  readonly plain: boolean;
  readonly json: boolean;
}

export interface ManagerLogOptions {
  /** The directory `logs` of the manager. */
  readonly directory: string;
  /** The daemon's name in every line. */
  readonly tag: string;
  readonly clock: Clock;
  readonly scrubber: Scrubber;
  /** Gets a copy of every line, always in the plain format; undefined in the background. */
  readonly echo: LineSink | undefined;
}

const LEVELS: Readonly<Record<string, ManagerLevel>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};
/** Readable and writable by the manager's user and group. */
const FILE_MODE = 0o660;

/**
 * The log that all daemons of a manager share, in the format of the reference's `debug_op.c`:
 *
 *     2026/08/20 11:22:33 wazuh-integratord: INFO: text
 *     2026/08/20 11:22:33 wazuh-integratord[4242] file.js:12 at routine(): DEBUG: text   (debug mode)
 *     {"timestamp":"2026/08/20 11:22:33","tag":"wazuh-integratord","level":"info","description":"text"}
 *
 * The file is opened for every line, because another daemon renames it at midnight: an open one
 * would be written to under its new name. What cannot be written is lost; there is no one to report to.
 */
export class ManagerLog {
  /** Where to; may be set once the configuration was read. */
  formats: ManagerLogFormats = { plain: true, json: false };
  /** Debug mode: DEBUG lines are written, and every line says where it comes from. */
  debug = false;
  readonly #options: ManagerLogOptions;

  constructor(options: ManagerLogOptions) {
    this.#options = options;
  }

  /** Writes one line for any text. Known secrets are removed. */
  write({ level, text }: ManagerLine): void {
    if (level === 'DEBUG' && !this.debug) return;
    const { directory, echo } = this.#options;
    const { plain, json } = this.#lines(level, text);
    if (this.formats.plain) append(join(directory, 'ossec.log'), plain);
    if (this.formats.json) append(join(directory, 'ossec.json'), json);
    echo?.write(plain);
  }

  /** Writes only to standard error, for whoever started the program. */
  say({ level, text }: ManagerLine): void {
    this.#options.echo?.write(this.#lines(level, text).plain);
  }

  /** A log for the rooms of the project that ends up here. */
  asLog(): TextLog {
    const write = (record: Readonly<Record<string, unknown>>) =>
      this.write({ level: LEVELS[String(record['level'])] ?? 'INFO', text: ossecText(record) });
    return createRecordLog(this.debug ? 'debug' : 'info', write, this.#options.scrubber);
  }

  #lines(level: ManagerLevel, text: string): { plain: string; json: string } {
    const { tag, clock, scrubber } = this.#options;
    const timestamp = ossecTime(new Date(clock.now()));
    const description = scrubber.scrub(text);
    const site = this.debug ? callSite() : undefined;
    const origin =
      site === undefined
        ? tag
        : `${tag}[${process.pid}] ${site.file}:${site.line} at ${site.routine}()`;
    const where = site === undefined ? {} : { pid: process.pid, ...site };
    const record = { timestamp, tag, ...where, level: level.toLowerCase(), description };
    return {
      plain: oneLine(`${timestamp} ${origin}: ${level}: ${description}`),
      json: oneLine(JSON.stringify(record)),
    };
  }
}

/** A line that nothing in it can break, and no terminal will obey. */
function oneLine(text: string): string {
  return `${escaped(text)}\n`;
}

function append(path: string, line: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openToAppend(path);
    const bytes = Buffer.from(line);
    // One write, so that lines of several daemons do not mix; a disk may take less of it.
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  } catch {
    // See above.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function openToAppend(path: string): number {
  const existing = constants.O_WRONLY | constants.O_APPEND;
  try {
    return openSync(path, existing);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  try {
    const descriptor = openSync(path, existing | constants.O_CREAT | constants.O_EXCL, FILE_MODE);
    fchmodSync(descriptor, FILE_MODE); // whatever the umask
    giveToManager(descriptor, dirname(path));
    return descriptor;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return openSync(path, existing); // another daemon was faster
  }
}

/** The manager's other daemons must be able to write to a file that root made. */
function giveToManager(descriptor: number, directory: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(directory);
  fchownSync(descriptor, uid, gid);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
