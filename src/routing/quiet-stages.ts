import type { Clock } from '../core/clock.ts';
import type { Quiet } from '../silences/quiet.ts';
import type { Refusal, Route, RoutedAlert, Stage } from './stage.ts';

type Now = Pick<Clock, 'now'>;
type ForRoute = Pick<Route, 'integration'>;

/** Silences, as a stage that says what it found. When alerts are routed, they are placed by it. */
export class SilenceStage implements Stage {
  readonly name = 'silence';
  readonly #quiet: Quiet;
  readonly #clock: Now;

  constructor(quiet: Quiet, clock: Now) {
    this.#quiet = quiet;
    this.#clock = clock;
  }

  refuse(alert: RoutedAlert, { integration }: ForRoute): Refusal | undefined {
    const silence = this.#quiet.of(alert, this.#clock.now())?.silence(integration.id);
    if (silence === undefined) return undefined;
    const { by, until, why } = silence;
    const found = `${by} until ${new Date(until).toISOString()}`;
    return { verdict: 'silence', by, found, wanted: 'no silence', why: `${found}: ${why}` };
  }
}

/** When a mute was opened last for a key, in milliseconds since 1970. */
export type MuteOpened = (name: string, key: string) => number | undefined;

/** Mutes, as a stage that says what it found. */
export class MuteStage implements Stage {
  readonly name = 'mute';
  readonly #quiet: Quiet;
  readonly #clock: Now;
  readonly #opened: MuteOpened;

  /** @param opened what is stored of mutes. */
  constructor(quiet: Quiet, clock: Now, opened: MuteOpened) {
    this.#quiet = quiet;
    this.#clock = clock;
    this.#opened = opened;
  }

  refuse(alert: RoutedAlert, { integration }: ForRoute): Refusal | undefined {
    const now = this.#clock.now();
    for (const { name, key, forMs } of this.#quiet.of(alert, now)?.mutes(integration.id) ?? []) {
      const openedAt = this.#opened(name, key);
      if (openedAt === undefined || openedAt > now || now >= openedAt + forMs) continue;
      const by = `mute:${name}`;
      const found = `${by} for ${key} until ${new Date(openedAt + forMs).toISOString()}`;
      return { verdict: 'mute', by, found, wanted: 'no open mute', why: found };
    }
    return undefined;
  }
}
