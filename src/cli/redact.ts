import type { JsonValue } from '../alert/json.ts';
import { REDACTED, Scrubber, type Secret } from '../core/secret.ts';
import { isValue, mapLeaves, secretMembers } from '../core/secret-names.ts';

/** Shows things with or without their secrets, as the user asked. */
export class Redactor {
  readonly #scrubber: Scrubber;
  readonly #secrets: ReadonlySet<string>;
  readonly #show: boolean;

  constructor(secrets: readonly string[], show: boolean) {
    this.#scrubber = new Scrubber(secrets);
    this.#secrets = new Set(secrets.filter((secret) => secret !== ''));
    this.#show = show;
  }

  /** Free text. Very short secrets are only recognised where they are the whole of it. */
  text(text: string): string {
    if (this.#show) return text;
    return this.#secrets.has(text) ? REDACTED : this.#scrubber.scrub(text);
  }

  /** JSON text. Also very short secrets are recognised where they are a whole string. */
  jsonText(text: string): string {
    if (this.#show) return text;
    let clean = this.#scrubber.scrub(text);
    for (const secret of this.#secrets) {
      clean = clean.replaceAll(JSON.stringify(secret), JSON.stringify(REDACTED));
    }
    return clean;
  }

  secret(secret: Secret): string {
    return this.#show ? secret.reveal() : REDACTED;
  }

  /** An address keeps its origin, so that one sees where it goes; the rest may be a key. */
  url(secret: Secret): string {
    if (this.#show) return secret.reveal();
    try {
      const { origin } = new URL(secret.reveal());
      return `${origin}/${REDACTED}`;
    } catch {
      return REDACTED;
    }
  }

  /**
   * A JSON value with every secret in its strings replaced, and whatever stands in members whose names
   * look secret.
   */
  value(value: JsonValue): JsonValue {
    if (this.#show) return value;
    return mapLeaves(
      value,
      (leaf) => (isValue(leaf) ? REDACTED : leaf),
      (leaf) => (typeof leaf === 'string' ? this.text(leaf) : leaf),
    );
  }

  /** `<options>` as they are written, which may be JSON. */
  optionsText(text: string): string {
    const options = parsed(text);
    if (this.#show || secretMembers(options).length === 0) return this.text(text);
    return `${JSON.stringify(this.value(options))}\n`;
  }
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
