import { readAlert } from '../alert/formats/read-alert.ts';
import { recordAt } from '../alert/record-framing.ts';
import { recordTime } from '../alert/record-time.ts';
import type { Condition } from '../conditions/condition.ts';
import type { Clock } from '../core/clock.ts';
import { deliverySize } from '../core/delivery-size.ts';
import { Shares } from '../intake/shares.ts';
import type { ReplayedAlert, Room } from '../outbox/replays.ts';
import { Router, routedAlert } from '../routing/router.ts';
import { routeOf } from './route-of.ts';
import type { RoutedIntegration } from './setup.ts';

/** Which alerts of a history are to be sent again. */
export interface ReplaySelection {
  readonly entry: RoutedIntegration;
  readonly lane: number;
  /** What else must fit, beside the filters and conditions of the integration. */
  readonly only: readonly Condition[];
  readonly clock: Clock;
  /** Reads the history from its beginning. */
  readonly read: () => AsyncIterable<{ readonly bytes: Buffer }>;
}

/** The alerts of a history that an integration gets by its filters and conditions as they are now. */
export async function* selected(
  selection: ReplaySelection,
): AsyncGenerator<ReplayedAlert & { readonly time: number | undefined }> {
  const { entry, lane, only, clock, read } = selection;
  const router = new Router([{ ...routeOf(entry), lane }], clock);
  for await (const { bytes } of read()) {
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      const routing = router.route(bytes, start, end);
      if (routing.kind === 'read' && routing.lanes.length > 0) {
        const { facts, raw } = routing;
        if (fits(only, bytes.subarray(start, end), clock.now())) {
          const time = recordTime(bytes, start, end);
          yield { raw, alertId: facts.id, level: facts.level ?? 0, time };
        }
      }
      start = next;
    }
  }
}

function fits(only: readonly Condition[], record: Buffer, now: number): boolean {
  if (only.length === 0) return true;
  const read = readAlert(record);
  if (typeof read === 'string') return false;
  const alert = routedAlert(read);
  return only.every((condition) => condition.test(alert, now));
}

/** What a replay would store. Times are milliseconds since 1970. */
export interface ReplayCount {
  readonly alerts: number;
  /** Bytes of the outbox. */
  readonly bytes: number;
  readonly byLevel: ReadonlyMap<number, number>;
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** False where the lane may not have so much waiting. */
  readonly hasRoom: boolean;
}

/** Counts what a replay would store, and whether there is room for it. */
export async function countReplay(selection: ReplaySelection, room: Room): Promise<ReplayCount> {
  const shares = new Shares({
    waitingBytes: () => room.waitingBytes,
    poolBytes: () => room.poolBytes,
    // What is counted here must not be looked up again meanwhile.
    clock: { ...selection.clock, monotonic: () => 0 },
  });
  shares.lanes = room.lanes;
  const byLevel = new Map<number, number>();
  let [alerts, bytes, hasRoom] = [0, 0, true];
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const { raw, level, time } of selected(selection)) {
    const size = deliverySize(raw.length);
    alerts += 1;
    bytes += size;
    byLevel.set(level, (byLevel.get(level) ?? 0) + 1);
    hasRoom &&= shares.take(selection.lane, size);
    if (time === undefined) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  const isTimed = from <= to;
  return {
    alerts,
    bytes,
    byLevel,
    from: isTimed ? from : undefined,
    to: isTimed ? to : undefined,
    hasRoom,
  };
}
