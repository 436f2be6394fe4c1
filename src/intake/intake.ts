import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Router } from '../routing/router.ts';
import { CatchUp } from './catch-up.ts';
import { LaneCursors } from './lane-cursors.ts';
import { Overflow } from './overflow.ts';
import { Shares } from './shares.ts';
import { type IntakeSource, SourceLoop, type SourceLoopParts } from './source-loop.ts';

/** What reading needs. Sources are started and closed by whoever opened them. */
export interface IntakeParts extends Omit<SourceLoopParts, 'source' | 'cursors' | 'router'> {
  readonly sources: readonly IntakeSource[];
  /** Bytes that all lanes together may have waiting in the outbox. */
  readonly poolBytes: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is run for a source. */
interface Reading {
  readonly cursors: LaneCursors;
  readonly loop: SourceLoop;
  readonly catchUp: CatchUp;
}

/**
 * Reads the alerts of all sources, decides whom they concern, and stores their deliveries with the
 * checkpoints. Every source is read by a loop of its own: one that is slow, or whose alerts cannot be
 * stored, does not delay another. A lane that has used up its share of the outbox does not stop the
 * reading for the others: it goes on later, from where it was.
 */
export class Intake {
  readonly #shares: Shares;
  readonly #readings: readonly Reading[];
  readonly #overflow: Overflow;
  #router: Router;
  #unread: ReadonlyMap<number, string> = new Map();

  constructor({ sources, poolBytes, ...parts }: IntakeParts, router: Router) {
    const { outbox, clock } = parts;
    const shares = new Shares({ waitingBytes: () => outbox.waitingBytes(), poolBytes, clock });
    this.#shares = shares;
    this.#router = router;
    shares.lanes = new Set(router.names.keys());
    this.#readings = sources.map((source) => {
      const cursors = new LaneCursors({ source: source.name, outbox, shares });
      const common = { ...parts, source, cursors, router: () => this.#router };
      const loop = new SourceLoop(common);
      return { cursors, loop, catchUp: new CatchUp({ ...common, shares, loop }) };
    });
    const keepsAll = sources.every((source) => source.resumeFrom !== undefined);
    this.#overflow = new Overflow({
      ...parts,
      shares,
      lanes: () => (keepsAll ? this.#unread : new Map([...this.#router.names, ...this.#unread])),
    });
  }

  /**
   * Takes effect with the next batch of each source: a reload of the configuration.
   * @param unread lanes that nothing is read for, with their integrations: they get what others find
   *   out.
   */
  use(router: Router, unread: ReadonlyMap<number, string> = new Map()): void {
    this.#router = router;
    this.#unread = unread;
    this.#shares.lanes = new Set([...router.names.keys(), ...unread.keys()]);
  }

  /** Another process changed the outbox: lanes may be where they were not. */
  refresh(): void {
    for (const { cursors } of this.#readings) cursors.load();
  }

  /**
   * Works until the signal aborts, and resolves once all sources have stopped. What was read is
   * stored before that, or read again after the next start.
   */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      ...this.#readings.flatMap(({ loop, catchUp }) => [loop.run(signal), catchUp.run(signal)]),
      this.#overflow.run(signal),
    ]);
  }
}
