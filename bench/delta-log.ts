import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeltaTable } from "../src/delta/table.ts";
import { quoteString } from "../src/sql/quote.ts";
import { createTable, openLake, type Lake } from "../tests/delta/lake.ts";
import type { DeltaPart } from "./delta.ts";
import { inTurn, ratioLine, timed, valueLine } from "./measure.ts";

const FILES = 1_000_000;
const COMMITS = 10_000;

/** The log: opening, pruning and checkpointing a table of a million files, replaying ten thousand commits. */
export const deltaLog: DeltaPart = {
  async *run({ pairs }) {
    const lake = await openLake();
    try {
      yield* millionFiles(lake, "classic", {}, pairs);
      yield* millionFiles(lake, "v2", { "delta.checkpointPolicy": "v2" }, pairs);
      yield* millionFiles(lake, "parsed", STRUCT_STATISTICS, pairs);
      yield* manyCommits(lake, pairs);
    } finally {
      await lake.close();
    }
  },
};

const STRUCT_STATISTICS = {
  "delta.checkpoint.writeStatsAsStruct": "true",
  "delta.checkpoint.writeStatsAsJson": "false",
};

/** The peer of opening is DuckDB reading the checkpoint's files into a table and typing their statistics. */
async function* millionFiles(
  lake: Lake,
  name: string,
  properties: Readonly<Record<string, string>>,
  pairs: number,
): AsyncIterable<string> {
  const table = await tableOfFiles(lake, name, properties);
  await table.checkpoint();
  const read =
    name === "parsed"
      ? `SELECT "add".path, "add".size, "add".stats_parsed FROM ${checkpointFiles(lake, name)}`
      : `SELECT "add".path, "add".size, from_json("add".stats, ${quoteString(STATS_STRUCTURE)}) FROM ${checkpointFiles(lake, name)}`;
  const { ours, theirs } = await inTurn(
    pairs,
    () => timed(async () => (await lake.table(name).snapshot()).totals()),
    () => timed(() => lake.connection.run(`CREATE OR REPLACE TEMP TABLE peer AS ${read} WHERE "add" IS NOT NULL`)),
  );
  yield ratioLine(`open 1M files, ${name}`, ours, theirs, "seconds");
  const snapshot = await lake.table(name).snapshot();
  await snapshot.totals();
  // One file holds the key; there are no data files.
  const key = 123_456;
  const predicate = { kind: "compare", column: ["id"], op: "=", value: { sql: String(key * 1000 + 7) } } as const;
  const prunes: number[] = [];
  for (let time = 0; time < 20; time += 1) {
    prunes.push(
      await timed(async () => {
        const { files } = await snapshot.scan({ predicate, listOnly: true });
        if (files.length !== 1) throw new Error(`Pruning left ${files.length} files.`);
      }),
    );
  }
  yield valueLine(`prune 1M files to one, ${name}`, prunes.toSorted((a, b) => a - b)[10] ?? Number.NaN, "seconds");
  const log = join(lake.folder, name, "_delta_log");
  await writeFile(join(log, `${"2".padStart(20, "0")}.json`), commitText(2));
  const opened = lake.table(name);
  await (await opened.snapshot()).totals();
  yield valueLine(`checkpoint of 1M files, ${name}`, await timed(() => opened.checkpoint()), "seconds");
}

/** Version 1 adds a million files, in a commit made by DuckDB. */
async function tableOfFiles(
  lake: Lake,
  name: string,
  properties: Readonly<Record<string, string>>,
): Promise<DeltaTable> {
  await createTable(lake, name, { properties });
  const stats = `{numRecords: 1000, minValues: {id: i * 1000, name: 'item ' || i, age: i % 50}, maxValues: {id: i * 1000 + 999, name: 'item ' || (i + 9), age: i % 50 + 40}, nullCount: {id: 0, name: 0, age: 3}}`;
  const add = `{path: 'part-' || i || '.parquet', "partitionValues": MAP {}::MAP(VARCHAR, VARCHAR), size: 1000000 + i, "modificationTime": 1700000000000, "dataChange": true, stats: to_json(${stats})::VARCHAR}`;
  await lake.connection.run(
    `COPY (SELECT ${add} AS "add" FROM range(${FILES}) AS r(i)) TO ${quoteString(join(lake.folder, name, "_delta_log", `${"1".padStart(20, "0")}.json`))} (FORMAT json)`,
  );
  return lake.table(name);
}

const STATS_STRUCTURE = JSON.stringify({
  numRecords: "BIGINT",
  minValues: { id: "BIGINT", name: "VARCHAR", age: "INTEGER" },
  maxValues: { id: "BIGINT", name: "VARCHAR", age: "INTEGER" },
  nullCount: { id: "BIGINT", name: "BIGINT", age: "BIGINT" },
});

function checkpointFiles(lake: Lake, name: string): string {
  const pattern = name === "v2" ? "_sidecars/*.parquet" : "*.checkpoint.parquet";
  return `read_parquet(${quoteString(join(lake.folder, name, "_delta_log", pattern))}, hive_partitioning = false)`;
}

/** Ten thousand commits of one file each, without a checkpoint. The peer is DuckDB reading their JSON. */
async function* manyCommits(lake: Lake, pairs: number): AsyncIterable<string> {
  await createTable(lake, "commits");
  const folder = join(lake.folder, "commits", "_delta_log");
  await mkdir(folder, { recursive: true });
  for (let version = 1; version <= COMMITS; version += 1) {
    await writeFile(join(folder, `${String(version).padStart(20, "0")}.json`), commitText(version));
  }
  const { ours, theirs } = await inTurn(
    pairs,
    () => timed(async () => (await lake.table("commits").snapshot()).totals()),
    () =>
      timed(() =>
        lake.connection.rows(
          `SELECT count(*) FROM read_json(${quoteString(join(folder, "*.json"))}, format = 'newline_delimited', columns = {add: 'STRUCT(path VARCHAR, size BIGINT, stats VARCHAR)'})`,
        ),
      ),
  );
  yield ratioLine("replay 10,000 commits", ours, theirs, "seconds");
}

function commitText(version: number): string {
  const stats = JSON.stringify({ numRecords: 10, minValues: { id: version }, maxValues: { id: version + 9 } });
  const add = {
    path: `part-${version}.parquet`,
    partitionValues: {},
    size: 1000,
    modificationTime: 1,
    dataChange: true,
  };
  const commitInfo = { timestamp: 1, operation: "WRITE", operationParameters: { mode: "Append" }, txnId: `${version}` };
  return `${JSON.stringify({ commitInfo })}\n${JSON.stringify({ add: { ...add, stats } })}\n`;
}
