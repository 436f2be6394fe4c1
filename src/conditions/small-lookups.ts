import type { Alert } from '../alert/alert.ts';
import { isOutlined } from '../alert/outline.ts';
import { present, type Value } from './values.ts';

interface KnownPath {
  readonly keys: readonly string[];
  readonly isOutlined: boolean;
}

/**
 * Finds what conditions ask for in alerts of usual size. Each path is looked up once in an alert, however many
 * conditions ask for it.
 */
export class SmallLookups {
  readonly #numbers = new Map<string, number>();
  readonly #paths: KnownPath[] = [];
  /** The alert that was asked last, and what was found in it so far. */
  #alert: Alert | undefined;
  readonly #values: Value[] = [];
  /** Up to which alert each value is known: that counts them. */
  readonly #known: number[] = [];
  #count = 0;

  /** The number under which a path is found. */
  add(keys: readonly string[]): number {
    const name = JSON.stringify(keys);
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#paths.length;
      this.#numbers.set(name, number);
      this.#paths.push({ keys, isOutlined: isOutlined(keys) });
      this.#values.push(undefined);
      this.#known.push(0);
    }
    return number;
  }

  find(alert: Alert, number: number): Value {
    if (alert !== this.#alert) {
      this.#alert = alert;
      this.#count += 1;
    }
    if (this.#known[number] !== this.#count) {
      const { keys, isOutlined } = this.#paths[number] as KnownPath;
      this.#values[number] = present(isOutlined ? alert.find(keys) : alert.at(...keys));
      this.#known[number] = this.#count;
    }
    return this.#values[number];
  }
}
