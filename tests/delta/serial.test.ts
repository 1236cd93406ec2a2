import { describe, it } from "vitest";
import { playScenarios } from "./serial-play.ts";

describe("four writers and a reader of one table", () => {
  it("see what some order of the commits gives, at every version and in the changes between them", async () => {
    await playScenarios({ runs: 3, minLength: 6, maxLength: 14 });
  }, 900_000);
});
