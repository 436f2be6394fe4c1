// Which test file runs which statements of a room. It is found out once, and remembered until a file
// changes that the test file loads.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { loadedBy } from './imports.mjs';
import { runTests } from './vitest.mjs';

/**
 * For each test file (path) that loads something of the room (folder): `{ ms, statements }`, where
 * `statements` has those of each file of the room, for `isCovered`. `cache` is a directory.
 */
export async function coverageOf(root, room, testFiles, cache, log) {
  const found = new Map();
  for (const test of testFiles) {
    const loaded = [...loadedBy(test)];
    if (!loaded.some((path) => path.startsWith(`${room}/`) && !path.endsWith('.test.ts'))) continue;
    const kept = join(cache, `${digest(room, loaded)}.json`);
    if (!existsSync(kept)) {
      const name = relative(root, test);
      log(`covering ${name}`);
      mkdirSync(dirname(kept), { recursive: true });
      writeFileSync(kept, JSON.stringify(await cover(root, room, name)));
    }
    found.set(test, JSON.parse(readFileSync(kept, 'utf8')));
  }
  return found;
}

function digest(room, paths) {
  const hash = createHash('sha256').update(room);
  for (const path of paths) hash.update(`\n${path}\n`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 32);
}

async function cover(root, room, name) {
  const directory = mkdtempSync(join(tmpdir(), 'mutate-coverage-'));
  try {
    const { result, ms } = await runTests([name], {
      args: [
        '--coverage.enabled',
        '--coverage.provider=v8',
        '--coverage.reporter=json',
        `--coverage.reportsDirectory=${directory}`,
        `--coverage.include=${relative(root, room)}/**/*.ts`,
      ],
    });
    if (result !== 'passed') throw new Error(`${name} does not pass as it is`);
    const report = JSON.parse(readFileSync(join(directory, 'coverage-final.json'), 'utf8'));
    return { ms, statements: Object.fromEntries(Object.entries(report).map(statementsOf)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function statementsOf([path, { statementMap, s }]) {
  const statements = Object.entries(statementMap).map(([id, { start, end }]) => ({
    start: [start.line, start.column],
    end: [end.line, end.column],
    ran: s[id] > 0,
  }));
  return [path, statements];
}

/**
 * True when what is at a place (line from 1, column from 0) ran: the innermost statement decides.
 * What is in no statement runs when the file is loaded.
 */
export function isCovered(statements, { line, column }) {
  if (statements === undefined) return false;
  let innermost;
  for (const statement of statements) {
    const isIn =
      !isBefore([line, column], statement.start) && isBefore([line, column], statement.end);
    if (isIn && (innermost === undefined || !isBefore(statement.start, innermost.start))) {
      innermost = statement;
    }
  }
  return innermost?.ran ?? true;
}

function isBefore([line, column], [otherLine, otherColumn]) {
  return line < otherLine || (line === otherLine && column < otherColumn);
}
