import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.long.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    // One that waits for the disk leaves its core to the other.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: "tests/azurite/global-setup.ts",
    // Tests keep nothing between files, so what they import is loaded once a process: half of the time.
    isolate: false,
  },
});
