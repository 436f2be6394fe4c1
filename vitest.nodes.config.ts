import { defineConfig } from 'vitest/config';

// What integratord says under a Node that is too old. scripts/test-nodes.mjs runs it, and test/e2e under others.
export default defineConfig({
  test: {
    include: ['test/nodes/**/*.test.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
