import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBoathouseError } from "../../src/core/errors.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { RunLog } from "../../src/runs/run-log.ts";
import { checksums } from "./checksums.ts";
import { REPOSITORY } from "./flagship.ts";
import { openOrders, OWNER, TABLES, type Orders } from "./orders.ts";

describe("two processes that run a project on one root at once", () => {
  let alone: Orders;
  beforeAll(async () => {
    alone = await openOrders();
    expect((await alone.run()).status).toBe("succeeded");
  });
  afterAll(async () => {
    await alone.close();
  });

  it("both succeed, and leave what one alone leaves", async () => {
    const root = join(alone.root, "..", "shared");
    const codes = await Promise.all([boathouse(root, alone.source), boathouse(root, alone.source)]);
    expect(codes).toEqual([0, 0]);
    const lakehouse = await Lakehouse.open({ root, user: OWNER });
    expect(await checksums(lakehouse, "shop", TABLES)).toEqual(await checksums(alone.lakehouse, "shop", TABLES));
    const log = new RunLog((await lakehouse.platform()).state);
    expect(await log.list({ unfinished: true })).toEqual([]);
    const jobs = await log.list({ kind: "job" });
    expect(jobs.map((job) => job.status)).toEqual(["succeeded", "succeeded"]);
    // One run at a time: the second has waited for the first.
    const [second, first] = jobs;
    expect(second?.startedAt).toBeGreaterThanOrEqual(first?.finishedAt ?? Infinity);
    await lakehouse.close();
  });
});

/** Runs the project as a user does; gives the exit code. */
function boathouse(root: string, source: string): Promise<number | null> {
  const bind = `https://files.shop.example=${source}`;
  const args = ["bin/boathouse", "run", "tests/projects/orders", "--root", root, "--bind", bind, "--json"];
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    env: { ...process.env, BOATHOUSE_USER: OWNER },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

describe("two lakehouses over one root", () => {
  let folder: string;
  let both: readonly [Lakehouse, Lakehouse];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "both-"));
    const open = (): Promise<Lakehouse> => Lakehouse.open({ root: folder, user: OWNER, threads: 1 });
    both = [await open(), await open()];
    await run(both[0], "CREATE CATALOG c", "CREATE SCHEMA c.s", "CREATE TABLE c.s.t (id INT, by STRING)");
  });
  afterAll(async () => {
    for (const each of both) await each.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("append to a table, and no row is lost", async () => {
    const inserts = both.flatMap((lakehouse, index) =>
      Array.from({ length: 5 }, (_, n) => run(lakehouse, `INSERT INTO c.s.t VALUES (${n}, '${index}')`)),
    );
    await Promise.all(inserts);
    expect(await read(both[0], "SELECT count(*) AS n, count(DISTINCT id, by) AS d FROM c.s.t")).toEqual([
      { n: 10n, d: 10n },
    ]);
  });

  it("count in one row, and no update is lost: who comes too late is told so and comes again", async () => {
    await run(both[0], "CREATE TABLE c.s.counter AS SELECT 0 AS n");
    const count = async (lakehouse: Lakehouse): Promise<void> => {
      for (let done = 0; done < 5;) {
        try {
          await run(lakehouse, "UPDATE c.s.counter SET n = n + 1");
          done += 1;
        } catch (error) {
          if (!isBoathouseError(error) || !error.code.startsWith("DELTA_CONCURRENT")) throw error;
        }
      }
    };
    await Promise.all(both.map(count));
    expect(await read(both[1], "SELECT n FROM c.s.counter")).toEqual([{ n: 10 }]);
    expect(await read(both[1], "DESCRIBE HISTORY c.s.counter")).toHaveLength(11);
  });

  it("make the same table once", async () => {
    const made = await Promise.allSettled(both.map((each) => run(each, "CREATE TABLE c.s.once AS SELECT 1 AS a")));
    expect(made.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = made.find((each) => each.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "TABLE_OR_VIEW_ALREADY_EXISTS" });
    await Promise.all(both.map((each) => run(each, "CREATE TABLE IF NOT EXISTS c.s.maybe (a INT)")));
    await run(both[0], "INSERT INTO c.s.maybe VALUES (1)");
    expect(await read(both[1], "SELECT * FROM c.s.maybe")).toEqual([{ a: 1 }]);
  });

  it("update the same pipeline, and every file is taken once", async () => {
    const text = `
      CREATE STREAMING TABLE copied AS SELECT * FROM STREAM c.s.t;
      CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM copied;`;
    const spec = { id: "p", name: "p", catalog: "c", schema: "s", configuration: {}, include: [], development: true };
    const updates = both.map(async (each) => {
      const runner = await each.pipelines();
      const handle = await runner.start({ spec, files: [{ path: "p.sql", text }], request: {} });
      return handle.finished;
    });
    const outcomes = await Promise.all(updates);
    expect(outcomes.map((each) => each.error)).toEqual([undefined, undefined]);
    expect(await read(both[0], "SELECT n FROM c.s.counted")).toEqual([{ n: 10n }]);
    expect(await read(both[1], "SELECT count(*) AS n FROM c.s.copied")).toEqual([{ n: 10n }]);
  });
});

async function run(lakehouse: Lakehouse, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await read(lakehouse, statement);
}

async function read(lakehouse: Lakehouse, statement: string): Promise<unknown[]> {
  const session = await lakehouse.session();
  try {
    return await (await session.sql(statement)).rows();
  } finally {
    await session.close();
  }
}
