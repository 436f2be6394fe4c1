import type { Router } from '../routing/router.ts';
import { OutboxRoom, type OutboxRoomParts } from './outbox-room.ts';
import { type IntakeSource, SourceLoop, type SourceLoopParts } from './source-loop.ts';

/** What reading needs. Sources are started and closed by whoever opened them. */
export interface IntakeParts
  extends Omit<SourceLoopParts, 'source' | 'room' | 'router'>,
    OutboxRoomParts {
  readonly sources: readonly IntakeSource[];
}

/**
 * Reads the alerts of all sources, decides whom they concern, and stores their deliveries with the
 * checkpoints. Every source is read by a loop of its own: one that is slow, or whose alerts cannot be
 * stored, does not delay another.
 */
export class Intake {
  readonly #loops: readonly SourceLoop[];
  #router: Router;

  constructor({ sources, ...parts }: IntakeParts, router: Router) {
    const room = new OutboxRoom(parts);
    this.#router = router;
    this.#loops = sources.map(
      (source) => new SourceLoop({ ...parts, source, room, router: () => this.#router }),
    );
  }

  /** Takes effect with the next batch of each source: a reload of the configuration. */
  set router(router: Router) {
    this.#router = router;
  }

  /**
   * Works until the signal aborts, and resolves once all sources have stopped. What was read is
   * stored before that, or read again after the next start.
   */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.run(signal)));
  }
}
