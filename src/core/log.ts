import type { DiagnosticText } from './diagnostic.ts';
import type { LogMessage } from './log-catalogue.ts';

/**
 * The logging interface of all modules: a constant message of the catalogue, plus fields.
 * Diagnostics of the configuration are the only text that varies.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: LogMessage<'info'>, fields?: LogFields): void;
  warn(message: LogMessage<'warn'> | DiagnosticText, fields?: LogFields): void;
  error(message: LogMessage<'error'> | DiagnosticText, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

/** A log that takes any text: what implements {@link Log}. */
export type TextLog = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: LogFields) => void>
>;

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
