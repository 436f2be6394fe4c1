import { CONSOLE_MESSAGES } from './log-messages/console.ts';
import { DELIVERY_MESSAGES } from './log-messages/deliveries.ts';
import type { LogEntry } from './log-messages/entry.ts';
import { HELPER_MESSAGES } from './log-messages/helpers.ts';
import { OUTBOX_MESSAGES } from './log-messages/outbox.ts';
import { PROGRAM_MESSAGES } from './log-messages/program.ts';
import { READING_MESSAGES } from './log-messages/reading.ts';

/**
 * Every constant message of the log, so that none can be written that an operator cannot look up:
 * `Log` takes no others. docs/operating.md is generated from it. What varies is in the fields.
 */
export const LOG_CATALOGUE = {
  ...PROGRAM_MESSAGES,
  ...DELIVERY_MESSAGES,
  ...OUTBOX_MESSAGES,
  ...READING_MESSAGES,
  ...HELPER_MESSAGES,
  ...CONSOLE_MESSAGES,
} as const satisfies Record<string, LogEntry>;

/** The messages of a level. */
export type LogMessage<Level extends LogEntry['level']> = {
  [Message in keyof typeof LOG_CATALOGUE]: (typeof LOG_CATALOGUE)[Message]['level'] extends Level
    ? Message
    : never;
}[keyof typeof LOG_CATALOGUE];
