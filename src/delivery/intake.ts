import type { AcceptedAlert } from '../core/accepted-alert.ts';
import type { Batch } from '../core/checkpoint.ts';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Intake as Accepted, Outbox, UnreadableLine } from '../core/outbox.ts';
import { Throttle } from '../core/throttle.ts';
import type { Router } from './router.ts';

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
}

const NEWLINE = 0x0a;
const EXCERPT_BYTES = 4096;
const STORE_RETRY_MS = 1000;
const REPORT_EVERY_MS = 60_000;

/** Reads alerts, decides whom they concern, and stores their deliveries with the checkpoint. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #unreadable: Throttle;
  readonly #skips: Throttle;
  #router: Router;

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

  /** Works until the signal aborts. What was read is stored before more is read. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#waitForRoom(signal);
      const batch = await this.#parts.source.next(signal);
      if (batch === undefined) return;
      const accepted = this.#read(batch);
      if (!(await this.#store(accepted, signal))) return;
      const lanes = new Set(accepted.alerts.flatMap((alert) => alert.lanes));
      if (lanes.size > 0) this.#parts.wake(lanes);
    }
  }

  /** While the outbox is full, the alert file is the buffer. */
  async #waitForRoom(signal: AbortSignal): Promise<void> {
    const { clock, hasRoom, log } = this.#parts;
    if (signal.aborted || hasRoom()) return;
    log.error('outbox is full; reading waits until something is delivered or dropped');
    while (!signal.aborted && !hasRoom()) await sleep(clock, STORE_RETRY_MS, signal);
    if (!signal.aborted) log.info('outbox has room again; reading goes on');
  }

  #read(batch: Batch): Accepted {
    const alerts: AcceptedAlert[] = [];
    const unreadable: UnreadableLine[] = [];
    let read = 0;
    let skipped = 0;
    const { bytes } = batch;
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline === -1 ? bytes.length : newline;
      const routing = this.#router.route(bytes, start, end);
      read += 1;
      if (routing.kind === 'unreadable') {
        unreadable.push({
          path: batch.path,
          offset: batch.offset + start,
          length: end - start,
          reason: routing.reason,
          excerpt: bytes.subarray(start, Math.min(end, start + EXCERPT_BYTES)),
        });
      } else if (routing.kind === 'read') {
        const { facts, lanes, skips } = routing;
        if (lanes.length > 0) {
          const raw = bytes.subarray(start, end);
          alerts.push({ raw, alertId: facts.id, level: facts.level ?? 0, lanes });
        }
        for (const skip of skips) {
          skipped += 1;
          this.#skips.pass((suppressed) => {
            this.#parts.log.info('alert deliberately not sent', { ...skip, suppressed });
          });
        }
      }
      start = end + 1;
    }
    this.#reportUnreadable(unreadable);
    const counts = { read, matched: alerts.length, skipped, unreadable: unreadable.length };
    return { alerts, unreadable, counts, checkpoint: batch.checkpoint };
  }

  #reportUnreadable(lines: readonly UnreadableLine[]): void {
    for (const { path, offset, length, reason } of lines) {
      this.#unreadable.pass((suppressed) => {
        this.#parts.log.warn('line is no alert; passed over and kept', {
          path,
          offset,
          length,
          reason,
          suppressed,
        });
      });
    }
  }

  /** Stores until it succeeds: while the disk is full, reading waits. False when aborted. */
  async #store(accepted: Accepted, signal: AbortSignal): Promise<boolean> {
    const { outbox, clock, log } = this.#parts;
    for (let failures = 0; ; failures += 1) {
      try {
        outbox.accept(accepted, clock.now());
        if (failures > 0) log.info('alerts can be stored again; reading goes on');
        return true;
      } catch (error) {
        if (failures === 0) {
          log.error('alerts cannot be stored; reading waits and tries again every second', {
            error,
          });
        }
        await sleep(clock, STORE_RETRY_MS, signal);
        if (signal.aborted) return false;
      }
    }
  }
}
