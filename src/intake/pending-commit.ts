import type { Checkpoint } from '../core/checkpoint.ts';
import type { NewDelivery } from '../core/delivery.ts';
import type { Intake, IntakeCounts, UnreadableLine } from '../core/outbox.ts';

/** The maximum size of a commit: everything else waits for it. */
const MOST_BYTES = 2 ** 20;
const MOST_UNREADABLE = 1000;
/** The maximum wait of a read line for its commit. */
const LONGEST_MS = 50;

/** What was read and is not stored yet. It holds copies: it may outlive its batch. */
export class PendingCommit {
  readonly #alerts: NewDelivery[] = [];
  readonly #unreadable: UnreadableLine[] = [];
  readonly #since: number;
  #bytes = 0;
  #read = 0;
  #skipped = 0;
  #checkpoint: Checkpoint;

  /** @param now on the monotonic clock. */
  constructor(checkpoint: Checkpoint, now: number) {
    this.#checkpoint = checkpoint;
    this.#since = now;
  }

  /** An alert that matches an integration. */
  addAlert(alert: NewDelivery): void {
    const raw = Buffer.from(alert.raw);
    this.#bytes += raw.length;
    this.#alerts.push({ ...alert, raw });
  }

  addUnreadable(line: UnreadableLine): void {
    this.#unreadable.push({ ...line, excerpt: Buffer.from(line.excerpt) });
  }

  /** A batch has been read: its number of lines, and of matches deliberately not delivered. */
  endBatch(checkpoint: Checkpoint, read: number, skipped: number): void {
    this.#checkpoint = checkpoint;
    this.#read += read;
    this.#skipped += skipped;
  }

  /** True when it is large or old enough to be stored. */
  isDue(now: number): boolean {
    return (
      this.#bytes >= MOST_BYTES ||
      this.#unreadable.length >= MOST_UNREADABLE ||
      now - this.#since >= LONGEST_MS
    );
  }

  /** What to store. */
  get intake(): Intake {
    const counts: IntakeCounts = {
      read: this.#read,
      matched: this.#alerts.length,
      skipped: this.#skipped,
      unreadable: this.#unreadable.length,
    };
    return {
      alerts: this.#alerts,
      unreadable: this.#unreadable,
      counts,
      checkpoint: this.#checkpoint,
    };
  }
}
