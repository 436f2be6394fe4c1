import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { TextLog } from '../core/log.ts';
import { escaped } from '../core/printable.ts';
import type { Scrubber } from '../core/secret.ts';
import { BoundedSink } from './bounded-sink.ts';
import { callSite } from './call-site.ts';
import { createRecordLog, reportLost } from './log.ts';
import { LogFile } from './log-file.ts';
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
  readonly echo: Echo | undefined;
}

/** Standard error, as it is used here. */
export type Echo = Pick<BoundedSink, 'write' | 'flush' | 'close'>;

const LEVELS: Readonly<Record<string, ManagerLevel>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/**
 * The log that all daemons of a manager share, in the format of the reference's `debug_op.c`:
 *
 *     2026/08/20 11:22:33 wazuh-integratord: INFO: text
 *     2026/08/20 11:22:33 wazuh-integratord[4242] file.js:12 at routine(): DEBUG: text   (debug mode)
 *     {"timestamp":"2026/08/20 11:22:33","tag":"wazuh-integratord","level":"info","description":"text"}
 *
 * Nobody waits for the files. What cannot be written waits as long as there is room for it, and what
 * was lost then is counted and said in the file when it can be written again.
 */
export class ManagerLog {
  /** Where to; may be set once the configuration was read. */
  formats: ManagerLogFormats = { plain: true, json: false };
  /** Debug mode: DEBUG lines are written, and every line says where it comes from. */
  debug = false;
  readonly #options: ManagerLogOptions;
  readonly #plainFile: BoundedSink;
  readonly #jsonFile: BoundedSink;

  constructor(options: ManagerLogOptions) {
    this.#options = options;
    this.#plainFile = this.#open('ossec.log');
    this.#jsonFile = this.#open('ossec.json');
  }

  /** Writes one line for any text. Known secrets are removed. */
  write({ level, text }: ManagerLine): void {
    if (level === 'DEBUG' && !this.debug) return;
    const { plain, json } = this.#lines(level, text);
    if (this.formats.plain) this.#plainFile.write(plain);
    if (this.formats.json) this.#jsonFile.write(json);
    this.#options.echo?.write(plain);
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

  /** Writes what waits, as far as that goes within so many milliseconds. The log can be used on. */
  async flush(milliseconds: number): Promise<void> {
    await Promise.all([
      this.#plainFile.flush(milliseconds),
      this.#jsonFile.flush(milliseconds),
      this.#options.echo?.flush(milliseconds),
    ]);
  }

  /** As {@link flush}, for the last time. */
  async close(milliseconds: number): Promise<void> {
    await Promise.all([
      this.#plainFile.close(milliseconds),
      this.#jsonFile.close(milliseconds),
      this.#options.echo?.close(milliseconds),
    ]);
  }

  #open(name: string): BoundedSink {
    const { directory, clock } = this.#options;
    const sink = new BoundedSink(new LogFile(join(directory, name)), clock);
    sink.onRecovered = (lost) => reportLost(this.asLog(), lost);
    return sink;
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
