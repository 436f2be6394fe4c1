import type { Alert } from '../alert/alert.ts';

const BEGINNING = Buffer.from('"agent":{"id":"');
const ANY = Buffer.from('"agent"');
const BETWEEN = '","name":"';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** More than an id and a name need. */
const LONGEST = 400;

/**
 * The agent of an alert for statistics, `web01 (004)`: from its bytes where it stands as the manager
 * writes it, which is much cheaper than to parse the alert. Those that were seen before are known.
 */
export class AgentNames {
  readonly #names = new Map<string, string>();

  of(raw: Buffer, alert: () => Alert): string | undefined {
    const at = raw.indexOf(BEGINNING) + BEGINNING.length;
    if (at < BEGINNING.length) return raw.includes(ANY) ? parsedAgent(alert()) : undefined;
    const name = raw.indexOf(QUOTE, at) + BETWEEN.length;
    const end = raw.indexOf(QUOTE, name);
    if (end < name || end - at > LONGEST || raw[end - 1] === BACKSLASH) return parsedAgent(alert());
    const written = raw.toString('latin1', at, end);
    let known = this.#names.get(written);
    if (known === undefined) {
      const [id = '', ...rest] = raw.toString('utf8', at, end).split(BETWEEN);
      const isUsual = rest.length === 1 && !written.includes('\\');
      known = isUsual ? `${rest[0]} (${id})` : parsedAgent(alert());
      if (known === undefined) return undefined;
      if (this.#names.size >= MOST_NAMES) this.#names.clear();
      this.#names.set(written, known);
    }
    return known;
  }
}

const MOST_NAMES = 20_000;

/** The same of an alert that is parsed anyway. */
export function parsedAgent(alert: Alert): string | undefined {
  const [name, id] = [alert.textAt('agent', 'name'), alert.textAt('agent', 'id')];
  return name === undefined || id === undefined ? (name ?? id) : `${name} (${id})`;
}
