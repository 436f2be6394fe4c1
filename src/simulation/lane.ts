import { HOUR_MS, MINUTE_MS } from '../core/durations.ts';
import type { Arrival, HeldVerdict, LanePolicy, Placement } from '../core/grouping.ts';
import type { RateLimit } from '../core/integration.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { MemoryLane } from '../grouping/memory-lane.ts';

/** What a simulated lane is made of. */
export interface SimulatedLaneParts {
  readonly policy: LanePolicy;
  /** How many messages may be sent; undefined without a limit. */
  readonly limit: RateLimit | undefined;
  /** How urgent an alert of a level is: higher goes first. */
  readonly priorityOf: (level: number) => number;
  /** Told of alerts that were to be sent, and are held back after all. */
  readonly onAbsorbed: (count: number, verdict: HeldVerdict) => void;
  /** When a mute was opened last, in milliseconds since 1970. */
  readonly muteOpened: (name: string, key: string) => number | undefined;
}

/** Turns without a message: a storm is looked at, or a bundle is empty. */
const MOST_IDLE_TURNS = 1000;
const AT_ONCE: Placement = { state: 'pending', dueAt: 0 };

/**
 * The way of an integration's alerts in virtual time. A message takes no time and always arrives: it
 * goes as soon as it is due and the rate limit lets it. Times are milliseconds since 1970, and never
 * go back.
 */
export class SimulatedLane {
  readonly #parts: SimulatedLaneParts;
  readonly #lane: MemoryLane;
  #bucket: TokenBucket | undefined;
  /** When something is due next; undefined while nothing waits. */
  #nextDue: number | undefined;
  /** When the rate limit lets the next message go. */
  #freeAt = 0;
  #clock = Number.NEGATIVE_INFINITY;
  /** Messages that went, also those that cover several alerts. */
  messages = 0;
  /** The longest that a message waited for the rate limit, in milliseconds. */
  longestDelay = 0;
  /** The most messages within a minute of the clock. */
  peakPerMinute = 0;
  /** Messages by hours since 1970, and of the minute and the hour that are not over. */
  readonly #hours = new Map<number, number>();
  #minute = 0;
  #inMinute = 0;
  #hour = 0;
  #inHour = 0;

  constructor(parts: SimulatedLaneParts) {
    this.#parts = parts;
    this.#lane = new MemoryLane(parts.policy, parts.onAbsorbed, parts.muteOpened);
  }

  /** Messages by hours since 1970. */
  get hours(): ReadonlyMap<number, number> {
    this.#endHour(this.#hour);
    return this.#hours;
  }

  /** An alert comes, and what can go does. @param arrival undefined where it is sent at once. */
  accept(level: number, arrival: Arrival | undefined, now: number): Placement {
    this.advance(now);
    if (arrival === undefined && this.#nextDue === undefined && this.#freeAt <= now) {
      // Nothing is before it, and nothing keeps it.
      this.#send(now, now);
      return AT_ONCE;
    }
    const placement = this.#lane.accept(level, this.#parts.priorityOf(level), arrival, now);
    this.#nextDue = this.#lane.nextDue;
    this.advance(now);
    return placement;
  }

  /** Lets time pass. */
  advance(until: number): void {
    let turns = 0;
    while (this.#nextDue !== undefined) {
      const at = Math.max(this.#nextDue, this.#freeAt, this.#clock);
      if (at > until) break;
      this.#clock = at;
      const message = this.#lane.take(at);
      const next = this.#lane.nextDue;
      if (message !== undefined) this.#send(at, message.dueAt);
      this.#nextDue = next;
      // Never for ever, whatever the rules say.
      turns = message === undefined ? turns + 1 : 0;
      if (turns > MOST_IDLE_TURNS && next !== undefined && next <= at) break;
    }
    // What comes after all time has passed is the end.
    if (until !== Number.POSITIVE_INFINITY) this.#clock = Math.max(this.#clock, until);
  }

  #send(at: number, dueAt: number): void {
    const { limit } = this.#parts;
    if (limit !== undefined) {
      this.#bucket ??= new TokenBucket(limit, at);
      this.#bucket.take(at);
      this.#freeAt = at + this.#bucket.waitFor(at);
    }
    this.messages += 1;
    this.longestDelay = Math.max(this.longestDelay, at - dueAt);
    const minute = Math.floor(at / MINUTE_MS);
    this.#inMinute = minute === this.#minute ? this.#inMinute + 1 : 1;
    this.#minute = minute;
    this.peakPerMinute = Math.max(this.peakPerMinute, this.#inMinute);
    const hour = Math.floor(at / HOUR_MS);
    if (hour !== this.#hour) this.#endHour(hour);
    this.#inHour += 1;
  }

  #endHour(next: number): void {
    if (this.#inHour > 0) {
      this.#hours.set(this.#hour, (this.#hours.get(this.#hour) ?? 0) + this.#inHour);
    }
    this.#hour = next;
    this.#inHour = 0;
  }
}
