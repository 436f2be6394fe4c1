import { printable } from '../core/printable.ts';

/** A column of a table that is made to fit. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** How its text is coloured, after everything is in its place. */
  readonly colour?: (row: Row) => ((text: string) => string) | undefined;
  /** True: its texts may be cut where the terminal is too narrow. */
  readonly isCut?: boolean;
  /** The columns with the highest number are left out first, where cutting is not enough; undefined: never. */
  readonly leftOut?: number;
}

/** Narrower than this, a cut text says nothing. */
const NARROWEST = 12;
const GAP = 2;

/**
 * Rows as aligned columns, each on one line whatever is in it.
 * @param width of the terminal; undefined: as wide as they are.
 */
export function fittedTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
): string {
  const all = columns.map((column) => filled(column, rows));
  const shown = width === undefined ? all : fitted(all, width);
  const lines = [-1, ...rows.keys()].map((index) => {
    const cells = shown.map(({ column, texts, width: its }, at) => {
      const text = index < 0 ? column.title : cut(texts[index] ?? '', its);
      const padding = at === shown.length - 1 ? '' : ' '.repeat(its - text.length + GAP);
      const row = rows[index];
      const colour = row === undefined ? undefined : column.colour?.(row);
      return (colour === undefined ? text : colour(text)) + padding;
    });
    return `${cells.join('').trimEnd()}\n`;
  });
  return lines.join('');
}

interface Filled<Row> {
  readonly column: Column<Row>;
  readonly texts: readonly string[];
  readonly width: number;
}

function filled<Row>(column: Column<Row>, rows: readonly Row[]): Filled<Row> {
  const texts = rows.map((row) => printable(column.text(row)));
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  return { column, texts, width: Math.max(column.title.length, longest) };
}

/** Leaves out what the terminal has no room for, and cuts the rest. */
function fitted<Row>(all: readonly Filled<Row>[], width: number): Filled<Row>[] {
  let shown = [...all];
  while (excess(shown.map(narrowest), width) > 0) {
    const order = shown.map(({ column }) => column.leftOut ?? -1);
    const last = Math.max(...order);
    if (last < 0) break;
    shown = shown.filter((_, at) => at !== order.indexOf(last));
  }
  // The widest gives way first.
  for (let over = excess(shown, width); over > 0; over -= 1) {
    const cuttable = shown.filter((one) => one.width > narrowest(one).width);
    const widest = cuttable.toSorted((a, b) => b.width - a.width)[0];
    if (widest === undefined) break;
    shown = shown.map((one) => (one === widest ? { ...one, width: one.width - 1 } : one));
  }
  return shown;
}

function narrowest<Row>(one: Filled<Row>): Filled<Row> {
  if (one.column.isCut !== true) return one;
  return { ...one, width: Math.min(one.width, Math.max(NARROWEST, one.column.title.length)) };
}

/** By how much columns are wider than a terminal. */
function excess(columns: readonly { readonly width: number }[], width: number): number {
  const gaps = GAP * (columns.length - 1);
  return columns.reduce((sum, column) => sum + column.width, gaps) - width;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** The width of the terminal; undefined where the output goes elsewhere. */
export function terminalWidth(
  { isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
): number | undefined {
  return isTTY && columns > 0 ? columns : undefined;
}
