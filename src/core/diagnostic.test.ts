import { describe, expect, it } from "vitest";
import { codeFrame, describeError, locationOf } from "./diagnostic.ts";
import { BoathouseError } from "./errors.ts";

describe("locationOf", () => {
  it("counts lines and columns from 1, whatever ends a line", () => {
    expect(locationOf("ab\ncd", 3)).toMatchObject({ line: 2, column: 1 });
    expect(locationOf("ab\r\ncd", 5)).toMatchObject({ line: 2, column: 2 });
    expect(locationOf("ab\rcd", 3)).toMatchObject({ line: 2, column: 1 });
    expect(locationOf("ab", 99)).toMatchObject({ line: 1, column: 3 });
  });
});

describe("codeFrame", () => {
  const source = "SELECT\n\ttitel\nFROM titles";

  it("puts the caret under the place, tabs kept", () => {
    const at = source.indexOf("titel");
    expect(codeFrame(source, locationOf(source, at, at + 5))).toBe(
      ["  1 | SELECT", "  2 | \ttitel", "    | \t^^^^^", "  3 | FROM titles"].join("\n"),
    );
  });

  it("cuts a line of a megabyte around the place", () => {
    const long = `${"x".repeat(1_000_000)}!${"y".repeat(1_000_000)}`;
    const frame = codeFrame(long, locationOf(long, 1_000_000, 1_000_001));
    expect(frame.length).toBeLessThan(400);
    const [text = "", caret = ""] = frame.split("\n");
    expect(text.charAt(caret.indexOf("^"))).toBe("!");
  });
});

describe("describeError", () => {
  it("says what, where, and what to do next", () => {
    const error = new BoathouseError("UNKNOWN_ACTIVITY", 'There is no activity type "Copyy".', {
      location: { file: "pipeline/p.json", line: 1, column: 10, endColumn: 15 },
      source: '{"type": "Copyy"}',
      hint: 'Did you mean "Copy"?',
    });
    expect(describeError(error)).toBe(
      [
        'There is no activity type "Copyy". [UNKNOWN_ACTIVITY]',
        "  at pipeline/p.json:1:10",
        '  1 | {"type": "Copyy"}',
        "    |          ^^^^^",
        '  Did you mean "Copy"?',
      ].join("\n"),
    );
  });
});
