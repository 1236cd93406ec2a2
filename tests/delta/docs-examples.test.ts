import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as delta from "../../src/delta.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-docs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("every example of docs/delta-tables.md runs, one after the other", async () => {
  const text = await readFile(new URL("../../docs/delta-tables.md", import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  expect(examples.length).toBeGreaterThan(4);
  const printed: string[] = [];
  const log = (...values: unknown[]): void => {
    printed.push(values.map((value) => JSON.stringify(value, textOfBigints)).join(" "));
  };
  for (const example of examples) {
    const code = example.replace(/^import .*\n/m, "").replaceAll('"data/', `"${folder}/`);
    await new AsyncFunction("DeltaTable", "console", code)(delta.DeltaTable, { log });
  }
  expect(printed).toEqual([
    '{"id":"2","name":"Bea","city":"Bern"}',
    "2 0 1",
    '3 "Int64"',
    "3",
    '7 "WRITE"',
    '6 "WRITE"',
    '5 "DELETE"',
    '"insert"',
  ]);
});

/** Runs text that waits, as a module does. */
const AsyncFunction = Reflect.get(
  Object.getPrototypeOf(async () => {}),
  "constructor",
) as new (...parts: string[]) => (...values: unknown[]) => Promise<void>;

function textOfBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
