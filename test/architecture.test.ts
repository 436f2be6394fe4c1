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
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((path) => {
    const text = readFileSync(join(source, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s+'([^']+)'/g)].map((match) =>
      match[1]?.startsWith('.')
        ? relative(source, resolve(source, dirname(path), match[1]))
        : (match[1] ?? ''),
    );
    return { path, text, lines: text.split('\n').length, imports };
  });

/** Whom each room may import, besides itself. Files directly in src compose, and may import all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  source: ['core'],
  store: ['core'],
  transport: ['core'],
  telemetry: ['core'],
  destinations: ['core'],
  delivery: ['core'],
};

/** Libraries that only one file may know, so that they can be exchanged. */
const ONE_IMPORTER = ['@photostructure/sqlite', 'undici', 'pino', 'pino-pretty', 'yaml'];

const roomOf = (path: string) => (path.includes(sep) ? (path.split(sep)[0] as string) : '');

describe('architecture', () => {
  it('finds the source files', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it.each(Object.entries(ROOMS))('%s imports only what it may', (room, allowed) => {
    const wrong = files
      .filter((file) => roomOf(file.path) === room)
      .flatMap((file) => file.imports.map((name) => ({ from: file.path, name })))
      .filter(({ name }) => name.endsWith('.ts'))
      .filter(({ name }) => ![room, ...allowed].includes(roomOf(name)));
    expect(wrong).toEqual([]);
  });

  it.each(ONE_IMPORTER)('%s has one importer', (library) => {
    const importers = files.filter((file) => file.imports.includes(library));
    expect(importers.map((file) => file.path)).toHaveLength(1);
  });

  it('keeps SQL in store', () => {
    const sql = /\b(?:SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b/;
    const wrong = files.filter((file) => roomOf(file.path) !== 'store' && sql.test(file.text));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('asks only the clock for time and chance', () => {
    const clockless = /\b(?:Date\.now|setTimeout|setInterval|Math\.random|performance\.now)\(/;
    const wrong = files.filter(
      (file) => file.path !== join('core', 'clock.ts') && clockless.test(file.text),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('keeps files small', () => {
    expect(files.filter((file) => file.lines > 320).map((file) => file.path)).toEqual([]);
  });
});
