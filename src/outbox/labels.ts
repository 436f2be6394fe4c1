import type { AlertLabels } from '../alert/alert-labels.ts';
import type { Database } from './database.ts';

/** How many are stored by one call: a call for each costs more than storing it. */
const ROWS = 20;

/** What new alerts are looked for by. To be used in the transaction that stores them. */
export class Labels {
  readonly #database: Database;
  readonly #now: number;
  #values: (string | number | null)[] = [];

  /** @param now when they were read, in milliseconds since 1970. */
  constructor(database: Database, now: number) {
    this.#database = database;
    this.#now = now;
  }

  add(alert: number, level: number, { ruleId, agentName, agentId }: AlertLabels): void {
    const now = this.#now;
    this.#values.push(alert, now, level, stored(ruleId), stored(agentName), stored(agentId));
    if (this.#values.length === ROWS * COLUMNS) this.#insert(INSERT_MANY);
  }

  /** Stores the rest. */
  store(): void {
    const rows = this.#values.length / COLUMNS;
    if (rows > 0) this.#insert(insertOf(rows));
  }

  #insert(sql: string): void {
    this.#database.run(sql, ...this.#values);
    this.#values = [];
  }
}

const COLUMNS = 6;
const INSERT_MANY = insertOf(ROWS);

function insertOf(rows: number): string {
  return `INSERT OR REPLACE INTO alert_label (alert, read_at, level, rule, agent, agent_id)
    VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?)').join(', ')}`;
}

/** More of a text nobody looks for. */
const LONGEST = 500;

/** SQLite would end a text at a NUL character. */
function stored(text: string | undefined): string | null {
  if (text === undefined) return null;
  const short = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  return short.includes('\0') ? short.replaceAll('\0', '\uFFFD') : short;
}
