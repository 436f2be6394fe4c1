/** When the alerts of an integration are sent, and which of them together. Times are milliseconds. */
export interface GroupingRules {
  /** The hours in which it gets alerts; undefined is always. */
  readonly at?: Hours | undefined;
  /** What becomes of alerts outside of them. */
  readonly outside: 'hold' | 'digest' | 'drop';
  readonly throttle?: ThrottleRule | undefined;
  readonly digest?: DigestRule | undefined;
  readonly storm?: StormRule | undefined;
  /** From this rule level on, alerts never wait for any of these. */
  readonly urgent: number;
  /** As they are written, with the hours: it changes when they do. */
  readonly source: string;
}

/** Every alert is sent by itself, at once. */
export const NO_RULES: GroupingRules = {
  outside: 'hold',
  urgent: Number.POSITIVE_INFINITY,
  source: '',
};

/** A named time of the configuration. */
export interface Hours {
  readonly name: string;
  contains(time: number): boolean;
  /** From when on it holds; undefined when that is never. */
  nextStart(time: number): number | undefined;
}

/** The first alert of a key is sent; its repeats are held for a period, and sent as one message. */
export interface ThrottleRule {
  /** The fields whose values make the key. */
  readonly same: readonly string[];
  readonly every: number;
  /** The period doubles up to this while repeats go on. */
  readonly upTo: number;
}

/** All alerts of a period are sent as one message, with a line for each key. */
export interface DigestRule {
  readonly by: readonly string[];
  readonly every: Every;
  readonly atMost: number;
}

/** A period from the first alert on, or fixed times. */
export type Every =
  | { readonly kind: 'interval'; readonly ms: number }
  | { readonly kind: 'schedule'; readonly text: string; next(after: number): number };

/** While there are too many alerts, one message a minute is sent, with a line for each key. */
export interface StormRule {
  readonly above: number;
  readonly in: number;
  /** It begins as well when what waits would take longer than this to send. */
  readonly late: number;
  /** Messages per millisecond that the integration may send; undefined without a limit. */
  readonly rate?: number | undefined;
}

export const DEFAULT_BY: readonly string[] = ['rule.id', 'agent.id'];
export const DEFAULT_AT_MOST = 1000;
/** A bundle has so many alerts at most; a further one opens the next. */
export const MOST_IN_BUNDLE = 10_000;
export const DEFAULT_LATE_MS = 600_000;
/** No alert has such a level: nothing is urgent. */
export const NOTHING_URGENT = Number.POSITIVE_INFINITY;
