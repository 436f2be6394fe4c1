// The tables of all figures, for people.

/** A line per figure, then a line per series; with `compare`, also what that version reached. */
export function report(rows, compare) {
  const figures = rows.filter(({ points }) => points === undefined);
  const several = rows.filter(({ points }) => points !== undefined);
  const tables = [];
  if (figures.length > 0) tables.push(figureTable(figures, compare));
  if (several.length > 0) tables.push(seriesTable(several, compare));
  return tables.join('\n');
}

function figureTable(rows, compare) {
  const table = [
    ['', 'measured', '', 'baseline', 'ratio', 'goal', ''],
    ...rows.map(({ figure, value, unit, baseline, ratio, goal, reached }) => [
      figure,
      number(value),
      unit,
      number(baseline),
      number(ratio),
      goal,
      verdict(reached),
    ]),
  ];
  if (compare) {
    table[0].push(compare.slice(0, 20), 'this / that');
    for (const [i, { value, ratio, other }] of rows.entries()) {
      // Where there is a baseline, its ratio counts: the machine may have been busier meanwhile.
      const times = ratio === undefined ? value / other?.value : ratio / other?.ratio;
      table[i + 1].push(number(other?.value), number(times));
    }
  }
  return layOut(table, [0, 2, 5, 6]);
}

/** Every series has inputs of its own, so each line names them. */
function seriesTable(rows, compare) {
  const cells = ({ points }) => points.map(({ label, value }) => `${label}: ${short(value)}`);
  const lines = rows.flatMap((row) => {
    const grows = row.value === undefined ? '' : `grows × ${number(row.value)}`;
    const own = [row.figure, row.unit, grows, row.goal ?? '', verdict(row.reached), ...cells(row)];
    if (!row.other) return [own];
    return [own, [`  ${compare.slice(0, 20)}`, '', '', '', '', ...cells(row.other)]];
  });
  const widest = Math.max(...lines.map((line) => line.length));
  const table = lines.map((line) => [...line, ...Array(widest - line.length).fill('')]);
  return layOut(
    table,
    Array.from({ length: widest }, (_, i) => i),
  );
}

function verdict(reached) {
  if (reached === undefined) return '';
  return reached ? 'reached' : 'MISSED';
}

/** Two or three digits that mean something; thousands divided. */
function number(value) {
  if (value === undefined || !Number.isFinite(value)) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Three digits: 1.75M, 203k, 12.3. */
function short(value) {
  const options = { notation: 'compact', maximumSignificantDigits: 3 };
  return value.toLocaleString('en', options).replace('K', 'k');
}

/** Columns of text begin to the left, numbers end to the right. */
function layOut(table, textColumns) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) =>
        textColumns.includes(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
