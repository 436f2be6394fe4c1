import type { Diagnostic } from '../core/diagnostic.ts';
import { Positions } from './ossec-conf/positions.ts';

/** Maximum errors, and warnings, per file: more would only hide the first ones. */
const MOST_SHOWN = 200;

/** Collects the diagnostics of one file, in line order. */
export class Report {
  readonly file: string;
  readonly positions: Positions;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #counts = { error: 0, warning: 0 };

  constructor(file: string, text = '') {
    this.file = file;
    this.positions = new Positions(text);
  }

  /** The number of errors so far. */
  get errors(): number {
    return this.#counts.error;
  }

  error(offset: number, message: string, excerpt?: string): void {
    this.#add('error', offset, message, excerpt);
  }

  warning(offset: number, message: string, excerpt?: string): void {
    this.#add('warning', offset, message, excerpt);
  }

  /** `line 3, column 14`, for messages that point to a second place. */
  place(offset: number): string {
    const { line, column } = this.positions.at(offset);
    return `line ${line}, column ${column}`;
  }

  /** All diagnostics, sorted by position. */
  diagnostics(): Diagnostic[] {
    return this.#diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(severity: Diagnostic['severity'], offset: number, message: string, excerpt?: string): void {
    this.#counts[severity] += 1;
    const count = this.#counts[severity];
    if (count > MOST_SHOWN) return;
    const more = count === MOST_SHOWN ? `; further ${severity}s in this file are not shown` : '';
    const place = this.positions.at(offset);
    this.#diagnostics.push({
      severity,
      file: this.file,
      ...place,
      message: message + more,
      ...(excerpt !== undefined && { excerpt }),
    });
  }
}

/** What to say of a file that must not be without content, or must be there. */
export function nothingIn(file: string, message = 'this file is empty'): Diagnostic {
  return { severity: 'error', file, line: 1, column: 1, message };
}

/**
 * A piece of a file for a message: in quotes, control characters escaped, cut if long.
 * Never for a value that may be a secret.
 */
export function quoted(text: string, longest = 60): string {
  // Match by code points, so that no character is split.
  const start = text.match(new RegExp(`^[^]{0,${longest}}`, 'u'))?.[0] ?? '';
  return JSON.stringify(start === text ? text : `${start}…`);
}

/** The first items of a list for a message, separated by commas. */
export function listed(items: Iterable<string | number>, most = 12): string {
  const all = [...items];
  return all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')}, …`;
}
