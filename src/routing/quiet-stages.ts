import type { Clock } from '../core/clock.ts';
import { mutedUntil } from '../core/grouping.ts';
import type { Quiet } from '../silences/quiet.ts';
import type { ChainStep, Refusal, Route, RoutedAlert, Stage } from './stage.ts';

type Now = Pick<Clock, 'now'>;
type ForRoute = Pick<Route, 'integration'>;

/** What was found that holds an alert back. */
interface Found {
  readonly by: string;
  /** In milliseconds since 1970. */
  readonly until: number;
  readonly why?: string;
}

/**
 * Silences, and mutes, as stages that say what they find. When alerts are routed they are no stages: what
 * they hold back is stored.
 */
abstract class QuietStage implements Stage {
  abstract readonly name: 'silence' | 'mute';
  abstract find(alert: RoutedAlert, route: ForRoute): Found | undefined;

  refuse(alert: RoutedAlert, route: ForRoute): Refusal | undefined {
    const found = this.find(alert, route);
    if (found === undefined) return undefined;
    return { verdict: this.name, by: found.by, why: whyOf(found) };
  }

  explain(alert: RoutedAlert, route: ForRoute): ChainStep[] {
    const found = this.find(alert, route);
    if (found === undefined) return [];
    const wanted = `no ${this.name}`;
    const why = whyOf(found);
    return [{ stage: this.name, pass: false, by: found.by, found: found.by, wanted, why }];
  }
}

function whyOf({ by, until, why }: Found): string {
  const time = `${by} holds it back until ${new Date(until).toISOString()}`;
  return why === undefined ? time : `${time}: ${why}`;
}

export class SilenceStage extends QuietStage {
  readonly name = 'silence';
  readonly #quiet: Quiet;
  readonly #clock: Now;

  constructor(quiet: Quiet, clock: Now) {
    super();
    this.#quiet = quiet;
    this.#clock = clock;
  }

  find(alert: RoutedAlert, { integration }: ForRoute): Found | undefined {
    return this.#quiet.of(alert, this.#clock.now())?.silence(integration.id);
  }
}

/** When a mute was opened last for a key, in milliseconds since 1970. */
export type MuteOpened = (name: string, key: string) => number | undefined;

export class MuteStage extends QuietStage {
  readonly name = 'mute';
  readonly #quiet: Quiet;
  readonly #clock: Now;
  readonly #opened: MuteOpened;

  /** @param opened what is stored of mutes. */
  constructor(quiet: Quiet, clock: Now, opened: MuteOpened) {
    super();
    this.#quiet = quiet;
    this.#clock = clock;
    this.#opened = opened;
  }

  find(alert: RoutedAlert, { integration }: ForRoute): Found | undefined {
    const now = this.#clock.now();
    for (const { name, key, forMs } of this.#quiet.of(alert, now)?.mutes(integration.id) ?? []) {
      const until = mutedUntil(this.#opened(name, key), forMs, now);
      if (until !== undefined) return { by: `mute:${name}`, until };
    }
    return undefined;
  }
}
