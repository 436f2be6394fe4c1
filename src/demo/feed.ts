import { appendFileSync } from 'node:fs';
import { Alert } from '../alert/alert.ts';
import { isJsonObject, type JsonObject, valueAt } from '../alert/json.ts';
import type { Clock } from '../core/clock.ts';

/** An alert that was appended. */
export interface FedAlert {
  readonly level: number;
  readonly ruleId: string;
  readonly description: string;
  /** How many of them were appended at once. */
  readonly count: number;
}

/** An attack: how many alerts of it come at once, after how many others. */
const FLOOD = 40;
const FLOOD_AFTER = 3;

/** Appends realistic alerts to a file, one after another, as the manager would. */
export class Feed {
  readonly #file: string;
  readonly #alerts: readonly JsonObject[];
  readonly #clock: Clock;
  readonly #appended: (alert: FedAlert) => void;
  readonly #latest = new Map<string, Alert>();
  #next = 0;
  #flood: string | undefined;
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

  /** The id of an alert in the middle of the flood; undefined before it came. */
  get floodId(): string | undefined {
    return this.#flood;
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
    if (this.#next === FLOOD_AFTER && this.#flood === undefined) {
      this.#appendFlood();
      return;
    }
    const template = this.#alerts[this.#next % this.#alerts.length] as JsonObject;
    this.append(this.#lineOf(template));
  }

  /** Somebody guesses passwords, fast. */
  #appendFlood(): void {
    const template = this.#alerts.find((alert) => isBruteForce(alert)) ?? this.#alerts[0];
    if (template === undefined) return;
    const lines = Array.from({ length: FLOOD }, () => this.#lineOf(template));
    this.#flood = new Alert(Buffer.from(lines[FLOOD / 2] as string)).textAt('id');
    this.append(...lines);
  }

  #lineOf(template: JsonObject): string {
    const now = new Date(this.#clock.now());
    const alert: JsonObject = {
      ...template,
      timestamp: now.toISOString().replace('Z', '+0000'),
      id: `${Math.floor(now.getTime() / 1000)}.${1000 + this.#next * 1024}`,
    };
    this.#next += 1;
    return JSON.stringify(alert);
  }

  /** Appends an alert, or several of a kind. */
  append(...lines: string[]): void {
    appendFileSync(this.#file, `${lines.join('\n')}\n`);
    const alerts = lines.map((line) => new Alert(Buffer.from(line)));
    for (const alert of alerts) this.#latest.set(alert.textAt('id') ?? '', alert);
    const [first] = alerts;
    if (first === undefined) return;
    this.#appended({
      level: first.level,
      ruleId: first.textAt('rule', 'id') ?? '',
      description: first.textAt('rule', 'description') ?? '',
      count: lines.length,
    });
  }
}

function isBruteForce(alert: JsonObject): boolean {
  const groups = valueAt(alert, 'rule', 'groups');
  return Array.isArray(groups) && groups.includes('authentication_failures');
}
