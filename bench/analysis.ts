import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STRING } from "../src/core/data-type.ts";
import { BoathouseError } from "../src/core/errors.ts";
import type { Session } from "../src/engine/session.ts";
import { analyzeChange } from "../src/sql/analyzer/change.ts";
import { analyzeQuery } from "../src/sql/analyzer/analyze.ts";
import { generate } from "../src/sql/generator/generate.ts";
import { parseStatement } from "../src/sql/parser/parse.ts";
import { splitStatements } from "../src/sql/parser/split.ts";
import { wholePrelude } from "../src/sql/prelude/prelude.ts";
import type { AnalysisContext, Relation, Resolver } from "../src/sql/resolver.ts";
import { DuckDb } from "../src/duckdb/duckdb.ts";
import { openFlagship, REPOSITORY, TABLES } from "../tests/e2e/flagship.ts";
import { tpchQueries } from "../tests/tpc/queries.ts";
import { TpcSession } from "../tests/tpc/session.ts";
import { TPCH_TABLES } from "../tests/tpc/tpch-tables.ts";
import type { Benchmark } from "./benchmark.ts";
import { inTurn, median, ratioLine, timed, valueLine } from "./measure.ts";

const WARM = 20;
const TIMES = 50;

/** Parsing, names, types, lineage and the SQL that comes out; DuckDB parses, binds and optimizes the same text. */
export const sqlAnalysis: Benchmark = {
  name: "sql-analysis",
  description: "statements analyzed and translated, warm; the peer is DuckDB's EXPLAIN",
  async *run({ pairs }) {
    yield* tpchAnalysis(Math.max(5, pairs));
    yield* flagshipAnalysis();
    yield* preludeCost();
  },
};

async function* tpchAnalysis(pairs: number): AsyncIterable<string> {
  const session = await TpcSession.open(TPCH_TABLES, { scale: 0.0001 });
  try {
    const measured: { readonly name: string; readonly own: number; readonly peer: number }[] = [];
    const queries = tpchQueries();
    for (let time = 0; time < WARM; time += 1) for (const { text } of queries) session.translate(text);
    for (const { name, text } of queries) {
      const { ours, theirs } = await inTurn(
        pairs,
        async () => median(await many(TIMES, async () => void session.translate(text))),
        async () => median(await many(5, () => session.connection.rows(`EXPLAIN ${text}`))),
      );
      measured.push({ name, own: median(ours), peer: median(theirs) });
    }
    const slowest = measured.reduce((a, b) => (a.own > b.own ? a : b));
    const all = (side: "own" | "peer"): number[] => measured.map((each) => each[side]);
    yield ratioLine("TPC-H, the median of 22", all("own"), all("peer"), "seconds");
    yield ratioLine(`TPC-H, the slowest: ${slowest.name}`, [slowest.own], [slowest.peer], "seconds");
  } finally {
    await session.close();
  }
}

/** What the flagship's pipelines and notebooks select and merge: alone, and in its session, where it is looked up what they name. */
async function* flagshipAnalysis(): AsyncIterable<string> {
  const flagship = await openFlagship("sample");
  try {
    await flagship.run();
    const session = await flagship.lakehouse.session({ catalog: "netflix" });
    const resolver = await tablesOf(session);
    const measured: { readonly name: string; readonly asked: number; readonly alone: number }[] = [];
    for (const { name, text } of flagshipStatements()) {
      const asked = (): Promise<unknown> => session.analyze(text, { parameters: PARAMETERS });
      const alone = async (): Promise<void> => analyzeAlone(text, resolver);
      // A notebook's statement may read a view that one before it makes.
      if (await asked().then(() => false, isMissing)) continue;
      await many(WARM, asked);
      await many(WARM, alone);
      measured.push({ name, asked: median(await many(TIMES, asked)), alone: median(await many(TIMES, alone)) });
    }
    for (const [what, side] of [
      ["alone", "alone"],
      ["in its session", "asked"],
    ] as const) {
      const slowest = measured.reduce((one, other) => (one[side] > other[side] ? one : other));
      const half = median(measured.map((each) => each[side]));
      yield valueLine(`flagship, ${what}: median of ${measured.length}`, half, "seconds");
      yield valueLine(`  slowest: ${slowest.name}`, slowest[side], "seconds");
    }
    await session.close();
  } finally {
    await flagship.close();
  }
}

