import { defineConfig } from 'vitest/config';

// Packages as they are released: made once, then installed and run on systems of their own.
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/support/made-packages.ts'],
    reporters: ['verbose'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
