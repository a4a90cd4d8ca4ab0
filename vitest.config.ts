import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores are the smallest machine that runs the suite; timing tests share them.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
