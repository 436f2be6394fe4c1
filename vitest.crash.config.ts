import { defineConfig } from 'vitest/config';

// Real daemons that are killed, for as many rounds as CRASH_ROUNDS says.
export default defineConfig({
  test: { include: ['test/crash/*.test.ts'], reporters: ['default'] },
});
