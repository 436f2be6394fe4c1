import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

const files: SourceFile[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
  .map((path) => {
    const text = readFileSync(join(source, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s+'([^']+)'/g)].map((match) =>
      match[1]?.startsWith('.')
        ? relative(source, resolve(source, dirname(path), match[1]))
        : (match[1] ?? ''),
    );
    return { path, text, lines: text.split('\n').length, imports };
  });

/**
 * Whom each room may import, besides itself. A room is a folder of `src`, with all that is in it; a
 * new one must be listed here. `undefined`: it composes, and may import all.
 */
const ROOMS: Readonly<Record<string, readonly string[] | undefined>> = {
  alert: [],
  core: ['alert'],
  filters: ['alert', 'core'],
  times: ['core'],
  conditions: ['alert', 'core', 'times'],
  grouping: ['alert', 'core', 'conditions', 'times'],
  silences: ['alert', 'core', 'conditions', 'grouping', 'times'],
  routing: ['alert', 'core', 'filters', 'conditions', 'grouping', 'silences'],
  simulation: ['alert', 'core', 'filters', 'conditions', 'routing', 'grouping', 'silences'],
  intake: ['alert', 'core', 'routing'],
  lanes: ['alert', 'core'],
  outbox: ['alert', 'core'],
  'sources/*': ['alert', 'core'],
  control: ['core'],
  // What a simulation found is shown on a page.
  console: ['alert', 'core', 'outbox', 'simulation'],
  config: ['alert', 'core', 'filters', 'conditions', 'grouping', 'silences', 'times'],
  transport: ['core'],
  telemetry: ['alert', 'core'],
  'destinations/sdk': ['alert', 'core'],
  'destinations/*': ['destinations/sdk'],
  destinations: ['core', 'destinations/*', 'destinations/sdk'],
  app: undefined,
  dropin: undefined,
  demo: undefined,
  cli: undefined,
};

/** Libraries that only one file may know, so that they can be exchanged. */
const ONE_IMPORTER = [
  '@photostructure/sqlite',
  'koffi',
  'undici',
  'pino',
  'pino-pretty',
  'prom-client',
  'yaml',
  '@marcbachmann/cel-js',
  're2js',
  'hono',
  '@hono/node-server',
];

/** The room of a file: its folder, or the nearest one above it that is listed. */
function roomOf(path: string): string | undefined {
  const folders = dirname(path).split(sep);
  for (let depth = folders.length; depth > 0; depth -= 1) {
    const parent = folders.slice(0, depth - 1).join('/');
    const candidates = [folders.slice(0, depth).join('/'), `${parent}/*`];
    const room = candidates.find((candidate) => candidate in ROOMS);
    if (room !== undefined) return room;
  }
  return undefined;
}

describe('architecture', () => {
  it('finds the source files', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('knows the room of every file', () => {
    expect(files.filter((file) => roomOf(file.path) === undefined)).toEqual([]);
  });

  it.each(Object.entries(ROOMS))('%s imports only what it may', (room, allowed) => {
    const wrong = files
      .filter((file) => roomOf(file.path) === room)
      .flatMap((file) => file.imports.map((name) => ({ from: file.path, name })))
      .filter(({ name }) => /\.tsx?$/.test(name))
      .filter(({ from, name }) => {
        const other = roomOf(name) ?? '';
        if (allowed === undefined) return false;
        // One folder in a room of many, such as a destination, knows nothing of the others.
        if (other === room) return room.endsWith('*') && dirname(from) !== dirname(name);
        return !allowed.includes(other);
      });
    expect(wrong).toEqual([]);
  });

  it('has no circle of imports', () => {
    const imports = new Map(files.map((file) => [file.path, file.imports]));
    const finished = new Set<string>();
    const visit = (path: string, trail: readonly string[]): readonly string[] => {
      if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
      if (finished.has(path)) return [];
      for (const next of imports.get(path) ?? []) {
        const circle = imports.has(next) ? visit(next, [...trail, path]) : [];
        if (circle.length > 0) return circle;
      }
      finished.add(path);
      return [];
    };
    expect(files.flatMap((file) => visit(file.path, []))).toEqual([]);
  });

  it.each(ONE_IMPORTER)('%s has one importer', (library) => {
    const importers = files.filter((file) => file.imports.includes(library));
    expect(importers.map((file) => file.path)).toHaveLength(1);
  });

  it('keeps SQL in outbox', () => {
    const sql = /\b(?:SELECT\s[^;`']*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b/;
    const wrong = files.filter((file) => roomOf(file.path) !== 'outbox' && sql.test(file.text));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('asks only the clock for time and chance', () => {
    const clockless =
      /\b(?:Date\.now|setTimeout|setInterval|Math\.random|performance\.now)\(|\bnew Date\(\)/;
    const wrong = files.filter(
      (file) => file.path !== join('core', 'clock.ts') && clockless.test(file.text),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('takes paths from addresses of files by fileURLToPath, as blanks are escaped in an address', () => {
    const wrong = files.filter((file) => /import\.meta\.url\)\.pathname/.test(file.text));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('keeps files small', () => {
    expect(files.filter((file) => file.lines > 300).map((file) => file.path)).toEqual([]);
  });
});
