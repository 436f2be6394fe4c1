import { createHash } from 'node:crypto';
import {
  type Arrival,
  type Hush,
  type LanePolicy,
  type LaneStore,
  mutedUntil,
  type OpenBundle,
  type Placement,
} from '../core/grouping.ts';
import { lineFields } from './keys.ts';
import { type GroupingRules, MOST_IN_BUNDLE, NOTHING_URGENT } from './rules.ts';
import { nextCheck, stormStep } from './storms.ts';
import { spanText } from './texts.ts';
import { firstSent, repeatsDue, repeatsSent } from './throttling.ts';

/** How often a message is sent while there is a storm. */
const STORM_EVERY_MS = 60_000;
/** How long what waits for hours that never come is held, until it is looked at again. */
const NEVER_MS = 24 * 3_600_000;

const SENT: Placement = { state: 'pending', dueAt: 0 };

/** The rules of one integration, in the order in which they decide: silence, mute, hours, storm, throttle, digest. */
export class GroupingPolicy implements LanePolicy {
  readonly fingerprint: string;
  readonly knowsStorms: boolean;
  readonly #rules: GroupingRules;
  readonly #lines: readonly string[];
  readonly #integration: string;

  constructor(integration: string, rules: GroupingRules) {
    this.#integration = integration;
    this.#rules = rules;
    this.#lines = lineFields(rules);
    this.knowsStorms = rules.storm !== undefined;
    this.fingerprint = createHash('sha256').update(rules.source).digest('base64url').slice(0, 16);
  }

  place(level: number, arrival: Arrival, store: LaneStore, now: number): Placement {
    const quieted = hushed(arrival.hush, store, now) ?? muted(arrival.mutes, store, now);
    if (quieted !== undefined) return quieted;
    const { storm, urgent } = this.#rules;
    const isUrgent = level >= urgent;
    if (isUrgent) {
      if (storm !== undefined) this.#stormStep(store, 1, now);
      return SENT;
    }
    return (
      this.#byHours(arrival, store, now) ??
      this.#byStorm(arrival, store, now) ??
      this.#byThrottle(arrival, store, now) ??
      this.#byDigest(arrival, store, now) ??
      (storm === undefined ? SENT : { ...SENT, ...member(arrival) })
    );
  }

  sealed({ kind, key }: Pick<OpenBundle, 'kind' | 'key'>, store: LaneStore, now: number): void {
    const { throttle } = this.#rules;
    if (kind !== 'throttle' || throttle === undefined) return;
    store.setThrottle(key, repeatsSent(store.throttle(key), throttle, now));
  }

  check(store: LaneStore, now: number): void {
    this.#stormStep(store, 0, now);
  }

  dueOf(bundle: OpenBundle, store: Pick<LaneStore, 'throttle'>, now: number): number {
    const { kind, key, by, openedAt, dueAt } = bundle;
    const isOfNow = (fields: readonly string[] | undefined) =>
      fields !== undefined && fields.join() === by.join();
    const { throttle, digest, storm, at, outside } = this.#rules;
    switch (kind) {
      case 'silence':
        return dueAt;
      case 'throttle': {
        const state = store.throttle(key);
        if (throttle === undefined || !isOfNow(throttle.same) || state === undefined) return now;
        return this.#inHours(Math.max(now, repeatsDue(state, throttle)));
      }
      case 'digest':
        if (digest === undefined || !isOfNow(digest.by)) return now;
        return this.#inHours(Math.max(now, this.#digestDue(openedAt)));
      case 'storm':
        return storm === undefined || !isOfNow(this.#lines) ? now : Math.max(now, dueAt);
      case 'time':
        return at === undefined || outside !== 'digest' || !isOfNow(this.#lines)
          ? now
          : this.heldUntil(now);
    }
  }

  heldUntil(now: number): number {
    return this.#inHours(now);
  }

  #byHours(arrival: Arrival, store: LaneStore, now: number): Placement | undefined {
    const { at, outside } = this.#rules;
    if (at === undefined || at.contains(now)) return undefined;
    const verdict = { verdict: 'time', by: `at ${at.name}` } as const;
    if (outside === 'drop') return { state: 'silenced', ...verdict, dueAt: 0, isOver: true };
    const dueAt = this.#inHours(now);
    if (outside === 'hold') return { state: 'held', ...verdict, dueAt };
    const by = this.#lines;
    const joining = { kind: 'time', key: '', by, dueAt, atMost: MOST_IN_BUNDLE } as const;
    return {
      state: 'held',
      ...verdict,
      dueAt: 0,
      bundle: store.join(joining, now),
      ...member(arrival),
    };
  }

  #byStorm(arrival: Arrival, store: LaneStore, now: number): Placement | undefined {
    if (this.#rules.storm === undefined || !this.#stormStep(store, 1, now)) return undefined;
    const bundle = this.#stormBundle(store, now);
    return { state: 'held', verdict: 'storm', dueAt: 0, bundle, ...member(arrival) };
  }

  /** True while there is a storm. Its beginning and its end are told. */
  #stormStep(store: LaneStore, added: number, now: number): boolean {
    const { storm: rule, urgent } = this.#rules;
    if (rule === undefined) return false;
    const enough = rule.rate === undefined ? 0 : Math.ceil(rule.rate * rule.late) + 1;
    const backlog = enough === 0 ? 0 : store.backlog(enough);
    const { state, change } = stormStep(store.storm(), rule, added, backlog, now);
    store.setStorm(state, nextCheck(state, rule, now));
    if (change === 'begins') {
      store.notice(
        `Too many alerts for ${this.#integration}: more than ${rule.above} in ${spanText(rule.in)}, ` +
          `or more than can be sent in ${spanText(rule.late)}. ` +
          'Until it is over, one message a minute covers them.',
        now,
      );
      if (store.backlog(1) > 0) {
        const level = Number.isFinite(urgent) ? urgent : NOTHING_URGENT;
        const waited = store.absorb(this.#stormBundle(store, now), level, 'storm');
        const count = state.count + waited;
        if (waited > 0) store.setStorm({ ...state, count }, nextCheck(state, rule, now));
      }
    } else if (change === 'ends') {
      store.notice(
        `The flood of alerts for ${this.#integration} is over: ${state.count} ${state.count === 1 ? 'alert' : 'alerts'} in all. ` +
          'Alerts are sent one by one again.',
        now,
      );
    }
    return state.since !== 0;
  }

  #stormBundle(store: LaneStore, now: number): number {
    const dueAt = this.#inHours(now + STORM_EVERY_MS);
    const by = this.#lines;
    return store.join({ kind: 'storm', key: '', by, dueAt, atMost: MOST_IN_BUNDLE }, now);
  }

