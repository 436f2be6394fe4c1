import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { Throttle } from '../../core/throttle.ts';

/** How often one integration is reported, at most. */
const REPORT_MS = 10 * 60_000;

interface Trouble {
  readonly since: number;
  /** The integrations that were reported. */
  readonly told: Set<string>;
}

/** Reports once for each integration that its name gets no answer, and once that it does again. */
export class NameTrouble {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #troubles = new Map<string, Trouble>();
  readonly #throttles = new Map<string, Throttle>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** These integrations want a name for which there is no answer. */
  report(name: string, owners: Iterable<string>, isKnown: boolean): void {
    const now = this.#clock.monotonic();
    const trouble = this.#troubles.get(name) ?? { since: now, told: new Set() };
    this.#troubles.set(name, trouble);
    for (const owner of owners) {
      if (trouble.told.has(owner)) continue;
      this.#throttle(owner).pass(() => {
        trouble.told.add(owner);
        this.#log.warn('DNS does not answer for an integration', {
          integration: owner,
          usesLastAddress: isKnown,
        });
      });
    }
  }

  /** There is an answer for the name. */
  end(name: string): void {
    const trouble = this.#troubles.get(name);
    if (trouble === undefined) return;
    this.#troubles.delete(name);
    const seconds = Math.round((this.#clock.monotonic() - trouble.since) / 1000);
    for (const integration of trouble.told) {
      this.#log.info('DNS answers again for an integration', { integration, seconds });
    }
  }

  #throttle(owner: string): Throttle {
    const known = this.#throttles.get(owner);
    if (known !== undefined) return known;
    const throttle = new Throttle(this.#clock, REPORT_MS);
    this.#throttles.set(owner, throttle);
    return throttle;
  }
}
