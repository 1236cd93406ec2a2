import { defineConfig } from "vitest/config";

/** The suites that take minutes: fuzzing, crashes at many points, scale. */
export default defineConfig({
  test: {
    include: ["src/**/*.long.test.ts", "tests/**/*.long.test.ts"],
    passWithNoTests: true,
    testTimeout: 900_000,
    hookTimeout: 120_000,
    pool: "forks",
    globalSetup: "tests/azurite/global-setup.ts",
    fileParallelism: false,
  },
});
