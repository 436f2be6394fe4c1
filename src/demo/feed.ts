import { appendFileSync } from 'node:fs';
import { Alert } from '../alert/alert.ts';
import { isJsonObject, type JsonObject } from '../alert/json.ts';
import type { Clock } from '../core/clock.ts';

/** An alert that was appended. */
export interface FedAlert {
  readonly level: number;
  readonly ruleId: string;
  readonly description: string;
}

/** Appends realistic alerts to a file, one after another, as the manager would. */
export class Feed {
  readonly #file: string;
  readonly #alerts: readonly JsonObject[];
  readonly #clock: Clock;
  readonly #appended: (alert: FedAlert) => void;
  readonly #latest = new Map<string, Alert>();
  #next = 0;
  #cancel: (() => void) | undefined;

  /** @param lines the alerts to take turns with, one JSON object per line. */
  constructor(file: string, lines: string, clock: Clock, appended: (alert: FedAlert) => void) {
    this.#file = file;
    this.#alerts = lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line))
      .filter(isJsonObject);
    this.#clock = clock;
    this.#appended = appended;
  }

  /** An alert that was appended, by its id. */
  find(id: string): Alert | undefined {
    return this.#latest.get(id);
  }

  /** Appends an alert now and then one after each interval. */
  start(intervalMs: number): void {
    this.#appendNext();
    this.#cancel = this.#clock.after(intervalMs, () => this.start(intervalMs));
  }

  stop(): void {
    this.#cancel?.();
  }

  #appendNext(): void {
    const template = this.#alerts[this.#next % this.#alerts.length] as JsonObject;
    const now = new Date(this.#clock.now());
    const alert: JsonObject = {
      ...template,
      timestamp: now.toISOString().replace('Z', '+0000'),
      id: `${Math.floor(now.getTime() / 1000)}.${1000 + this.#next * 1024}`,
    };
    this.#next += 1;
    this.append(JSON.stringify(alert));
  }

  /** Appends one alert. */
  append(line: string): void {
    appendFileSync(this.#file, `${line}\n`);
    const appended = new Alert(Buffer.from(line));
    this.#latest.set(appended.textAt('id') ?? '', appended);
    this.#appended({
      level: appended.level,
      ruleId: appended.textAt('rule', 'id') ?? '',
      description: appended.textAt('rule', 'description') ?? '',
    });
  }
}
