import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.mjs'],
    exclude: ['crash', 'faults', 'browser', 'bench', 'e2e/long', 'package', 'nodes'].map(
      (name) => `test/${name}/**`,
    ),
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
