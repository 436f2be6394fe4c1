import { recordAt } from '../alert/record-framing.ts';
import type { NewDelivery } from '../core/delivery.ts';
import { deliverySize } from '../core/delivery-size.ts';
import type { Batch, Checkpoint } from '../core/source.ts';
import type { Router } from '../routing/router.ts';

/** The maximum size of a step: everything else waits for its commit. */
const MOST_BYTES = 2 ** 20;

/** What of a batch is stored together, and the place after it. */
export interface CatchUpPiece {
  readonly alerts: readonly NewDelivery[];
  readonly cursor: Checkpoint;
}

/** What one lane gets of a batch that is read again, in pieces of a bounded size. */
export class CatchUpBatch implements Iterable<CatchUpPiece> {
  readonly #batch: Batch;
  readonly #router: Router;
  readonly #take: (bytes: number) => boolean;
  #isWhole = false;

  /**
   * @param router of the lane alone.
   * @param take takes bytes of the lane's share; false when there is no room for them.
   */
  constructor(batch: Batch, router: Router, take: (bytes: number) => boolean) {
    this.#batch = batch;
    this.#router = router;
    this.#take = take;
  }

  /** False when the lane had no room for all of it; the last piece ends where that was. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  *[Symbol.iterator](): Iterator<CatchUpPiece> {
    const { bytes, checkpoint, checkpointAt = () => checkpoint } = this.#batch;
    let alerts: NewDelivery[] = [];
    let size = 0;
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = this.#router.route(bytes, start, end);
      // What is unreadable or skipped was counted when it was read first.
      if (routing.kind === 'read' && routing.lanes.length > 0) {
        const { facts, raw, lanes, arrivals } = routing;
        if (!this.#take(deliverySize(raw.length))) {
          yield { alerts, cursor: checkpointAt(start) };
          return;
        }
        const { id: alertId, level = 0 } = facts;
        alerts.push({ raw, alertId, level, lanes, labels: facts, arrivals });
        size += raw.length;
        if (size >= MOST_BYTES) {
          yield { alerts, cursor: checkpointAt(next) };
          alerts = [];
          size = 0;
        }
      }
      start = next;
    }
    this.#isWhole = true;
    yield { alerts, cursor: checkpoint };
  }
}
