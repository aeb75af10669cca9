import { defineConfig } from "vitest/config";

export default defineConfig({ test: { testTimeout: 60_000, include: ["tests/**/*.test.ts"], exclude: ["tests/e2e/**", "node_modules/**"] } });
