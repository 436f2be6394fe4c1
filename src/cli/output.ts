import { once } from 'node:events';
import { printable, printableJson, printableLines } from '../core/printable.ts';

export { printable, printableLines } from '../core/printable.ts';

/**
 * Writes to standard output and waits where the reader is slower than we are. Nothing in it can steer
 * the terminal; what must stay on one line goes through {@link printable} before.
 */
export function print(text: string): Promise<void> {
  return write(printableLines(text));
}

/** How {@link Style} begins and ends a colour. */
const COLOUR = /(\u001b\[\d{1,2}m)/;

/**
 * The same for text with our own colours in it. What is not ours must have gone through
 * {@link printable}: it could bring colours of its own.
 */
export function printStyled(text: string): Promise<void> {
  return write(safeStyled(text));
}

/** What {@link printStyled} writes. */
export function safeStyled(text: string): string {
  const parts = text.split(COLOUR);
  return parts.map((part, at) => (at % 2 === 1 ? part : printableLines(part))).join('');
}

/** One JSON value on a line of its own. */
export function printJson(value: unknown): Promise<void> {
  return printJsonText(JSON.stringify(value));
}

/** Valid JSON, as it is, and a newline. */
export function printJsonText(json: string): Promise<void> {
  return write(`${printableJson(json)}\n`);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** The beginning of a text of an alert, which may be of any length. */
export function brief(text: string, longest = 200): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** Rows as aligned columns, each on one line whatever is in it. */
export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Milliseconds since 1970 as ISO time, or null. */
export function isoTime(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
