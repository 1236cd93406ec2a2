/**
 * `npm run test:tpc [-- names]`: the 22 queries of TPC-H and the 99 of TPC-DS over the same generated tables, here and in
 * a real Spark: rows, names and types. A LIMIT at a query's end is left out, so that rows that sort alike are compared,
 * too. Sums of floating numbers may differ in their last digits. `--record` keeps what Spark gives for TPC-H, which
 * `npm test` compares with. Ends with `N passed, N failed, N skipped`.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../../src/core/errors.ts";
import { difference, sameOrder } from "../tpc/compare.ts";
import { publishedQueries } from "../tpc/published-queries.ts";
import { tpchQueries, type TpcQuery } from "../tpc/queries.ts";
import { RECORDED_SCALE, recordOf, RECORDS, withoutLimit, type ResultRecord } from "../tpc/record.ts";
import { TpcSession } from "../tpc/session.ts";
import type { GeneratedTable } from "../tpc/table.ts";
import { TPCDS_DIMENSIONS } from "../tpc/tpcds-dimensions.ts";
import { TPCDS_FACTS } from "../tpc/tpcds-facts.ts";
import { TPCH_TABLES } from "../tpc/tpch-tables.ts";
import { installSpark, startSpark, type Spark } from "./spark.ts";

const PEERS = join(resolve(import.meta.dirname, "../.."), ".peers");
const { values, positionals: chosen } = parseArgs({ allowPositionals: true, options: { record: { type: "boolean" } } });
const counts = { passed: 0, failed: 0, skipped: 0 };
const reordered: string[] = [];
const records: Record<string, ResultRecord> = {};

const python = await installSpark(PEERS);
if (python === undefined) {
  console.log("There is no python3 or no java here, which Spark needs.");
  counts.skipped += 2;
} else {
  await mkdir(join(PEERS, "tpc"), { recursive: true });
  const tpcds = await publishedQueries(join(PEERS, "tpc"), python);
  const spark = startSpark(python);
  try {
    await compareAll("tpch", TPCH_TABLES, RECORDED_SCALE, tpchQueries(), spark);
    if (values.record === true && chosen.length === 0)
      await writeFile(RECORDS, `${JSON.stringify(records, null, 2)}\n`);
    else if (typeof tpcds === "string") {
      console.log(tpcds);
      counts.skipped += 1;
    } else {
      await compareAll("tpcds", [...TPCDS_DIMENSIONS, ...TPCDS_FACTS], 1, tpcds, spark);
    }
  } finally {
    await spark.close();
  }
}
if (reordered.length > 0) console.log(`Rows that sort alike stand in another order: ${reordered.join(", ")}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed > 0) process.exitCode = 1;

async function compareAll(
  suite: string,
  tables: readonly GeneratedTable[],
  scale: number,
  queries: readonly TpcQuery[],
  spark: Spark,
): Promise<void> {
  const wanted = queries.filter(({ name }) => chosen.length === 0 || chosen.includes(`${suite}/${name}`));
  if (wanted.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "boathouse-tpc-"));
  const session = await TpcSession.open(tables, { scale, folder });
  try {
    const views = tables.map(
      ({ name }) =>
        `CREATE OR REPLACE TEMPORARY VIEW ${name} AS SELECT * FROM parquet.\`${join(folder, name)}.parquet\``,
    );
    await spark.run({ ansi: true, timeZone: "UTC", setup: views, queries: [] });
    for (const { name, text } of wanted) {
      const query = withoutLimit(text);
      const outcome = await compare(query, session, spark, (record, ordered) => {
        records[name] = record;
        if (!ordered) reordered.push(`${suite}/${name}`);
      }).catch(messageOf);
      counts[outcome === undefined ? "passed" : "failed"] += 1;
      if (outcome !== undefined) console.log(`FAIL ${suite}/${name}  ${outcome.slice(0, 1000)}`);
    }
  } finally {
    await session.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  query: string,
  session: TpcSession,
  spark: Spark,
  onAnswer: (record: ResultRecord, ordered: boolean) => void,
): Promise<string | undefined> {
  const theirs = spark.run({ ansi: true, timeZone: "UTC", setup: [], queries: [query] });
  const translated = session.translate(query);
  const lines = await session.lines(translated);
  const [answer] = await theirs;
  if (answer === undefined || "error" in answer) return `Spark refuses it: ${answer?.message ?? ""}`;
  if (answer.rows.length === 0) return "It selects nothing.";
  const columns = answer.columns.map(([name, type]) => `${name} ${type}`);
  onAnswer(recordOf(columns, answer.rows), sameOrder(translated.schema, lines, answer));
  return difference(translated.schema, lines, answer);
}
