import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** The bytes of a fixture, by its path below `test/fixtures`. */
export function fixture(path: string): Buffer {
  return readFileSync(fixtures + path);
}

/** The lines of a fixture, as bytes, without their ends. */
export function fixtureLines(path: string): Buffer[] {
  const lines: Buffer[] = [];
  const bytes = fixture(path);
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf('\n', start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/** The rows of a file of test vectors. */
export function vectors<Row>(name: string): Row[] {
  return fixtureLines(`conformance/${name}`).map(
    (line) => JSON.parse(line.toString('utf8')) as Row,
  );
}
