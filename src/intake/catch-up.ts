import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { Checkpoint, Loss, Replay, Source, Unreplayable } from '../core/source.ts';
import type { Router } from '../routing/router.ts';
import { CatchUpBatch } from './catch-up-batch.ts';
import type { LaneCursors } from './lane-cursors.ts';
import type { Shares } from './shares.ts';
import type { SourceLoop } from './source-loop.ts';

export interface CatchUpParts {
  readonly source: Pick<Source, 'name' | 'resumeFrom'>;
  readonly loop: Pick<SourceLoop, 'stored' | 'hold'>;
  readonly cursors: LaneCursors;
  readonly shares: Shares;
  readonly outbox: Pick<Outbox, 'catchUp'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The router that is in force now. */
  readonly router: () => Router;
  readonly wake: (lanes: ReadonlySet<number>) => void;
}

/** How often to look whether a lane is behind, and whether one that is has room again. */
const LOOK_MS = 1000;
const ROOM_MS = 250;
/** A lane gives way to another one after this time. */
const TURN_MS = 30_000;
/** How long reading may be held up, so that a lane can join it. */
const LONGEST_HOLD_MS = 500;

/** How a reading of what a lane has missed ended. */
type Ending =
  /** All up to the end was stored. */
  | 'end'
  /** Its share is used up, its turn is over, or the outbox failed. */
  | 'later'
  | 'stopped';

/**
 * Brings lanes that are behind up to date: one at a time, they read from their places what they did
 * not store, by the same reader and the same filters. A lane that reaches the place where reading
 * stands joins it; for a moment reading waits for that, so that nothing comes between.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  /** Those that have begun to catch up. */
  readonly #announced = new Set<number>();

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, source, cursors } = this.#parts;
    if (source.resumeFrom === undefined) return;
    while (!signal.aborted) {
      for (const lane of cursors.stored.keys()) {
        if (signal.aborted) return;
        const isRouted = this.#parts.router().only(lane) !== undefined;
        if (isRouted && this.#parts.shares.hasRoom(lane)) await this.#turn(lane, signal);
      }
      await sleep(clock, cursors.stored.size === 0 ? LOOK_MS : ROOM_MS, signal);
    }
  }

  async #turn(lane: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    const integration = this.#parts.router().only(lane)?.integration;
    if (!this.#announced.has(lane)) {
      log.info('an integration has room again and catches up', { integration });
    }
    this.#announced.add(lane);
    const until = clock.monotonic() + TURN_MS;
    while (clock.monotonic() < until) {
      const end = this.#parts.loop.stored;
      const ending = end === undefined ? 'end' : await this.#read(lane, end, until, signal);
      if (ending !== 'end') return;
      if (await this.#join(lane, signal)) {
        this.#announced.delete(lane);
        log.info('an integration has caught up', { integration });
        return;
      }
    }
  }

  /** Stops reading for a moment, reads what is left, and has the lane take part again. */
  async #join(lane: number, signal: AbortSignal): Promise<boolean> {
    const { clock, loop } = this.#parts;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const cancel = clock.after(LONGEST_HOLD_MS, () => release());
    const deadline = clock.monotonic() + LONGEST_HOLD_MS;
    loop.hold(released);
    try {
      while (!signal.aborted && clock.monotonic() < deadline) {
        const end = loop.stored;
        if (end === undefined) {
          await sleep(clock, 1, signal);
        } else {
          if ((await this.#read(lane, end, deadline, signal)) !== 'end') return false;
          if (loop.stored === end) return this.#step(lane, { alerts: [], cursor: undefined });
        }
      }
      return false;
    } finally {
      cancel();
      release();
    }
  }

  /** Reads what comes after a lane's place, up to an end. */
  async #read(
    lane: number,
    end: Checkpoint,
    deadline: number,
    signal: AbortSignal,
  ): Promise<Ending> {
    const { cursors, source, clock } = this.#parts;
    const cursor = cursors.stored.get(lane);
    if (cursor === undefined) return 'later'; // an operator has dropped it
    const replay = source.resumeFrom?.(cursor.checkpoint, end) ?? NOTHING_KEPT;
    if ('gone' in replay) return this.#lose(lane, replay, end);
    try {
      for (let reported = 0; ; ) {
        const batch = await replay.next(signal);
        if (batch === undefined) return 'stopped';
        const losses = replay.losses().slice(reported);
        reported += losses.length;
        if (batch === 'end') {
          return this.#step(lane, { alerts: [], cursor: end, losses }) ? 'end' : 'later';
        }
        if (!this.#store(lane, batch, losses)) return 'later';
        if (clock.monotonic() >= deadline) return 'later';
      }
    } finally {
      await replay.close();
    }
  }

  /** Stores what a lane gets of a batch. False when that is not possible now, or not all of it. */
  #store(
    lane: number,
    batch: Exclude<Awaited<ReturnType<Replay['next']>>, 'end' | undefined>,
    losses: readonly Loss[],
  ): boolean {
    const { router, shares } = this.#parts;
    const only = router().only(lane);
    if (only === undefined) return false;
    const pieces = new CatchUpBatch(batch, only.router, (bytes) => shares.take(lane, bytes));
    let unreported = losses;
    for (const { alerts, cursor } of pieces) {
      if (!this.#step(lane, { alerts, cursor, losses: unreported })) return false;
      unreported = [];
    }
    return pieces.isWhole;
  }

  /** Stores a step. False when the outbox cannot; then the lane is read again from its old place. */
  #step(lane: number, step: Omit<Parameters<Outbox['catchUp']>[0], 'lane' | 'source'>): boolean {
    const { outbox, source, clock, cursors, log, wake, router } = this.#parts;
    try {
      if (!outbox.catchUp({ lane, source: source.name, ...step }, clock.now())) {
        cursors.load();
        return false;
      }
    } catch (error) {
      log.debug('what was read again cannot be stored', { lane, error });
      return false;
    }
    cursors.move(lane, step.cursor);
    for (const { what, bytes } of step.losses ?? []) {
      const integration = router().only(lane)?.integration;
      log.error('alerts that an integration had no room for are lost', {
        integration,
        what,
        bytes,
      });
    }
    if (step.alerts.length > 0) wake(new Set([lane]));
    return true;
  }

  #lose(lane: number, { gone }: Unreplayable, end: Checkpoint): Ending {
    const losses = [{ what: gone, bytes: undefined }];
    return this.#step(lane, { alerts: [], cursor: end, losses }) ? 'end' : 'later';
  }
}

const NOTHING_KEPT: Unreplayable = { gone: 'this source keeps nothing that was read' };
