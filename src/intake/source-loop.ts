import { recordAt } from '../alert/record-framing.ts';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, UnreadableRecord } from '../core/outbox.ts';
import type { Batch, Source } from '../core/source.ts';
import { Throttle } from '../core/throttle.ts';
import type { Router } from '../routing/router.ts';
import type { OutboxRoom } from './outbox-room.ts';
import { PendingCommit } from './pending-commit.ts';

/** The part of a source that reading needs. */
export type IntakeSource = Pick<Source, 'name' | 'next' | 'acknowledge'>;

export interface SourceLoopParts {
  readonly source: IntakeSource;
  readonly outbox: Outbox;
  readonly room: OutboxRoom;
  readonly clock: Clock;
  readonly log: Log;
  /** The router that is in force now. */
  readonly router: () => Router;
  /** Called after deliveries were stored, with the lanes that got some. */
  readonly wake: (lanes: ReadonlySet<number>) => void;
  /** Called for every match that is deliberately not delivered. */
  readonly onSkip?: ((integration: string) => void) | undefined;
}

const EXCERPT_BYTES = 4096;
const STORE_RETRY_MS = 1000;
const REPORT_EVERY_MS = 60_000;
/** A batch of this size means that reading is behind, and the next one is available at once. */
const LARGE_BATCH_BYTES = 2 ** 18;
/** How long to wait for the next batch before storing what is pending. */
const PATIENCE_MS = 5;

/**
 * Reads one source. While reading keeps up, every batch is stored at once. While it is behind,
 * batches are gathered, so that they share one wait for the disk: what is not stored is read again
 * after a crash.
 */
export class SourceLoop {
  readonly #parts: SourceLoopParts;
  readonly #unreadable: Throttle;
  readonly #skips: Throttle;
  #pending: PendingCommit | undefined;

  constructor(parts: SourceLoopParts) {
    this.#parts = parts;
    this.#unreadable = new Throttle(parts.clock, REPORT_EVERY_MS);
    this.#skips = new Throttle(parts.clock, REPORT_EVERY_MS);
  }

  /** Runs until the signal aborts. What was read is stored before it ends, or read again. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#pending === undefined) await this.#parts.room.wait(signal);
      const batch = await this.#next(signal);
      if (batch === undefined) break;
      const gathered = this.#read(batch);
      const isBehind = batch.bytes.length >= LARGE_BATCH_BYTES;
      if (isBehind && !gathered.isDue(this.#parts.clock.monotonic())) {
        gathered.own();
        continue;
      }
      if (!(await this.#store(signal))) return;
    }
    await this.#store(signal);
  }

  /** The next batch. If it does not come at once, what is pending is stored meanwhile. */
  async #next(signal: AbortSignal): Promise<Batch | undefined> {
    const next = this.#parts.source.next(signal);
    if (this.#pending === undefined) return next;
    const came = new AbortController();
    const patience = sleep(this.#parts.clock, PATIENCE_MS, came.signal);
    const isThere = await Promise.race([next.then(() => true), patience.then(() => false)]);
    came.abort();
    if (!isThere) await this.#store(signal);
    return next;
  }

  #read(batch: Batch): PendingCommit {
    const { bytes, checkpoint } = batch;
    const { clock, log } = this.#parts;
    const router = this.#parts.router();
    const gathered = (this.#pending ??= new PendingCommit(checkpoint, clock.monotonic()));
    let read = 0;
    let skipped = 0;
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = router.route(bytes, start, end);
      read += 1;
      if (routing.kind === 'unreadable') {
        const record: UnreadableRecord = {
          source: this.#parts.source.name,
          place: batch.place(start),
          length: end - start,
          reason: routing.reason,
          excerpt: bytes.subarray(start, Math.min(end, start + EXCERPT_BYTES)),
        };
        gathered.addUnreadable(record);
        this.#reportUnreadable(record);
      } else if (routing.kind === 'read') {
        const { facts, raw, lanes, skips } = routing;
        if (lanes.length > 0) {
          gathered.addAlert({ raw, alertId: facts.id, level: facts.level ?? 0, lanes });
        }
        for (const skip of skips) {
          skipped += 1;
          this.#parts.onSkip?.(skip.integration);
          this.#skips.pass((suppressed) => {
            log.info('alert deliberately not sent', { ...skip, suppressed });
          });
        }
      }
      start = next;
    }
    gathered.endBatch(checkpoint, read, skipped);
    return gathered;
  }

  #reportUnreadable({ source, place, length, reason }: UnreadableRecord): void {
    this.#unreadable.pass((suppressed) => {
      const fields = { source, place, length, reason, suppressed };
      this.#parts.log.warn('line is not an alert; skipped and kept', fields);
    });
  }

  /**
   * Stores what is pending until it succeeds: while the disk is full, reading waits. False when
   * aborted.
   */
  async #store(signal: AbortSignal): Promise<boolean> {
    const { source, outbox, clock, log, wake } = this.#parts;
    if (this.#pending === undefined) return true;
    const { commit } = this.#pending;
    for (let failures = 0; ; failures += 1) {
      try {
        outbox.accept(commit, clock.now());
        if (failures > 0) {
          log.info('alerts can be stored again; reading continues', { source: source.name });
        }
        break;
      } catch (error) {
        if (failures === 0) {
          log.error('alerts cannot be stored; reading pauses and retries every second', {
            source: source.name,
            error,
          });
        }
        await sleep(clock, STORE_RETRY_MS, signal);
        if (signal.aborted) return false;
      }
    }
    this.#pending = undefined;
    // Only now: what is acknowledged, a queue does not deliver again.
    source.acknowledge?.(commit.checkpoint);
    const lanes = new Set(commit.alerts.flatMap((alert) => alert.lanes));
    if (lanes.size > 0) wake(lanes);
    return true;
  }
}
