import type { AlertFacts } from '../alert/facts.ts';
import { recordAt } from '../alert/record-framing.ts';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox, UnreadableRecord } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Batch, Checkpoint, Source } from '../core/source.ts';
import { Throttle } from '../core/throttle.ts';
import type { Router } from '../routing/router.ts';
import type { Verdict } from '../routing/stage.ts';
import type { LaneCursors } from './lane-cursors.ts';
import { PendingCommit } from './pending-commit.ts';

/** The part of a source that reading needs. */
export type IntakeSource = Pick<Source, 'name' | 'next' | 'acknowledge' | 'resumeFrom'>;

export interface SourceLoopParts {
  readonly source: IntakeSource;
  readonly outbox: Outbox;
  /** The lanes that store nothing of this source for now. */
  readonly cursors: LaneCursors;
  readonly clock: Clock;
  readonly log: Log;
  /** The router that is in force now. */
  readonly router: () => Router;
  /** Called after deliveries were stored, with the lanes that got some. */
  readonly wake: (lanes: ReadonlySet<number>) => void;
  /** Called for every match that is deliberately not delivered. */
  readonly onSkip?:
    | ((integration: string, verdict: Verdict, facts: AlertFacts) => void)
    | undefined;
}

const EXCERPT_BYTES = 4096;
/** When another process writes, and when the disk is full. */
const BUSY_RETRY_MS = 50;
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
  /** Where everything is stored up to; undefined until something was. */
  #stored: Checkpoint | undefined;
  /** Set while nothing more is to be read, once what was read is stored. */
  #hold: Promise<void> | undefined;

  constructor(parts: SourceLoopParts) {
    this.#parts = parts;
    this.#unreadable = new Throttle(parts.clock, REPORT_EVERY_MS);
    this.#skips = new Throttle(parts.clock, REPORT_EVERY_MS);
  }

  /** Runs until the signal aborts. What was read is stored before it ends, or read again. */
  async run(signal: AbortSignal): Promise<void> {
    const { outbox, source, cursors } = this.#parts;
    const isKnown = await this.#insist(() => {
      this.#stored = outbox.checkpoint(source.name);
      cursors.load();
    }, signal);
    if (!isKnown) return;
    for (;;) {
      if (this.#hold !== undefined && (await this.#store(signal))) await this.#hold;
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

  /** Where everything is stored up to; undefined until something was, or while more has been read. */
  get stored(): Checkpoint | undefined {
    return this.#pending === undefined ? this.#stored : undefined;
  }

  /** Reads nothing more, once what was read is stored, until the promise resolves. */
  hold(until: Promise<void>): void {
    this.#hold = until;
    void until.then(() => {
      if (this.#hold === until) this.#hold = undefined;
    });
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
    const { bytes, checkpoint, checkpointAt } = batch;
    const { clock, log, cursors, source } = this.#parts;
    const router = this.#parts.router();
    const canResume = source.resumeFrom !== undefined && checkpointAt !== undefined;
    const now = clock.now();
    const gathered = (this.#pending ??= new PendingCommit(checkpoint, clock.monotonic()));
    let read = 0;
    let skipped = 0;
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = router.route(bytes, start, end);
      read += 1;
      if (routing.kind === 'unreadable') {
        const record: UnreadableRecord = {
          source: source.name,
          place: batch.place(start),
          length: end - start,
          reason: routing.reason,
          excerpt: bytes.subarray(start, Math.min(end, start + EXCERPT_BYTES)),
        };
        gathered.addUnreadable(record);
        this.#reportUnreadable(record);
      } else if (routing.kind === 'read') {
        const { facts, raw, lanes, arrivals, skips, marks } = routing;
        gathered.addMarks(marks);
        if (lanes.length > 0) {
          const at = start;
          const place = canResume ? () => checkpointAt(at) : undefined;
          const storing = cursors.storing(lanes, raw.length, place, now);
          const level = facts.level ?? 0;
          gathered.addAlert({
            raw,
            alertId: facts.id,
            level,
            lanes: storing,
            labels: facts,
            arrivals,
          });
        }
        for (const skip of skips) {
          const { integration, refusal } = skip;
          this.#parts.onSkip?.(integration, refusal.verdict, facts);
          if (refusal.verdict !== 'skip') continue;
          skipped += 1;
          this.#skips.pass((suppressed) => {
            log.info('alert deliberately not sent', {
              integration,
              reason: refusal.why,
              suppressed,
            });
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
    const { source, outbox, clock, log, wake, cursors } = this.#parts;
    if (this.#pending === undefined) return true;
    const commit = { ...this.#pending.commit, behind: cursors.unstored };
    if (!(await this.#insist(() => outbox.accept(commit, clock.now()), signal))) return false;
    this.#pending = undefined;
    this.#stored = commit.checkpoint;
    for (const lane of commit.behind.keys()) {
      log.warn(
        'an integration has used up its share of the outbox; its alerts wait in the alert file',
        { integration: this.#parts.router().only(lane)?.integration },
      );
    }
    cursors.committed();
    // Only now: what is acknowledged, a queue does not deliver again.
    source.acknowledge?.(commit.checkpoint);
    // What those that are behind have held back may be sent now.
    const lanes = new Set([
      ...commit.alerts.flatMap(({ lanes }) => lanes),
      ...commit.behind.keys(),
    ]);
    if (lanes.size > 0) wake(lanes);
    return true;
  }

  /** Does something with the outbox until it succeeds. False when aborted before that. */
  async #insist(work: () => void, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#parts;
    for (;;) {
      try {
        work();
        return true;
      } catch (error) {
        // The outbox has reported it.
        const isBusy = OutboxError.of(error).trouble === 'busy';
        await sleep(clock, isBusy ? BUSY_RETRY_MS : STORE_RETRY_MS, signal);
        if (signal.aborted) return false;
      }
    }
  }
}
