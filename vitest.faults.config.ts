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
    // Two tests out of 184 once waited for ever in a run of 15 minutes, and never again in hundreds of
    // repetitions. Until it is known why, a second try is allowed; the report names those that needed it.
    retry: 1,
  },
});
