import type { BundleKind } from './bundle.ts';

/**
 * Why an alert that is for an integration is not sent by itself, or not at once: a closed set, also
 * used as a label of metrics.
 */
export const HELD_VERDICTS = ['silence', 'mute', 'time', 'storm', 'throttle', 'digest'] as const;
export type HeldVerdict = (typeof HELD_VERDICTS)[number];

/** What was found out about an alert for a lane while it was routed, and its placing needs. */
export interface Arrival {
  /** The values of the fields that make a throttle's key, as a JSON list; null where absent. */
  readonly throttleKey?: string;
  /** The same for the line of a digest or a storm. */
  readonly groupKey?: string;
  /** What keeps it from being sent at all. */
  readonly hush?: Hush | undefined;
  /** The mutes that hold it back, where they are open. */
  readonly mutes?: readonly MuteMark[] | undefined;
}

/** A key of a mute: what its alerts have in common. */
export interface MuteMark {
  /** The mute's name. */
  readonly name: string;
  /** The values of its fields, as a JSON list; null where absent. */
  readonly key: string;
  /** How long it is open from the last alert that opened it, in milliseconds. */
  readonly forMs: number;
}

/**
 * When a mute that was opened ends; undefined where it is not open. Times are milliseconds since 1970.
 * @param openedAt when it was opened last.
 */
export function mutedUntil(
  openedAt: number | undefined,
  forMs: number,
  now: number,
): number | undefined {
  if (openedAt === undefined || openedAt > now) return undefined;
  const until = openedAt + forMs;
  return now < until ? until : undefined;
}

/** An alert is silenced or muted. */
export interface Hush {
  readonly verdict: 'silence' | 'mute';
  /** Which one: `silence:12`, `mute:scans`. */
  readonly by: string;
  /** The silence; where it is over when the alert is stored, it holds nothing back any more. */
  readonly silence?: {
    /** It, or the present one of those that come again: the same in all lanes. */
    readonly key: string;
    /** When it ends, in milliseconds since 1970. */
    readonly until: number;
  };
  /** When it is sent after all, in milliseconds since 1970. */
  readonly deliverAt?: number;
  /** A silence whose receipt will cover it. */
  readonly receipt?: {
    /** Its key: there is one receipt in each lane. */
    readonly key: string;
    /** When it ends, in milliseconds since 1970. */
    readonly dueAt: number;
    /** Its name and reason. */
    readonly about: string;
  };
}

/** How a new delivery is stored. Times are milliseconds since 1970. */
export interface Placement {
  readonly state: 'pending' | 'held' | 'silenced';
  readonly verdict?: HeldVerdict;
  readonly by?: string;
  /** When one that is held alone is due; 0 at once, or when its bundle is. */
  readonly dueAt: number;
  /** The bundle that it waits in. */
  readonly bundle?: number;
  /** The line of the bundle that it belongs to. */
  readonly memberKey?: string;
  /** True when nothing more comes of it. */
  readonly isOver?: boolean;
}

/** A key's throttle. Never an end: a changed setting has its effect at once. */
export interface ThrottleState {
  /** When a message of this key was sent last, in milliseconds since 1970. */
  readonly lastSent: number;
  /** How long repeats are held back now, in milliseconds. */
  readonly period: number;
}

/** How busy a lane is. */
export interface StormState {
  /** Alerts by slots of time, of which the last is the present one. */
  readonly slots: readonly number[];
  /** The number of the present slot since 1970. */
  readonly slot: number;
  /** Since when there is a storm, in milliseconds since 1970; 0 without one. */
  readonly since: number;
  /** Since when it has been quiet, in milliseconds since 1970; 0 while it is not. */
  readonly quietSince: number;
  /** Alerts since it began. */
  readonly count: number;
}

/** An open bundle takes in what comes, until it is sealed. */
export interface OpenBundle {
  readonly id: number;
  readonly kind: BundleKind;
  readonly key: string;
  /** The fields of its lines. */
  readonly by: readonly string[];
  readonly openedAt: number;
  readonly dueAt: number;
}

/** What an alert joins: the open bundle of this kind and key, or a new one. */
export interface Joining {
  readonly kind: BundleKind;
  readonly key: string;
  readonly by: readonly string[];
  readonly about?: string;
  /** When a new one is due. */
  readonly dueAt: number;
  /** It is closed with so many, and due at once: then the next one opens. */
  readonly atMost?: number;
}

/** What is stored of one lane for its placing. All within one transaction. */
export interface LaneStore {
  throttle(key: string): ThrottleState | undefined;
  setThrottle(key: string, state: ThrottleState): void;
  /** True where a bundle takes in what comes. */
  isOpen(kind: BundleKind, key: string): boolean;
  /** Returns the bundle's id. */
  join(joining: Joining, now: number): number;
  storm(): StormState | undefined;
  /** @param checkAt when it must be looked at again, in milliseconds since 1970; 0 never. */
  setStorm(state: StormState, checkAt: number): void;
  /** How many wait to be sent: counted up to a number. */
  backlog(upTo: number): number;
  /** Has what waits untried, below a level, join a bundle. Returns how many. */
  absorb(bundle: number, belowLevel: number, verdict: HeldVerdict): number;
  /** True where a silence was ended before its time. @param key its key. */
  isEnded(key: string): boolean;
  /** Counts an alert that a silence holds back. */
  countSilenced(key: string): void;
  /** When a mute was opened last for a key, in milliseconds since 1970. */
  muteOpened(name: string, key: string): number | undefined;
  /** Sends a message of our own. */
  notice(sentence: string, now: number): void;
}

/**
 * Decides what becomes of the alerts of an integration: sent at once, held back, sent together. It has
 * no state of its own: all is in the store, so that a restart changes nothing and `simulate` uses the
 * same.
 */
export interface LanePolicy {
  /** Changes whenever open bundles must be looked at again. */
  readonly fingerprint: string;
  /** True where too many alerts are a storm. */
  readonly knowsStorms: boolean;
  place(level: number, arrival: Arrival, store: LaneStore, now: number): Placement;
  /** A bundle is about to be sent. */
  sealed(bundle: Pick<OpenBundle, 'kind' | 'key'>, store: LaneStore, now: number): void;
  /** It is time to look whether a storm is over. */
  check(store: LaneStore, now: number): void;
  /** When an open bundle is due by these rules; it is not before now. */
  dueOf(bundle: OpenBundle, store: Pick<LaneStore, 'throttle'>, now: number): number;
  /** When what is held for its time is due, from now on. */
  heldUntil(now: number): number;
}
