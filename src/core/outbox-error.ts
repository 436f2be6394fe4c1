interface Kind {
  /** True where waiting may help, so that a start waits too; else a person has to do something. */
  readonly isTemporary: boolean;
  /** What is wrong, completing "The outbox … cannot be opened: …". */
  readonly meaning: string;
  readonly action: string;
}

/** All that can be wrong with the outbox. */
const KINDS = {
  busy: {
    isTemporary: true,
    meaning: 'another process holds it',
    action: 'It continues by itself once that process is done.',
  },
  full: {
    isTemporary: true,
    meaning: 'the disk, or a quota on it, is full',
    action: 'Free disk space; it continues by itself.',
  },
  io: {
    isTemporary: true,
    meaning: 'reading or writing it fails',
    action: 'Check the disk, its mount and the log of the kernel.',
  },
  'read-only': {
    isTemporary: false,
    meaning: 'it is read-only',
    action: 'Make the file and its file system writable for the user that integratord runs as.',
  },
  forbidden: {
    isTemporary: false,
    meaning: 'it is not accessible',
    action:
      'The state directory must be writable by the user that integratord runs as; ' +
      '--state selects another one.',
  },
  gone: {
    isTemporary: false,
    meaning: 'its files were removed or replaced',
    action: 'Do not stop the daemon before it says that they are restored.',
  },
  corrupt: {
    isTemporary: false,
    meaning: 'it is damaged, or no database',
    action:
      'Stop the daemon, keep a copy of the file, and repair it (`sqlite3 outbox.db .recover`) or ' +
      'move it away: without it, what waits in it is lost.',
  },
  newer: {
    isTemporary: false,
    meaning: 'it was written by a newer integratord',
    action: 'Run that version again, or select another directory with --state.',
  },
  older: {
    isTemporary: false,
    meaning: 'it is still that of an older integratord',
    action: 'Restart the daemon, which brings it up to date.',
  },
  'in use': {
    isTemporary: false,
    meaning: 'another integratord works on it',
    action: 'Stop that one first, or give this one its own directory with --state.',
  },
  unexpected: {
    isTemporary: false,
    meaning: 'an error in integratord',
    action: 'Report it, with this line of the log.',
  },
} as const satisfies Record<string, Kind>;

export type OutboxTrouble = keyof typeof KINDS;

/** Why the outbox cannot be used. Its message is for a person: what is wrong, and what to do. */
export class OutboxError extends Error {
  readonly trouble: OutboxTrouble;

  constructor(trouble: OutboxTrouble, message: string, cause?: unknown) {
    super(message, { cause });
    this.trouble = trouble;
  }

  /**
   * The usual sentences about a trouble.
   * @param what what fails, such as `The outbox /…/outbox.db cannot be opened`.
   */
  static about(what: string, trouble: OutboxTrouble, cause?: unknown): OutboxError {
    const { meaning, action } = KINDS[trouble];
    const detail = cause instanceof Error ? ` (${cause.message})` : '';
    const message = `${what}: ${meaning}${detail}. ${action}`;
    return new OutboxError(trouble, message, cause);
  }

  /** Any error as one: what is none already is a bug. */
  static of(error: unknown): OutboxError {
    return error instanceof OutboxError
      ? error
      : OutboxError.about('The outbox cannot be used', 'unexpected', error);
  }

  /** True where waiting may help. */
  get isTemporary(): boolean {
    return KINDS[this.trouble].isTemporary;
  }
}

/** Told how the outbox is. */
export interface OutboxObserver {
  failed(error: OutboxError): void;
  /** Something could be written. */
  worked(): void;
}
