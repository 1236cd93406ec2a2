import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../src/core/json.ts";
import { DuckDb } from "../src/duckdb/duckdb.ts";
import { quoteString } from "../src/sql/quote.ts";
import { openFlagship, TABLES } from "../tests/e2e/flagship.ts";
import type { Benchmark, Part } from "./benchmark.ts";
import { byHand } from "./by-hand.ts";
import { inProcess, inTurn, median, numberOf, ratioLine, valueLine, type ProcessRun } from "./measure.ts";
import { sampleAt } from "./sample.ts";
import { timedSessions } from "./timed-sessions.ts";

/**
 * The flagship end to end, against the same work as one DuckDB script that writes the same tables as Parquet; then the
 * flagship once more over the lakehouse that it has just made, where nothing is new.
 */
export const lakehouse: Benchmark = {
  name: "lakehouse",
  description: "the flagship, from its sources to gold; the peer is one DuckDB script written by hand",
  async *run({ scale, pairs }) {
    const source = await sampleAt(scale);
    const work = await mkdtemp(join(tmpdir(), "boathouse-bench-"));
    try {
      const again: ProcessRun[] = [];
      const { ours, theirs } = await inTurn(
        pairs,
        async () => {
          const root = join(work, "root");
          await rm(root, { recursive: true, force: true });
          const run = await inProcess("flagship", { source, root });
          again.push(await inProcess("flagship", { source, root }));
          return run;
        },
        async () => {
          const target = join(work, "by-hand");
          await rm(target, { recursive: true, force: true });
          await mkdir(target);
          return inProcess("by-hand", { source, target });
        },
      );
      const [first, peer] = [rowsOf(ours), rowsOf(theirs)];
      if (first !== peer) throw new Error(`The tables differ: ${first} rows, by hand ${peer}.`);
      yield `  ${first} rows in all tables, on both sides`;
      yield ratioLine("whole process", seconds(ours), seconds(theirs), "seconds");
      yield ratioLine("processor time", cpu(ours), cpu(theirs), "seconds");
      yield ratioLine("peak memory", memory(ours), memory(theirs), "bytes");
      const reports = (name: string, runs: readonly ProcessRun[]): number =>
        median(runs.map(({ report }) => numberOf(report, name)));
      yield valueLine("of it: outside of any statement", reports("outside", ours), "seconds");
      yield valueLine("nothing new: whole process", median(seconds(again)), "seconds");
      yield valueLine("nothing new: processor time", median(cpu(again)), "seconds");
      yield valueLine("nothing new: the run", reports("run", again), "seconds");
      yield valueLine("nothing new: outside of any statement", reports("outside", again), "seconds");
      for (const run of [ours[0], again[0]]) yield* statementsOf(run);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

export const lakehouseParts: Readonly<Record<string, Part>> = {
  flagship: async ({ source = "", root = "" }) => {
    const flagship = await openFlagship(source, { root });
    const statements = timedSessions(flagship.lakehouse);
    const started = performance.now();
    const outcome = await flagship.run();
    const run = (performance.now() - started) / 1000;
    const inside = statements.seconds();
    if (outcome.status !== "succeeded") throw new Error(`The flagship's run ${outcome.status}.`);
    let rows = 0;
    for (const table of TABLES) rows += await flagship.count(table);
    await flagship.close();
    return { run, outside: run - inside, rows, ...statements.report() };
  },
  "by-hand": async ({ source = "", target = "" }): Promise<JsonObject> => {
    const database = await DuckDb.open({ preserveInsertionOrder: false });
    const connection = await database.connect();
    await connection.run(byHand(source, target));
    const [counted] = await connection.rows(
      `SELECT sum(num_rows)::DOUBLE AS rows FROM parquet_file_metadata(${quoteString(join(target, "*.parquet"))})`,
    );
    await database.close();
    return { rows: Number(counted?.["rows"]) };
  },
};

/** With BENCH_STATEMENTS set: which statements took longest. */
function statementsOf(run: ProcessRun | undefined): string[] {
  const statements = run?.report["statements"];
  return Array.isArray(statements) ? ["", ...statements.map((each) => `    ${String(each)}`)] : [];
}

function rowsOf([run]: readonly ProcessRun[]): number {
  return run === undefined ? 0 : numberOf(run.report, "rows");
}

function seconds(runs: readonly ProcessRun[]): number[] {
  return runs.map((run) => run.seconds);
}

function cpu(runs: readonly ProcessRun[]): number[] {
  return runs.map((run) => run.cpu);
}

function memory(runs: readonly ProcessRun[]): number[] {
  return runs.map((run) => run.peakMemory);
}
