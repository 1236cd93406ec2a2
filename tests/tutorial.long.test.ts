import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { runAll, transcriptsIn, TUTORIAL } from "../scripts/docs/tutorial.ts";

test("the commands of the tutorial print what it shows", { timeout: 300_000 }, async () => {
  const shown = transcriptsIn(await readFile(TUTORIAL, "utf8"));
  const printed = await runAll(shown.map(({ command }) => command));
  expect(shown.length).toBeGreaterThan(20);
  for (const [index, { command, output }] of shown.entries()) {
    expect(comparable(printed[index]?.output ?? ""), command).toEqual(comparable(output));
  }
});

/** Without what differs from run to run: times, widths of columns, the order of steps, and what only Sundays run. */
function comparable(output: string): string[] {
  return output
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?/g, "<time>")
    .replace(/\b\d+(\.\d+)? s\b/g, "<duration>")
    .replace(/─+/g, "─")
    .replace(/[ \t]+/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !/titles_(rebuild|update)|is_sunday/.test(line))
    .toSorted();
}
