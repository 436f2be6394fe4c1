import { describe, expect, it } from 'vitest';
import { type Column, fittedTable, terminalWidth } from './table.ts';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly extra: string;
}

const COLUMNS: Column<Row>[] = [
  { title: 'ID', text: ({ id }) => id, colour: () => (text) => `<${text}>` },
  { title: 'EXTRA', text: ({ extra }) => extra, leftOut: 1 },
  { title: 'TEXT', text: ({ text }) => text, isCut: true },
];
const ROWS = [
  { id: '1', text: 'a text that is long', extra: 'something' },
  { id: '22', text: 'short', extra: '-' },
];

describe('a table', () => {
  it('is as wide as it is where there is no terminal', () => {
    expect(fittedTable(COLUMNS, ROWS, undefined)).toBe(
      'ID  EXTRA      TEXT\n' +
        '<1>   something  a text that is long\n' +
        '<22>  -          short\n',
    );
  });

  it('cuts what may be cut', () => {
    expect(fittedTable(COLUMNS, ROWS, 29)).toBe(
      'ID  EXTRA      TEXT\n<1>   something  a text that i…\n<22>  -          short\n',
    );
  });

  it('leaves columns out where cutting is not enough', () => {
    expect(fittedTable(COLUMNS, ROWS, 18)).toBe('ID  TEXT\n<1>   a text that i…\n<22>  short\n');
  });

  it('keeps what it must, however narrow the terminal is', () => {
    expect(fittedTable(COLUMNS, ROWS, 3)).toBe('ID  TEXT\n<1>   a text that…\n<22>  short\n');
  });

  it('keeps each row on one line, whatever is in it', () => {
    const rows = [{ id: '1', text: 'a\nb\u001b[2J', extra: '' }];
    expect(fittedTable(COLUMNS, rows, undefined).split('\n')).toHaveLength(3);
    expect(fittedTable(COLUMNS, rows, undefined)).not.toContain('\u001b');
  });
});

it('only a terminal has a width', () => {
  expect(terminalWidth({ isTTY: true, columns: 80 })).toBe(80);
  expect(terminalWidth({ isTTY: false, columns: 80 })).toBeUndefined();
  expect(terminalWidth({ isTTY: true, columns: 0 })).toBeUndefined();
});