  #byThrottle({ throttleKey: key }: Arrival, store: LaneStore, now: number): Placement | undefined {
    const { throttle } = this.#rules;
    if (throttle === undefined || key === undefined) return undefined;
    const state = store.throttle(key);
    const next = firstSent(state, throttle, now);
    // Repeats may be overdue: what comes then is one more of them.
    if (next !== undefined && !store.isOpen('throttle', key)) {
      store.setThrottle(key, next);
      return undefined;
    }
    const dueAt = this.#inHours(state === undefined ? now : repeatsDue(state, throttle));
    const by = throttle.same;
    const joining = { kind: 'throttle', key, by, dueAt, atMost: MOST_IN_BUNDLE } as const;
    return {
      state: 'held',
      verdict: 'throttle',
      dueAt: 0,
      bundle: store.join(joining, now),
      memberKey: key,
    };
  }

  #byDigest(arrival: Arrival, store: LaneStore, now: number): Placement | undefined {
    const { digest } = this.#rules;
    if (digest === undefined) return undefined;
    const { by, atMost } = digest;
    const dueAt = this.#inHours(this.#digestDue(now));
    const bundle = store.join({ kind: 'digest', key: '', by, dueAt, atMost }, now);
    return { state: 'held', verdict: 'digest', dueAt: 0, bundle, ...member(arrival) };
  }

  #digestDue(openedAt: number): number {
    const every = this.#rules.digest?.every;
    if (every === undefined) return openedAt;
    return every.kind === 'interval' ? openedAt + every.ms : every.next(openedAt);
  }

  /** The time itself, or when the hours of the integration begin next. */
  #inHours(time: number): number {
    const { at } = this.#rules;
    if (at === undefined || at.contains(time)) return time;
    return at.nextStart(time) ?? time + NEVER_MS;
  }
}

function member({ groupKey }: Arrival): { memberKey?: string } {
  return groupKey === undefined ? {} : { memberKey: groupKey };
}

/** Undefined where nothing holds it back, or not any more. */
function hushed(hush: Hush | undefined, store: LaneStore, now: number): Placement | undefined {
  if (hush === undefined) return undefined;
  const { verdict, by, silence, receipt, deliverAt } = hush;
  if (silence !== undefined) {
    if (silence.until <= now || store.isEnded(silence.key)) return undefined;
    store.countSilenced(silence.key);
  }
  if (deliverAt !== undefined) return { state: 'held', verdict, by, dueAt: deliverAt };
  const placement = { state: 'silenced', verdict, by, dueAt: 0 } as const;
  if (receipt === undefined) return { ...placement, isOver: true };
  const { key, dueAt, about } = receipt;
  const joining = { kind: 'silence', key, by: [], about, dueAt } as const;
  return { ...placement, bundle: store.join(joining, now) };
}

function muted(mutes: Arrival['mutes'], store: LaneStore, now: number): Placement | undefined {
  const open = mutes?.find(({ name, key, forMs }) => {
    return mutedUntil(store.muteOpened(name, key), forMs, now) !== undefined;
  });
  if (open === undefined) return undefined;
  return { state: 'silenced', verdict: 'mute', by: `mute:${open.name}`, dueAt: 0, isOver: true };
}
