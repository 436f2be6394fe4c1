import type { Log } from '../core/log.ts';
import type { LaneRecord } from '../core/outbox.ts';

/** Whether an operator has a lane stopped: that is stored, by whatever process. */
export class LanePause {
  readonly #integration: string;
  readonly #log: Log;
  #isOn: boolean;

  constructor(integration: string, record: Pick<LaneRecord, 'pause'>, log: Log) {
    this.#integration = integration;
    this.#log = log;
    this.#isOn = record.pause !== undefined;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Takes over what is stored now. */
  refresh({ pause }: Pick<LaneRecord, 'pause'>): void {
    const isOn = pause !== undefined;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    const integration = this.#integration;
    if (isOn) {
      this.#log.warn('an operator has stopped an integration; its alerts wait', {
        integration,
        who: pause.who,
      });
    } else {
      this.#log.info('an operator has let an integration go on', { integration });
    }
  }
}
