import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { LiveArea } from "./live-area.ts";

describe("a live area", () => {
  it("is redrawn below the lines that are said, cut to the terminal, and taken away at the end", () => {
    const err = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true, columns: 12 });
    const terminal = { out: err, err, interactive: true, style: (_: unknown, text: string) => text };
    const shown = ["short", "much too long for it"];
    const area = new LiveArea(terminal, () => shown);
    area.print("said");
    shown.shift();
    area.print("again");
    area.stop();
    expect(err.read()).toBe(
      "said\nshort\nmuch too l…\n" + "\u001b[2A\u001b[0J" + "again\nmuch too l…\n" + "\u001b[1A\u001b[0J",
    );
  });
});
