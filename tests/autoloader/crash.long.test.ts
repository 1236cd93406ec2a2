import { describe, it } from "vitest";
import { killEverywhere } from "./crash.ts";

describe("a stream that is killed", () => {
  it.each(["before", "after"] as const)(
    "gives every file once (%s an operation takes effect)",
    async (when) => {
      await killEverywhere(when, 1);
    },
    300_000,
  );
});
