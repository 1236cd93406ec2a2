import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDb } from "../src/duckdb/duckdb.ts";
import { Lakehouse } from "../src/project/lakehouse.ts";
import type { Benchmark } from "./benchmark.ts";
import { inTurn, ratioLine, timed } from "./measure.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");
const COMMAND = join(REPOSITORY, "bin/boathouse");

/** The built command, against what any program of Node costs, and any that loads DuckDB. */
export const startup: Benchmark = {
  name: "startup",
  description: "the command, built; the peers are an empty program of Node and one that asks DuckDB the same",
  async *run({ pairs }) {
    if (!existsSync(join(REPOSITORY, "dist/cli/main.js"))) {
      yield "  not built: npm run build";
      return;
    }
    const root = await mkdtemp(join(tmpdir(), "boathouse-bench-"));
    try {
      const statement = ["sql", "SELECT 1", "--root", root];
      await run([COMMAND, ...statement]);
      const duckDb = `const { DuckDBInstance } = await import("@duckdb/node-api");
        const connection = await (await DuckDBInstance.create(":memory:")).connect(); await connection.runAndReadAll("SELECT 1");`;
      for (const [what, ours, peer] of [
        ["boathouse --help", ["--help"], ["-e", ""]],
        ["boathouse sql 'SELECT 1'", statement, ["--input-type=module", "-e", duckDb]],
      ] as const) {
        const { ours: own, theirs } = await inTurn(
          Math.max(5, pairs),
          () => timed(() => run([COMMAND, ...ours])),
          () => timed(() => run(peer)),
        );
        yield ratioLine(what, own, theirs, "seconds");
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};

const LINEITEM = `l_orderkey BIGINT, l_quantity DECIMAL(15, 2), l_extendedprice DECIMAL(15, 2), l_discount DECIMAL(15, 2),
  l_tax DECIMAL(15, 2), l_returnflag VARCHAR, l_linestatus VARCHAR, l_shipdate DATE`;
const PRICING_SUMMARY = `SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice) AS sum_base_price,
  sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge,
  avg(l_quantity) AS avg_qty, avg(l_extendedprice) AS avg_price, avg(l_discount) AS avg_disc, count(*) AS count_order
  FROM lineitem WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY
  GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`;

/** Parsing, names, privileges, types and lineage of one query; DuckDB parses, binds and optimizes the same text. */
export const sqlAnalysis: Benchmark = {
  name: "sql-analysis",
  description: "TPC-H's first query analyzed, warm, with names looked up in the catalog; the peer is DuckDB's EXPLAIN",
  async *run({ pairs }) {
    const root = await mkdtemp(join(tmpdir(), "boathouse-bench-"));
    const database = await DuckDb.open();
    const lakehouse = await Lakehouse.open({ root });
    try {
      const connection = await database.connect();
      await connection.run(`CREATE TABLE lineitem (${LINEITEM})`);
      const session = await lakehouse.session();
      for (const statement of ["CREATE CATALOG bench", "USE CATALOG bench", "CREATE SCHEMA tpch", "USE SCHEMA tpch"]) {
        await session.sql(statement);
      }
      await session.sql(`CREATE TABLE lineitem (${LINEITEM.replaceAll("VARCHAR", "STRING")})`);
      const many = async (work: () => Promise<unknown>): Promise<number> => {
        const seconds = await timed(async () => {
          for (let time = 0; time < 100; time += 1) await work();
        });
        return seconds / 100;
      };
      const analyze = (): Promise<number> => many(() => session.analyze(PRICING_SUMMARY));
      const explain = (): Promise<number> => many(() => connection.rows(`EXPLAIN ${PRICING_SUMMARY}`));
      await analyze();
      await explain();
      const { ours, theirs } = await inTurn(Math.max(5, pairs), analyze, explain);
      yield ratioLine("one query", ours, theirs, "seconds");
      await session.close();
    } finally {
      await lakehouse.close();
      await database.close();
      await rm(root, { recursive: true, force: true });
    }
  },
};

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: "ignore" });
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with the exit code ${code}.`);
}
