import type { Condition } from '../conditions/condition.ts';
import type { ConditionAlert } from '../conditions/scope.ts';
import type { MuteMark } from '../core/grouping.ts';
import type { KeyOf } from '../grouping/keys.ts';

/** One kind of alert quiets another for a while. */
export interface Mute {
  readonly name: string;
  /** The alerts that open it. */
  readonly after: Condition;
  /** The alerts that it holds back while it is open. */
  readonly mute: Condition;
  /** What both must have in common. */
  readonly keyOf: KeyOf;
  readonly forMs: number;
  /** Ids of integrations; undefined: all of them. */
  readonly integrations: ReadonlySet<string> | undefined;
  /** As it is written, to be told in words. */
  readonly written: {
    readonly after: unknown;
    readonly mute: unknown;
    readonly same: readonly string[];
  };
}

/** The mutes that an alert opens. */
export function opens(
  mutes: readonly Mute[],
  alert: ConditionAlert,
  now: number,
): readonly MuteMark[] {
  const opened = mutes.filter(({ after }) => after.test(alert, now));
  return opened.map((mute) => markOf(mute, alert));
}

/** The mutes that hold an alert back while they are open. What opens a mute is not held back by it. */
export function targeted(
  mutes: readonly Mute[],
  alert: ConditionAlert,
  now: number,
): readonly { readonly of: Mute; readonly mark: MuteMark }[] {
  return mutes
    .filter(({ mute, after }) => mute.test(alert, now) && !after.test(alert, now))
    .map((mute) => ({ of: mute, mark: markOf(mute, alert) }));
}

function markOf({ name, keyOf, forMs }: Mute, alert: ConditionAlert): MuteMark {
  return { name, key: keyOf(alert), forMs };
}
