import { describe, expect, it } from "vitest";
import { displayWidth, renderTable } from "./table.ts";

describe("renderTable", () => {
  it("lines columns up, numbers at the right", () => {
    expect(
      renderTable(
        ["name", "rows"],
        [
          ["titles", "6236"],
          ["cast", "7"],
        ],
        ["left", "right"],
      ),
    ).toBe(["name    rows", "──────  ────", "titles  6236", "cast       7"].join("\n"));
  });

  it("keeps a row on one line and cuts what is too wide", () => {
    const text = renderTable(["a"], [["x\ny"], ["w".repeat(100)]]);
    expect(text.split("\n")).toHaveLength(4);
    expect(text).toContain("x↵y");
    expect(Math.max(...text.split("\n").map(displayWidth))).toBe(60);
  });

  it("counts wide characters as two and marks as none", () => {
    expect(displayWidth("東京")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
  });
});
