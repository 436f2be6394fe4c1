import type { Clock } from '../../core/clock.ts';
import type { Log, LogFields } from '../../core/log.ts';
import type { LogMessage } from '../../core/log-catalogue.ts';
import type { SourceCondition } from '../../core/source.ts';

/**
 * What can be wrong with a source, while it lasts:
 * - `missing`: there is no file at the path.
 * - `unreachable`: the path cannot be checked.
 * - `not_a_file`: there is a directory, a pipe or a device.
 * - `unopenable`: the live file cannot be opened, or its beginning cannot be read.
 * - `unreadable`: the file that is being read cannot be read any more.
 * - `no_newline`: the file grows, but no line of it ends.
 * - `archives`: archives that hold unread lines cannot be listed, opened or read.
 */
export type ConditionKind =
  | 'missing'
  | 'unreachable'
  | 'not_a_file'
  | 'unopenable'
  | 'unreadable'
  | 'no_newline'
  | 'archives';

export interface Condition extends SourceCondition {
  readonly kind: ConditionKind;
}

const MESSAGES: Record<
  ConditionKind,
  { readonly begins: LogMessage<'warn'>; readonly ends: LogMessage<'info'> }
> = {
  missing: {
    begins: 'the alert file does not exist; waiting for it',
    ends: 'the alert file exists',
  },
  unreachable: {
    begins: 'the alert file cannot be checked; retrying',
    ends: 'the alert file can be checked again',
  },
  not_a_file: {
    begins: 'the alert path is not a regular file; waiting for one',
    ends: 'the alert path is a regular file',
  },
  unopenable: {
    begins: 'the alert file cannot be opened; retrying',
    ends: 'the alert file can be opened again',
  },
  unreadable: {
    begins: 'the alert file cannot be read; retrying',
    ends: 'the alert file can be read again',
  },
  no_newline: {
    begins: 'the alert file grows, but no line of it ends',
    ends: 'lines of the alert file end again',
  },
  archives: {
    begins: 'archives with unread alerts cannot be read; retrying',
    ends: 'archives can be read again',
  },
};

const REMIND_EVERY_MS = 10 * 60 * 1000;

interface Episode extends Condition {
  readonly startedAt: number;
  remindAt: number | undefined;
}

/** Reports conditions when they begin, every ten minutes while they last, and when they end. */
export class SourceHealth {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #episodes = new Map<ConditionKind, Episode>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Says that something is wrong now. It is reported when it lasts for the given number of milliseconds. */
  report(kind: ConditionKind, fields: LogFields, patienceMs = 0): void {
    const now = this.#clock.monotonic();
    const message = MESSAGES[kind].begins;
    const episode = this.#episodes.get(kind) ?? {
      kind,
      message,
      since: this.#clock.now(),
      startedAt: now,
      remindAt: undefined,
    };
    this.#episodes.set(kind, episode);
    if (now < (episode.remindAt ?? episode.startedAt + patienceMs)) return;
    episode.remindAt = now + REMIND_EVERY_MS;
    const forSeconds = Math.round((now - episode.startedAt) / 1000);
    this.#log.warn(message, { ...fields, forSeconds });
  }

  /** Says that a condition is over, or does not hold. */
  clear(kind: ConditionKind, fields: LogFields): void {
    const episode = this.#episodes.get(kind);
    if (episode === undefined) return;
    this.#episodes.delete(kind);
    if (episode.remindAt === undefined) return;
    const forSeconds = Math.round((this.#clock.monotonic() - episode.startedAt) / 1000);
    this.#log.info(MESSAGES[kind].ends, { ...fields, forSeconds });
  }

  /** The conditions that last and have been reported. */
  current(): Condition[] {
    return [...this.#episodes.values()]
      .filter(({ remindAt }) => remindAt !== undefined)
      .map(({ kind, message, since }) => ({ kind, message, since }));
  }
}
