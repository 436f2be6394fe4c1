import { recordAt } from '../alert/record-framing.ts';
import type { Batch } from '../core/checkpoint.ts';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, UnreadableLine } from '../core/outbox.ts';
import { Throttle } from '../core/throttle.ts';
import type { Router } from '../routing/router.ts';
import { PendingCommit } from './pending-commit.ts';

/** Where lines come from; `source/` provides it. */
export interface LineSource {
  /** Waits for complete new lines; undefined once the signal aborts. */
  next(signal: AbortSignal): Promise<Batch | undefined>;
}

export interface IntakeParts {
  readonly source: LineSource;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  /** False while the outbox is full: nothing more is to be read. */
  readonly hasRoom: () => boolean;
  /** Called after deliveries were stored, with the lanes that got some. */
  readonly wake: (lanes: ReadonlySet<number>) => void;
  /** Called for every match that is deliberately not delivered. */
  readonly onSkip?: (integration: string) => void;
}

const EXCERPT_BYTES = 4096;
const STORE_RETRY_MS = 1000;
const REPORT_EVERY_MS = 60_000;
/** A batch of this size means that reading is behind, and the next one is available at once. */
const LARGE_BATCH_BYTES = 2 ** 18;
/** How long to wait for the next batch before storing what is pending. */
const PATIENCE_MS = 5;

/**
 * Reads alerts, decides which integrations they match, and stores their deliveries with the checkpoint. While
 * reading keeps up, every batch is stored at once. While it is behind, batches are collected, so that
 * they share one wait for the disk: what is not stored is read again after a crash.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #unreadable: Throttle;
  readonly #skips: Throttle;
  #router: Router;
  #pending: PendingCommit | undefined;

  constructor(parts: IntakeParts, router: Router) {
    this.#parts = parts;
    this.#router = router;
    this.#unreadable = new Throttle(parts.clock, REPORT_EVERY_MS);
    this.#skips = new Throttle(parts.clock, REPORT_EVERY_MS);
  }

  /** Takes effect with the next batch: a reload of the configuration. */
  set router(router: Router) {
    this.#router = router;
  }

  /** Runs until the signal aborts. What was read is stored before it ends, or read again. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#pending === undefined) await this.#waitForRoom(signal);
      const batch = await this.#next(signal);
      if (batch === undefined) break;
      const gathered = this.#read(batch);
      const isBehind = batch.bytes.length >= LARGE_BATCH_BYTES;
      if (isBehind && !gathered.isDue(this.#parts.clock.monotonic())) continue;
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

  /** While the outbox is full, the alert file is the buffer. */
  async #waitForRoom(signal: AbortSignal): Promise<void> {
    const { clock, hasRoom, log } = this.#parts;
    if (signal.aborted || hasRoom()) return;
    log.error('outbox is full; reading pauses until something is delivered or dropped');
    while (!signal.aborted && !hasRoom()) await sleep(clock, STORE_RETRY_MS, signal);
    if (!signal.aborted) log.info('outbox has room again; reading continues');
  }

  #read(batch: Batch): PendingCommit {
    const { bytes, checkpoint, path } = batch;
    const { clock, log } = this.#parts;
    const gathered = (this.#pending ??= new PendingCommit(checkpoint, clock.monotonic()));
    let read = 0;
    let skipped = 0;
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = this.#router.route(bytes, start, end);
      read += 1;
      if (routing.kind === 'unreadable') {
        const offset = batch.offset + start;
        const excerpt = bytes.subarray(start, Math.min(end, start + EXCERPT_BYTES));
        const line = { path, offset, length: end - start, reason: routing.reason, excerpt };
        gathered.addUnreadable(line);
        this.#reportUnreadable(line);
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

  #reportUnreadable({ path, offset, length, reason }: UnreadableLine): void {
    this.#unreadable.pass((suppressed) => {
      const fields = { path, offset, length, reason, suppressed };
      this.#parts.log.warn('line is not an alert; skipped and kept', fields);
    });
  }

  /**
   * Stores what is pending until it succeeds: while the disk is full, reading waits. False when
   * aborted.
   */
  async #store(signal: AbortSignal): Promise<boolean> {
    const { outbox, clock, log, wake } = this.#parts;
    if (this.#pending === undefined) return true;
    const { intake } = this.#pending;
    for (let failures = 0; ; failures += 1) {
      try {
        outbox.accept(intake, clock.now());
        if (failures > 0) log.info('alerts can be stored again; reading continues');
        break;
      } catch (error) {
        if (failures === 0) {
          log.error('alerts cannot be stored; reading pauses and retries every second', {
            error,
          });
        }
        await sleep(clock, STORE_RETRY_MS, signal);
        if (signal.aborted) return false;
      }
    }
    this.#pending = undefined;
    const lanes = new Set(intake.alerts.flatMap((alert) => alert.lanes));
    if (lanes.size > 0) wake(lanes);
    return true;
  }
}
