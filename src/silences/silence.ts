import type { Condition } from '../conditions/condition.ts';
import type { ReadOptions } from '../conditions/read.ts';
import { readFit } from '../conditions/read-fit.ts';
import type { ConditionAlert } from '../conditions/scope.ts';
import type { Hush } from '../core/grouping.ts';
import type { Problem } from '../core/problem.ts';
import {
  CRITICAL_LEVEL,
  type NewSilence,
  type SilenceRecord,
  silenceLabel,
} from '../core/silence.ts';

/** A silence, compiled. Times are milliseconds since 1970. */
export interface Silence extends Pick<NewSilence, 'from' | 'until' | 'evenCritical' | 'why'> {
  /** What names it in bundles and counts. */
  readonly key: string;
  /** What names it in the rows of alerts: `silence:12`, `silence:patching`. */
  readonly by: string;
  /** What is said to alerts that it holds back. */
  readonly hush: Hush;
  /** Ids of integrations; undefined: all of them. */
  readonly integrations: ReadonlySet<string> | undefined;
  /** Which alerts, besides their level. */
  readonly condition: Condition;
}

/** A silence of people, compiled; undefined where it is wrong: then it does nothing. */
export function compileSilence(
  record: SilenceRecord,
  options: ReadOptions,
): { readonly silence: Silence | undefined; readonly problems: readonly Problem[] } {
  const { condition, problems } = readFit(record, options);
  if (condition === undefined) return { silence: undefined, problems };
  return { silence: silenceOf(record, record.key, record.key, condition), problems };
}

export function silenceOf(
  silence: NewSilence,
  key: string,
  by: string,
  condition: Condition,
): Silence {
  const { from, until, ending, integrations, evenCritical, why } = silence;
  const common = { verdict: 'silence', by, silence: { key, until } } as const;
  const hush: Hush =
    ending === 'deliver'
      ? { ...common, deliverAt: until }
      : ending === 'nothing'
        ? common
        : { ...common, receipt: { key, dueAt: until, about: silenceLabel(silence) } };
  return {
    key,
    by,
    from,
    until,
    why,
    evenCritical,
    hush,
    condition,
    integrations: integrations && new Set(integrations),
  };
}

/** True where it is in force. */
export function isInForce({ from, until }: Pick<Silence, 'from' | 'until'>, now: number): boolean {
  return now >= from && now < until;
}

/** True where it holds back an alert, if that is for one of its integrations. Never throws. */
export function holdsBack(silence: Silence, alert: ConditionAlert, now: number): boolean {
  const { evenCritical, condition } = silence;
  if (!evenCritical && (alert.facts.level ?? 0) >= CRITICAL_LEVEL) return false;
  return condition.test(alert, now);
}
