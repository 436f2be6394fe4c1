import type { LiveEvent } from '../../core/live-event.ts';
import { CANARY_RULE } from '../../core/notice.ts';

/** What happened in an integration within a span of time. */
export interface LaneTally {
  delivered: number;
  failed: number;
  held: number;
  /** Of all attempts together. */
  durationMs: number;
  attempts: number;
}

/** Rules beyond that are not told apart. */
const MOST_RULES = 10_000;

/** Counts events, for `top`: by integration in the present span, by rule since the beginning. */
export class Tally {
  #lanes = new Map<string, LaneTally>();
  readonly #rules = new Map<string, number>();

  add(event: LiveEvent): void {
    const lane = this.#lanes.get(event.integration) ?? noTally();
    this.#lanes.set(event.integration, lane);
    if (event.event === 'delivered') lane.delivered += 1;
    else if (event.event === 'retry' || event.event === 'dead') lane.failed += 1;
    else lane.held += 1;
    if (event.duration_ms !== undefined) {
      lane.durationMs += event.duration_ms;
      lane.attempts += 1;
    }
    const { rule } = event;
    if (
      rule === undefined ||
      rule === CANARY_RULE ||
      (this.#rules.size >= MOST_RULES && !this.#rules.has(rule))
    )
      return;
    this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1);
  }

  /** What happened since the last call. */
  takeLanes(): ReadonlyMap<string, LaneTally> {
    const lanes = this.#lanes;
    this.#lanes = new Map();
    return lanes;
  }

  /** The rules that most events were about. */
  busiest(limit: number): readonly (readonly [rule: string, count: number])[] {
    return [...this.#rules].toSorted(([, one], [, other]) => other - one).slice(0, limit);
  }
}

/** Of an integration in which nothing happened. */
export function noTally(): LaneTally {
  return { delivered: 0, failed: 0, held: 0, durationMs: 0, attempts: 0 };
}
