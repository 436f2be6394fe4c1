import { defineConfig } from 'vitest/config';

// Real daemons on full disks, with dead name servers, stuck pipes and lying services.
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    reporters: ['verbose'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // They measure how the daemon fares, which another test's daemon would disturb.
    maxWorkers: 1,
  },
});
