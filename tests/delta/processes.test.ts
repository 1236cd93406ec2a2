import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, struct } from "../../src/core/data-type.ts";
import { createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const COMMITS = 12;

function start(writer: number): ChildProcess {
  const file = join(import.meta.dirname, "writer.ts");
  const parts = ["--import", "tsx", file, lake.folder, String(writer), String(COMMITS)];
  return spawn(process.execPath, parts, { stdio: ["ignore", "inherit", "inherit"] });
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  await once(child, "exit");
  return child.exitCode;
}

describe("processes that write one table", () => {
  it("lose no commit, repeat none, and never see half of one, also when one is killed and started again", async () => {
    await createTable(lake, "shared", { schema: struct([field("writer", INT), field("n", INT)]) });
    const children = [0, 1, 2].map(start);
    const [victim] = children;
    const table = lake.table("shared");
    let done = false;
    const all = Promise.all(children.slice(1).map(ended)).finally(() => (done = true));
    let reads = 0;
    while (!done) {
      const snapshot = await table.snapshot();
      const rows = await rowsOf(lake, snapshot);
      const perWriter = counts(rows.map((row) => Number(row["writer"])));
      for (const writer of [0, 1, 2]) {
        // Commit n (from 0) leaves n + 1 rows, less one for every fourth commit.
        const seen = (snapshot.transactionVersion(`writer-${writer}`) ?? -1) + 1;
        expect(perWriter.get(writer) ?? 0).toBe(seen - Math.floor(seen / 4));
        if (writer === 0 && seen >= 3) victim?.kill("SIGKILL");
      }
      reads += 1;
    }
    victim?.kill("SIGKILL");
    await (victim === undefined ? undefined : ended(victim));
    expect(await all).toEqual([0, 0]);
    expect(await ended(start(0))).toBe(0);
    expect(reads).toBeGreaterThan(2);
    const rows = await rowsOf(lake, await lake.table("shared").snapshot());
    const expected = [0, 1, 2].flatMap((writer) =>
      Array.from({ length: COMMITS }, (_, n) => ({ writer, n })).filter(({ n }) => n % 4 !== 2),
    );
    expect(rows).toEqual(expected);
    const history = await lake.table("shared").history();
    expect(history).toHaveLength(3 * COMMITS + 1);
  }, 60_000);
});

function counts(values: readonly number[]): Map<number, number> {
  const result = new Map<number, number>();
  for (const value of values) result.set(value, (result.get(value) ?? 0) + 1);
  return result;
}
