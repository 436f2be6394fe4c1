import { inspect } from 'node:util';

/** The replacement for a secret wherever it could be read. */
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

/** So many secrets are quicker to look for one by one. */
const FEW = 50;

/**
 * Removes known secrets from text that comes from elsewhere (an error, a server's answer, a
 * script's output), also where they are percent-encoded or JSON-escaped.
 */
export class Scrubber {
  readonly #known = new Set<string>();
  /** The same, by how they begin. */
  readonly #byStart = new Map<string, string[]>();
  /** How many comparisons are left. */
  #work: number;

  /**
   * @param work so many comparisons at most, for secrets that an attacker may have chosen to begin all alike:
   * of what would take more, nothing is shown.
   */
  constructor(secrets: Iterable<string> = [], work = Number.POSITIVE_INFINITY) {
    this.#work = work;
    this.learn(secrets);
  }

  /** Adds secrets. None is ever forgotten: a replaced key may still be valid. */
  learn(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      for (const part of [secret, secret.trim(), ...sensitiveUrlParts(secret)]) {
        if (part.length < SHORTEST_SCRUBBED) continue;
        for (const form of writtenForms(part)) this.#add(form);
      }
    }
  }

  /** The text with every known secret replaced. */
  scrub(text: string): string {
    // All places are looked for in the original, so that of two overlapping secrets none shows.
    const places = this.#known.size <= FEW ? this.#findEach(text) : this.#findAll(text);
    if (places.length === 0) return text;
    places.sort((a, b) => a.start - b.start);
    let clean = '';
    let done = 0;
    for (const { start, end } of places) {
      if (start >= done) clean += text.slice(done, start) + REDACTED;
      done = Math.max(done, end);
    }
    return clean + text.slice(done);
  }

  #add(form: string): void {
    if (this.#known.has(form)) return;
    this.#known.add(form);
    const start = form.slice(0, SHORTEST_SCRUBBED);
    const others = this.#byStart.get(start);
    if (others === undefined) this.#byStart.set(start, [form]);
    else others.push(form);
  }

  /** Looks for one secret after the other: fast for a few. */
  #findEach(text: string): Place[] {
    const places: Place[] = [];
    for (const needle of this.#known) {
      let start = text.indexOf(needle);
      while (start !== -1) {
        places.push({ start, end: start + needle.length });
        start = text.indexOf(needle, start + 1);
      }
    }
    return places;
  }

  /** Looks at each place of the text once, however many secrets there are. */
  #findAll(text: string): Place[] {
    const places: Place[] = [];
    for (let start = 0; start + SHORTEST_SCRUBBED <= text.length; start += 1) {
      const needles = this.#byStart.get(text.slice(start, start + SHORTEST_SCRUBBED));
      if (needles === undefined) continue;
      this.#work -= needles.length;
      if (this.#work < 0) return [{ start: 0, end: text.length }];
      for (const needle of needles) {
        if (text.startsWith(needle, start)) places.push({ start, end: start + needle.length });
      }
    }
    return places;
  }
}

/** Where a secret stands in a text. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The ways in which others write a text: as it is, percent-encoded, in a JSON string, in JSON in JSON. */
function writtenForms(text: string): string[] {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  const percent = encodeURIComponent(wellFormed);
  const json = jsonEscaped(text);
  return [
    text,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    json,
    json.replaceAll('/', '\\/'),
    jsonEscaped(json),
  ];
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Words that stand in configurations where a secret could. */
const ORDINARY =
  /^(?:passwords?|secrets?|tokens?|required|disabled|optional|internal|changeme|undefined|username|authorization|anonymous|default|example|unlimited|inherited|automatic|kerberos|negotiate)$/i;

/**
 * False for short and ordinary words: as secrets they would be hidden wherever they occur. A short one
 * that holds digits or signs is none of these.
 */
export function isTelling(secret: string): boolean {
  if (ORDINARY.test(secret)) return false;
  const least = /^[A-Za-z]*$/.test(secret) || /^[\d.]*$/.test(secret) ? 8 : 5;
  return secret.length >= least;
}

/** Errors and answers often repeat only the path of a webhook's address: that is secret as well. */
function sensitiveUrlParts(secret: string): string[] {
  if (!/^https?:\/\//i.test(secret.trim())) return [];
  try {
    const { pathname, search, username, password } = new URL(secret.trim());
    const parts = [pathname + search, pathname, search, username, password].filter(
      (part) => part.length > 8,
    );
    return password === '' ? parts : [...parts, ...accountForms(username, password)];
  } catch {
    return [];
  }
}

/** How the account of an address is sent, and so comes back: `user:password` in base64. */
function accountForms(username: string, password: string): string[] {
  const [user, plain] = [decoded(username), decoded(password)];
  const encoded = [`${user}:${plain}`, `${username}:${password}`].flatMap((account) => {
    const bytes = Buffer.from(account);
    return [account, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  });
  return [...encoded, ...[plain, password].filter(isTelling)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
