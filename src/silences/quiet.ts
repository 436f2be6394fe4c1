import type { Hints } from '../conditions/hints.ts';
import type { ConditionAlert } from '../conditions/scope.ts';
import type { Arrival, Hush, MuteMark } from '../core/grouping.ts';
import { type Mute, opens, targeted } from './mute.ts';
import type { RecurringSilence } from './recurring.ts';
import { holdsBack, isInForce, type Silence } from './silence.ts';

/** What people have added, as it is at the moment. */
export interface AddedSilences {
  readonly silences: readonly Silence[];
  /** True where someone ended a silence before its time. */
  isEnded(key: string): boolean;
}

/** The silences and mutes of the settings file. */
export interface QuietSettings {
  readonly silences: readonly RecurringSilence[];
  readonly mutes: readonly Mute[];
}

export const NO_QUIET: QuietSettings = { silences: [], mutes: [] };
const NONE_ADDED: AddedSilences = { silences: [], isEnded: () => false };
const NO_MARKS: readonly MuteMark[] = [];

/** All that holds alerts back although they are for an integration: silences, then mutes. */
export class Quiet {
  readonly #settings: QuietSettings;
  readonly #added: AddedSilences;

  constructor(settings: QuietSettings = NO_QUIET, added: AddedSilences = NONE_ADDED) {
    this.#settings = settings;
    this.#added = added;
  }

  /** What the alerts have that open a mute: they must be seen also where they are for nobody. */
  get hints(): readonly Hints[] {
    return this.#settings.mutes.map(({ after }) => after.hints);
  }

  get hasMutes(): boolean {
    return this.#settings.mutes.length > 0;
  }

  /** The mutes that an alert opens. */
  opens(alert: ConditionAlert, now: number): readonly MuteMark[] {
    const { mutes } = this.#settings;
    return mutes.length === 0 ? NO_MARKS : opens(mutes, alert, now);
  }

  /** What there is for an alert; undefined when there is nothing. */
  of(alert: ConditionAlert, now: number): QuietAlert | undefined {
    const silences = this.#inForce(now);
    const { mutes } = this.#settings;
    if (silences.length === 0 && mutes.length === 0) return undefined;
    return new QuietAlert(silences, mutes, alert, now);
  }

  #inForce(now: number): readonly Silence[] {
    const added = this.#added.silences;
    const { silences: recurring } = this.#settings;
    if (added.length === 0 && recurring.length === 0) return added;
    const all = [...added, ...recurring.flatMap((one) => one.at(now)?.silence ?? [])];
    return all.filter((one) => isInForce(one, now) && !this.#added.isEnded(one.key));
  }
}

/** One alert, and what of its silences and mutes is asked only once for all integrations. */
export class QuietAlert {
  readonly #silences: readonly Silence[];
  readonly #mutes: readonly Mute[];
  readonly #alert: ConditionAlert;
  readonly #now: number;
  #held: readonly Silence[] | undefined;
  #targeted: ReturnType<typeof targeted> | undefined;

  constructor(
    silences: readonly Silence[],
    mutes: readonly Mute[],
    alert: ConditionAlert,
    now: number,
  ) {
    this.#silences = silences;
    this.#mutes = mutes;
    this.#alert = alert;
    this.#now = now;
  }

  /** The silence that holds it back for an integration; of several, the one that ends last. */
  silence(integration: string): Silence | undefined {
    this.#held ??= this.#silences.filter((one) => holdsBack(one, this.#alert, this.#now));
    let last: Silence | undefined;
    for (const one of this.#held) {
      if (one.integrations?.has(integration) === false) continue;
      if (last === undefined || one.until > last.until) last = one;
    }
    return last;
  }

  /** The mutes that hold it back for an integration while they are open. */
  mutes(integration: string): readonly MuteMark[] {
    if (this.#mutes.length === 0) return NO_MARKS;
    this.#targeted ??= targeted(this.#mutes, this.#alert, this.#now);
    return this.#targeted
      .filter(({ of }) => of.integrations?.has(integration) !== false)
      .map(({ mark }) => mark);
  }

  /** What its placing has to know; the same as before where there is nothing. */
  arrival(integration: string, before: Arrival | undefined): Arrival | undefined {
    const hush: Hush | undefined = this.silence(integration)?.hush;
    const mutes = this.mutes(integration);
    if (hush === undefined && mutes.length === 0) return before;
    return { ...before, ...(hush && { hush }), ...(mutes.length > 0 && { mutes }) };
  }
}
