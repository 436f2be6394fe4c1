/** What becomes of the alerts that a silence holds back. */
export const SILENCE_ENDINGS = [
  /** One message for each integration after the end says how many. */
  'summary',
  /** They are sent one by one after the end. */
  'deliver',
  /** They are not sent, and no message says so. */
  'nothing',
] as const;
export type SilenceEnding = (typeof SILENCE_ENDINGS)[number];

/** The longest silence: what should last longer belongs into the settings file. */
export const LONGEST_SILENCE_MS = 30 * 24 * 3_600_000;

/** From this rule level on, alerts are not silenced unless that is asked for. */
export const CRITICAL_LEVEL = 15;

/** Which alerts a silence holds back, until when, and why. Times are milliseconds since 1970. */
export interface NewSilence {
  readonly name: string | undefined;
  readonly from: number;
  readonly until: number;
  /** Who wants it. */
  readonly by: string;
  readonly why: string;
  /** The vocabulary of `only`, as its value. */
  readonly only: unknown;
  /** An expression in CEL. */
  readonly when: string | undefined;
  /** Ids of integrations; undefined: all of them. */
  readonly integrations: readonly string[] | undefined;
  readonly ending: SilenceEnding;
  /** True where it holds back alerts of any level. */
  readonly evenCritical: boolean;
}

/** A silence in the outbox. */
export interface SilenceRecord extends NewSilence {
  readonly id: number;
  /** `silence:12`; of one in the settings file, `patching@<from>`. */
  readonly key: string;
  /** When someone ended it before its time. */
  readonly endedAt: number | undefined;
  /** True for one time of a silence in the settings file. */
  readonly isRecurring: boolean;
  /** Which messages about it were sent, or are not to be sent any more. */
  readonly told: ReadonlySet<SilenceNews>;
  /** How many alerts it has held back, by integration. */
  readonly held: ReadonlyMap<string, number>;
}

/** What integrations are told about a silence. */
export const SILENCE_NEWS = ['begin', 'weekend', 'end'] as const;
export type SilenceNews = (typeof SILENCE_NEWS)[number];

/** When a silence ends, or has ended. */
export function endOf({ until, endedAt }: Pick<SilenceRecord, 'until' | 'endedAt'>): number {
  return endedAt === undefined ? until : Math.min(until, endedAt);
}

/** `patching (patch night)`, or the reason alone. */
export function silenceLabel({ name, why }: Pick<NewSilence, 'name' | 'why'>): string {
  return name === undefined ? why : `${name} (${why})`;
}

export function heldBy({ held }: Pick<SilenceRecord, 'held'>): number {
  let sum = 0;
  for (const count of held.values()) sum += count;
  return sum;
}
