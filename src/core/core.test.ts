import { describe, expect, it } from "vitest";
import { BoathouseError, unreachable } from "./errors.ts";
import { seededIds, uuidFrom } from "./ids.ts";
import { didYouMean, nearest } from "./nearest.ts";

describe("nearest", () => {
  it("finds what was meant, whatever its case, and nothing that is far off", () => {
    expect(nearest("titel", ["title", "rating", "TITLES"], 2)).toEqual(["title", "TITLES"]);
    expect(nearest("xyzzy", ["title", "rating"])).toEqual([]);
    expect(didYouMean("Copyy", ["Copy", "Wait"])).toBe('Did you mean "Copy"?');
    expect(didYouMean("q", [])).toBeUndefined();
  });
});

describe("identities", () => {
  it("follow from their parts, each part apart", () => {
    expect(uuidFrom("a", "bc")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidFrom("a", "bc")).toBe(uuidFrom("a", "bc"));
    expect(uuidFrom("a", "bc")).not.toBe(uuidFrom("ab", "c"));
  });

  it("repeat with the seed", () => {
    const [first, second] = [seededIds("s"), seededIds("s")];
    expect([first.uuid(), first.uuid()]).toEqual([second.uuid(), second.uuid()]);
  });
});

describe("BoathouseError", () => {
  it("keeps all it knows when it is given a place", () => {
    const cause = new Error("low");
    const error = new BoathouseError("X", "what", { hint: "do", sqlState: "42000", cause, details: { a: 1 } });
    const placed = error.at({ line: 2, column: 3 }, "text");
    expect(placed).toMatchObject({
      code: "X",
      message: "what",
      hint: "do",
      sqlState: "42000",
      details: { a: 1 },
      cause,
    });
    expect(placed.location).toEqual({ line: 2, column: 3 });
    expect(placed.source).toBe("text");
  });

  it("calls our own mistakes defects", () => {
    expect(() => unreachable("no such state")).toThrow(expect.objectContaining({ kind: "defect" }) as Error);
  });
});
