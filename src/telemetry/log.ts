import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Log, LogFields } from '../core/log.ts';
import type { Scrubber } from '../core/secret.ts';
import { ossecLine } from './ossec-line.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['pretty', 'json', 'ossec'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Where finished lines go: standard error, or a buffer in a test. */
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

/** Makes the log of the program. Every line is searched for known secrets before it is written. */
export function createLog(options: LogOptions, scrubber: Scrubber): Log {
  const clean: LineSink = { write: (line) => options.sink.write(scrubber.scrub(line)) };
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorFields },
    },
    streamFor(options, clean),
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

function streamFor(options: LogOptions, sink: LineSink): LineSink {
  switch (options.format) {
    case 'json':
      return sink;
    case 'ossec':
      return {
        write: (line) => sink.write(ossecLine(JSON.parse(line) as Record<string, unknown>)),
      };
    case 'pretty': {
      const prettify = PinoPretty.prettyFactory({
        colorize: options.color,
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss.l',
      });
      return { write: (line) => sink.write(prettify(JSON.parse(line)) ?? '') };
    }
  }
}

/** Stack traces are for bugs; an expected failure is told by its message and code. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `${error.message} (${code})`;
}
