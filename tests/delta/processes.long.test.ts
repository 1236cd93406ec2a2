import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, LONG, struct } from "../../src/core/data-type.ts";
import { createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const WRITERS = [0, 1];
const ROUNDS = Number(process.env["BOATHOUSE_RUNS"] ?? 60);
const KEYS = 20;

function start(writer: number): ChildProcess {
  const parts = ["--import", "tsx", join(import.meta.dirname, "merge-writer.ts")];
  const given = [lake.folder, String(writer), String(ROUNDS)];
  return spawn(process.execPath, [...parts, ...given], { stdio: ["ignore", "inherit", "inherit"] });
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

/** Rows of a writer that has done so many rounds: key and the round that set it last. */
function expected(rounds: number): [number, number][] {
  const rows = new Map<number, number>();
  for (let n = 0; n < rounds; n += 1) {
    for (let key = 0; key < KEYS; key += 1) {
      if (key === n % KEYS && rows.has(key)) rows.delete(key);
      else rows.set(key, n);
    }
  }
  return [...rows].toSorted(([a], [b]) => a - b);
}

/** Compares the newest version with what the writers say they have done. Gives the rounds of all. */
async function check(): Promise<number> {
  const snapshot = await lake.table("merged").snapshot();
  const rows = (await rowsOf(lake, snapshot, "writer, key")).map((row) =>
    ["writer", "key", "n"].map((name) => Number(row[name])),
  );
  let total = 0;
  for (const writer of WRITERS) {
    const rounds = (snapshot.transactionVersion(`merge-${writer}`) ?? -1) + 1;
    total += rounds;
    const own = rows.filter(([owner]) => owner === writer).map(([, key, n]) => [key, n]);
    expect(own).toEqual(expected(rounds));
  }
  // The row that all share was made by the first and has grown with each of the others.
  expect(rows.filter(([owner]) => owner === -1)).toEqual(total === 0 ? [] : [[-1, 0, total - 1]]);
  return total;
}

describe("processes that merge and optimize one table", () => {
  it("lose nothing and repeat nothing when they are killed at random moments", async () => {
    await createTable(lake, "merged", {
      schema: struct([field("writer", LONG), field("key", LONG), field("n", LONG)]),
      properties: {
        "delta.enableDeletionVectors": "true",
        "delta.enableChangeDataFeed": "true",
        "delta.checkpointPolicy": "v2",
        "delta.checkpointInterval": "3",
      },
    });
    const steady = start(1);
    let kills = 0;
    for (;;) {
      const victim = start(0);
      // It takes a second or two to begin its work.
      const code = await Promise.race([ended(victim), sleep(1500 + Math.random() * 2500).then(() => undefined)]);
      if (code !== undefined) {
        expect(code).toBe(0);
        break;
      }
      victim.kill("SIGKILL");
      await ended(victim);
      kills += 1;
      await check();
    }
    expect(await ended(steady)).toBe(0);
    expect(kills).toBeGreaterThan(0);
    expect(await check()).toBe(WRITERS.length * ROUNDS);
    await lake.table("merged").vacuum({ retention: 0, allowShortRetention: true });
    expect(await check()).toBe(WRITERS.length * ROUNDS);
  }, 600_000);
});
