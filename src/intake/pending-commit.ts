import type { NewDelivery } from '../core/delivery.ts';
import type { MuteMark } from '../core/grouping.ts';
import type { IntakeCommit, IntakeCounts, UnreadableRecord } from '../core/outbox.ts';
import type { Checkpoint } from '../core/source.ts';

/** The maximum size of a commit: everything else waits for it. */
const MOST_BYTES = 2 ** 20;
const MOST_UNREADABLE = 1000;
/** The maximum wait of a read line for its commit. */
const LONGEST_MS = 50;

/** What was read and is not stored yet. */
export class PendingCommit {
  readonly #alerts: NewDelivery[] = [];
  /** How many of the alerts are copies. */
  #owned = 0;
  readonly #unreadable: UnreadableRecord[] = [];
  /** Each once, by name and key. */
  readonly #marks = new Map<string, MuteMark>();
  readonly #since: number;
  #bytes = 0;
  #read = 0;
  #matched = 0;
  #skipped = 0;
  #checkpoint: Checkpoint;

  /** @param now on the monotonic clock. */
  constructor(checkpoint: Checkpoint, now: number) {
    this.#checkpoint = checkpoint;
    this.#since = now;
  }

  /**
   * An alert that matches an integration. Lanes that are behind store it later. Its bytes may be those
   * of the batch: see {@link own}.
   */
  addAlert(alert: NewDelivery): void {
    this.#matched += 1;
    if (alert.lanes.length === 0) return;
    this.#bytes += alert.raw.length;
    this.#alerts.push(alert);
  }

  /** Copies what is still in the batch, which the next one replaces. */
  own(): void {
    for (; this.#owned < this.#alerts.length; this.#owned += 1) {
      const alert = this.#alerts[this.#owned] as NewDelivery;
      this.#alerts[this.#owned] = { ...alert, raw: Buffer.from(alert.raw) };
    }
  }

  /** The mutes that an alert opens. */
  addMarks(marks: readonly MuteMark[] | undefined): void {
    for (const mark of marks ?? []) this.#marks.set(JSON.stringify([mark.name, mark.key]), mark);
  }

  addUnreadable(record: UnreadableRecord): void {
    this.#unreadable.push({ ...record, excerpt: Buffer.from(record.excerpt) });
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
  get commit(): IntakeCommit {
    const counts: IntakeCounts = {
      read: this.#read,
      matched: this.#matched,
      skipped: this.#skipped,
      unreadable: this.#unreadable.length,
    };
    return {
      alerts: this.#alerts,
      unreadable: this.#unreadable,
      counts,
      marks: [...this.#marks.values()],
      checkpoint: this.#checkpoint,
    };
  }
}
