import { createRequire } from 'node:module';
import { pino } from 'pino';
import type * as Pretty from 'pino-pretty';
import { isJsonObject, type JsonObject, type JsonValue } from '../alert/json.ts';
import type { Log, LogFields, TextLog } from '../core/log.ts';
import { escaped } from '../core/printable.ts';
import type { Scrubber } from '../core/secret.ts';
import type { LostLines } from './bounded-sink.ts';
import type { LogFormat, LogLevel } from './log-settings.ts';
import { ossecLine } from './ossec-line.ts';

/** Where finished lines go: a `BoundedSink`, or a buffer in a test. */
export interface LineSink {
  write(line: string): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly sink: LineSink;
  /** Colours, in the pretty format. */
  readonly color: boolean;
}

/** Makes the log of the program. Every text in it is searched for known secrets before it is written. */
export function createLog(options: LogOptions, scrubber: Scrubber): TextLog {
  const format = formatterFor(options);
  const write = (record: JsonObject) => options.sink.write(escapeUnsafe(format(record)));
  return createRecordLog(options.level, write, scrubber);
}

/**
 * Makes a log that emits records instead of lines: `level`, `time` (ISO), `msg`, and the fields.
 * They hold no known secret any more.
 */
export function createRecordLog(
  level: LogLevel,
  sink: (record: JsonObject) => void,
  scrubber: Scrubber,
): TextLog {
  const stream: LineSink = {
    // Before the line is formatted: quoting within quoting would hide a secret from the search.
    write: (line) => sink(scrubbed(JSON.parse(line) as JsonObject, scrubber) as JsonObject),
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorFields },
    },
    stream,
  );
  const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
    logger[level](fields ?? {}, message);
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** Says what is missing in a log, now that it can be written again. */
export function reportLost(log: Log, { count, since, reason }: LostLines): void {
  const fields = { count, since: new Date(since).toISOString(), reason };
  log.error('log lines were lost', fields);
}

function formatterFor(options: LogOptions): (record: JsonObject) => string {
  switch (options.format) {
    case 'json':
      return (record) => `${JSON.stringify(record)}\n`;
    case 'ossec':
      return ossecLine;
    case 'pretty': {
      // Loaded where people look at the log: a service does not need it.
      const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
      const prettify = prettyFactory({
        colorize: options.color,
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss.l',
        // Errors are text here, and stay in the line like all other fields.
        errorLikeObjectKeys: [],
      });
      return (record) => prettify(record) ?? '';
    }
  }
}

/** A value with every known secret in its strings replaced. */
function scrubbed(value: JsonValue, scrubber: Scrubber): JsonValue {
  if (typeof value === 'string') return scrubber.scrub(value);
  if (Array.isArray(value)) return value.map((item) => scrubbed(item, scrubber));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [
    scrubber.scrub(key),
    scrubbed(member, scrubber),
  ]);
  return Object.fromEntries(members) as JsonObject;
}

/** Terminals obey more than JSON escapes, or show it in another order. Colours and newlines stay. */
function escapeUnsafe(line: string): string {
  return line.replace(/[^\u0000-\u001f]+/g, escaped);
}

/** Stack traces are for bugs; an expected failure is logged by message and code. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `${error.message} (${code})`;
}
