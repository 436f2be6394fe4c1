import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCovered } from './coverage.mjs';
import { loadedBy } from './imports.mjs';
import { mutantsOf } from './mutators.mjs';
import { withSourceFiles } from './parse.mjs';
import { describeMutant, summary } from './report.mjs';
import { sample } from './sample.mjs';

let directory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mutate-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** The mutants of a program, each as the whole program that it makes. */
function programs(text) {
  const path = join(directory, 'a.ts');
  writeFileSync(path, text);
  writeFileSync(join(directory, 'tsconfig.json'), '{"include":["*.ts"]}');
  const found = [];
  withSourceFiles(join(directory, 'tsconfig.json'), [path], (_path, sourceFile) => {
    found.push(...mutantsOf(sourceFile));
  });
  return found.map(
    ({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end),
  );
}

describe('mutants', () => {
  it('have other conditions, but no loop without end', () => {
    expect(programs('if (a) {}')).toEqual(['if (!(a)) {}', 'if (false) {}', 'if (true) {}']);
    expect(programs('while (a) {}')).toEqual(['while (!(a)) {}', 'while (false) {}']);
    expect(programs('c = a ? 1 : 2').slice(1)).toEqual([
      'c = !(a) ? 1 : 2',
      'c = false ? 1 : 2',
      'c = true ? 1 : 2',
    ]);
  });

  it('have other operators', () => {
    const operators = (text) => programs(`const x = a ${text} b;`).map((one) => one.slice(12, -3));
    expect(operators('<')).toEqual(['<=', '>=']);
    expect(operators('>=')).toEqual(['>', '<']);
    expect(operators('===')).toEqual(['!==']);
    expect(operators('&&')).toEqual(['||']);
    expect(operators('??')).toEqual(['&&']);
    expect(operators('+')).toEqual(['-']);
    expect(operators('in')).toEqual([]);
    expect(programs('const x = !a, y = -1;')).toEqual([
      'const x = a, y = -1;',
      'const x = !a, y = 1;',
    ]);
  });

  it('do less', () => {
    expect(programs('run(a);')).toEqual([';']);
    expect(programs('this.x = a;')).toEqual([';']);
    expect(programs('const x = await a;')).toEqual(['const x = a;']);
    expect(programs('await run();')).toEqual(['run();', ';']);
    expect(programs('class A extends B { constructor() { super(); } }')).toEqual([]);
  });

  it('return something else', () => {
    expect(programs('function f() { return true; }')).toEqual(['function f() { return false; }']);
    expect(programs('function f() { return a; }')).toEqual(['function f() { return undefined; }']);
    expect(programs('const f = () => a;')).toEqual(['const f = () => undefined;']);
    expect(programs('function f() { return; }')).toEqual([]);
  });

  it('have empty texts and lists', () => {
    expect(programs("const x = 'a';")).toEqual(["const x = '';"]);
    expect(programs('const x = `a${b}`;')).toEqual(["const x = '';"]);
    expect(programs('const x = [a, b];')).toEqual(['const x = [];']);
    expect(programs("const x = { 'a': '' }, y = [];")).toEqual([]);
  });

  it('leave types and imports alone', () => {
    expect(
      programs(
        "import { a } from './b';\ntype A = 'x' | ['y'];\ninterface B { c: 'z' }\nlet d: 'e';",
      ),
    ).toEqual([]);
  });

  it('are described by their place and their change', () => {
    const mutant = {
      path: join(directory, 'a.ts'),
      start: 4,
      end: 7,
      line: 1,
      mutator: 'operator',
    };
    const text = 'if (a\n&& b) c;';
    expect(describeMutant(directory, text, { ...mutant, end: 10, replacement: 'x' })).toBe(
      'a.ts:1 operator: a && b → x',
    );
  });
});

describe('a sample', () => {
  const items = Array.from({ length: 50 }, (_, at) => at);

  it('is the same for a seed, and another for another one', () => {
    expect(sample(items, 10, 1)).toEqual(sample(items, 10, 1));
    expect(sample(items, 10, 1)).not.toEqual(sample(items, 10, 2));
  });

  it('has nothing twice, and all when there is no more', () => {
    expect(new Set(sample(items, 20, 3)).size).toBe(20);
    expect(sample(items, 100, 3).sort((a, b) => a - b)).toEqual(items);
  });

  it('chooses from all of them alike', () => {
    const chosen = new Map(items.map((item) => [item, 0]));
    for (let seed = 0; seed < 1000; seed += 1) {
      for (const item of sample(items, 5, seed)) chosen.set(item, chosen.get(item) + 1);
    }
    expect(Math.min(...chosen.values())).toBeGreaterThan(60);
    expect(Math.max(...chosen.values())).toBeLessThan(140);
  });
});

it('a place is covered when the innermost statement around it ran', () => {
  // if (a) {   ran
  //   b;       did not
  // }
  const statements = [
    { start: [1, 0], end: [3, 1], ran: true },
    { start: [2, 2], end: [2, 4], ran: false },
  ];
  expect(isCovered(statements, { line: 1, column: 4 })).toBe(true);
  expect(isCovered(statements, { line: 2, column: 2 })).toBe(false);
  expect(isCovered(statements, { line: 3, column: 0 })).toBe(true);
  expect(isCovered(statements, { line: 9, column: 0 })).toBe(true);
  expect(isCovered(undefined, { line: 1, column: 4 })).toBe(false);
});

it('a test file loads what it imports, directly or not', () => {
  const write = (name, text) => writeFileSync(join(directory, name), text);
  write('a.ts', "import { b } from './b.ts';\nimport 'node:fs';");
  write('b.ts', "import './a.ts';\nexport const c = () => import('./c.ts');");
  write('c.ts', '');
  write('d.ts', '');
  expect([...loadedBy(join(directory, 'a.ts'))]).toEqual(
    ['a.ts', 'b.ts', 'c.ts'].map((name) => join(directory, name)),
  );
});

it('the summary counts a hanging test as one that noticed', () => {
  const results = ['failed', 'failed', 'timeout', 'passed'].map((result) => ({
    result,
    isCovered: result !== 'passed',
  }));
  expect(summary(results, 5)).toBe(
    'killed 2, timeouts 1, survived 1 (1 of them on lines that no test runs): 75 % died; ' +
      '1 were not tried for lack of time',
  );
});
