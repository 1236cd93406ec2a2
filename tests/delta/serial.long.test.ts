import { describe, it } from "vitest";
import { playScenarios } from "./serial-play.ts";

describe("four writers and a reader of one table, for long", () => {
  it("see what some order of the commits gives, at every version and in the changes between them", async () => {
    await playScenarios({ runs: 60, minLength: 15, maxLength: 45 });
  }, 900_000);
});
