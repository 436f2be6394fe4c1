import { inspect } from 'node:util';

/** What stands in place of a secret wherever people or programs may read it. */
export const REDACTED = '[redacted]';

/**
 * A value that must not be shown: an API key, a webhook address, a token.
 * However it is printed, joined, logged or turned into JSON, it says `[redacted]`;
 * only {@link reveal} gives the value, so that every use can be found by its name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Shorter secrets are not searched for in free text: they would match ordinary words. */
const SHORTEST_SCRUBBED = 4;

/**
 * Removes known secrets from text that comes from elsewhere (an error, a server's answer, a
 * script's output), also where they stand percent-encoded or JSON-escaped.
 */
export class Scrubber {
  readonly #known = new Set<string>();
  #needles: readonly string[] = [];

  constructor(secrets: Iterable<string> = []) {
    this.learn(secrets);
  }

  /** Adds secrets. None is ever forgotten: a replaced key may still be valid. */
  learn(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      for (const part of [secret, ...sensitiveUrlParts(secret)]) {
        if (part.length < SHORTEST_SCRUBBED) continue;
        this.#known.add(part);
        this.#known.add(encodeURIComponent(part));
        this.#known.add(JSON.stringify(part).slice(1, -1));
      }
    }
    // Longest first: a part must not be replaced inside the whole.
    this.#needles = [...this.#known].sort((a, b) => b.length - a.length);
  }

  /** The text with every known secret replaced. */
  scrub(text: string): string {
    let clean = text;
    for (const needle of this.#needles) {
      if (clean.includes(needle)) clean = clean.replaceAll(needle, REDACTED);
    }
    return clean;
  }
}

/** Errors and answers often repeat only the path of a webhook's address: that is secret as well. */
function sensitiveUrlParts(secret: string): string[] {
  if (!/^https?:\/\//i.test(secret.trim())) return [];
  try {
    const { pathname, search, username, password } = new URL(secret.trim());
    return [pathname + search, pathname, search, username, password].filter(
      (part) => part.length > 8,
    );
  } catch {
    return [];
  }
}
