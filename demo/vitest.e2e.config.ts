import { defineConfig } from "vitest/config";

// One after the other: each test is a browser, and some of them look at the clock.
export default defineConfig({
  test: { include: ["tests/e2e/*.test.ts"], fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000, retry: 0 },
});
