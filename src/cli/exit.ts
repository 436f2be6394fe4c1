/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  /** The configuration or the input is wrong. */
  wrongInput: 1,
  /** The command line is wrong. */
  wrongUsage: 2,
  /** It ran, but something failed: a test was refused, a delivery is dead. */
  failed: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for the user instead of a stack trace. */
export class CommandError extends Error {
  readonly code: ExitCode;

  constructor(message: string, code: ExitCode) {
    super(message);
    this.code = code;
  }
}