/** The tables' schemas, looked up before. */
async function tablesOf(session: Session): Promise<Resolver> {
  const relations = new Map<string, Relation>();
  for (const table of TABLES) {
    const result = await session.sql(`SELECT * FROM ${table} LIMIT 0`);
    relations.set(table, { name: ["netflix", ...table.split(".")], kind: "table", schema: result.schema });
    await result.rows();
  }
  return {
    relation: (name) => relations.get(name.slice(-2).join(".").toLowerCase()),
    routine: () => undefined,
    relationNames: () => relations.keys(),
  };
}

function analyzeAlone(text: string, resolver: Resolver): void {
  const statement = parseStatement(text);
  const context: AnalysisContext = { ...CONTEXT, text };
  if (statement.kind === "merge" || statement.kind === "insert") analyzeChange(statement, resolver, context);
  else if (statement.kind === "query") {
    generate(analyzeQuery(statement, resolver, context), { context, scan: ({ relation }) => relation.name.join("_") });
  }
}

const given = (value: string): { readonly type: typeof STRING; readonly value: string } => ({ type: STRING, value });
const PARAMETERS = {
  catalog: given("netflix"),
  rebuild: given("false"),
  source: given("category"),
  value_column: given("listed_in"),
  target: given("genres"),
};
const CONTEXT: AnalysisContext = {
  ansi: true,
  timeZone: "UTC",
  currentCatalog: "netflix",
  currentSchema: "default",
  user: "engineer@example.com",
  groups: new Set(),
  parameters: PARAMETERS,
  now: 1_700_000_000_000_000n,
  text: "",
};

function isMissing(error: unknown): boolean {
  if (error instanceof BoathouseError && error.code === "TABLE_OR_VIEW_NOT_FOUND") return true;
  throw error;
}

/** The queries of what is declared, and what is merged and inserted. */
function* flagshipStatements(): Iterable<{ readonly name: string; readonly text: string }> {
  for (const folder of ["silver", "gold"]) {
    for (const file of readdirSync(join(REPOSITORY, "netflix", folder)).filter((each) => each.endsWith(".sql"))) {
      const script = readFileSync(join(REPOSITORY, "netflix", folder, file), "utf8");
      for (const [index, { start, end }] of splitStatements(script).entries()) {
        const text = script.slice(start, end);
        const statement = parseStatement(text);
        const name = `${folder}/${file}, ${index + 1}`;
        if (statement.kind === "merge" || statement.kind === "insert") yield { name, text };
        else if ("query" in statement && statement.query !== undefined && "span" in statement.query) {
          yield { name, text: text.slice(statement.query.span.start, statement.query.span.end) };
        }
      }
    }
  }
}

/** All of our functions at once; statements install those that they use. */
async function* preludeCost(): AsyncIterable<string> {
  const database = await DuckDb.open();
  try {
    const connection = await database.connect();
    const { udfs, macros } = wholePrelude();
    const before = process.cpuUsage();
    for (const each of udfs) connection.registerFunction(each);
    await connection.run(macros.map((each) => each.sql).join(";\n"));
    const { user, system } = process.cpuUsage(before);
    yield valueLine(`prelude of ${udfs.length + macros.length}: processor time`, (user + system) / 1e6, "seconds");
  } finally {
    await database.close();
  }
}

async function many(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const seconds: number[] = [];
  for (let time = 0; time < times; time += 1) seconds.push(await timed(work));
  return seconds;
}
