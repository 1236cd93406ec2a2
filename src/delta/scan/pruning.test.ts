import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTable, openLake, type Lake } from "../../../tests/delta/lake.ts";
import {
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  field,
  INT,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from "../../core/data-type.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import type { AddAction } from "../actions.ts";
import type { Predicate } from "./predicate.ts";
import { comparedColumns, mayMatch } from "./pruning.ts";
import type { Snapshot } from "../snapshot.ts";

let lake: Lake;
let snapshots: Snapshot[];

const SCHEMA = struct([
  field("l", LONG),
  field("d", DOUBLE),
  field("s", STRING),
  field("day", DATE),
  field("ts", TIMESTAMP),
  field("ntz", TIMESTAMP_NTZ),
  field("n", decimal(12, 2)),
  field("big", decimal(38, 10)),
  field("b", BOOLEAN),
  field("st", struct([field("x", INT), field("y", struct([field("z", STRING)]))])),
  field("p", INT),
  field("q", STRING),
]);

/** DuckDB constants, extremes among them, by column. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  l: ["0", "-1", "9007199254740993", "9007199254740992", "(-9223372036854775807 - 1)", "9223372036854775807", "5"],
  d: ["0.0", "-0.0", "1.5", "'NaN'", "'inf'", "'-inf'", "1e300", "0.1"],
  s: [
    "''",
    "'a'",
    "'b'",
    quoteString("x".repeat(40)),
    quoteString("x".repeat(31)),
    quoteString(`${"x".repeat(32)}\u{10FFFF}`),
    "'ä'",
    "'\u{1F600}'",
  ],
  day: ["'2024-01-01'", "'2024-06-01'", "'0001-01-01'", "'9999-12-31'", "'1969-12-31'"],
  ts: [
    "'2024-01-01 00:00:00.123456+00'",
    "'2024-01-01 00:00:00.123+00'",
    "'1969-12-31 23:59:59.999999+00'",
    "'9999-12-31 23:59:59.999999+00'",
  ],
  ntz: ["'2024-01-01 00:00:00.123456'", "'2024-01-01 00:00:00.124'", "'1960-01-01 00:00:00.000001'"],
  n: ["0", "1.25", "-99.99", "9999999999.99"],
  big: ["0", "1234567890123456789012345678.0123456789", "1234567890123456789012345678.0123456788", "-1"],
  b: ["true", "false"],
  "st.x": ["1", "2", "-3"],
  "st.y.z": ["'k'", "'m'"],
  p: ["1", "2"],
  q: ["'u'", "'v/%'"],
};
const TYPES: Readonly<Record<string, string>> = {
  l: "BIGINT",
  d: "DOUBLE",
  s: "VARCHAR",
  day: "DATE",
  ts: "TIMESTAMPTZ",
  ntz: "TIMESTAMP",
  n: "DECIMAL(12,2)",
  big: "DECIMAL(38,10)",
  b: "BOOLEAN",
  "st.x": "INTEGER",
  "st.y.z": "VARCHAR",
  p: "INTEGER",
  q: "VARCHAR",
};
const COLUMNS = Object.keys(VALUES);

const constant = (column: string): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom(...(VALUES[column] ?? [])) },
      { weight: 1, arbitrary: fc.constant("NULL") },
    )
    .map((text) => `CAST(${text} AS ${TYPES[column] ?? ""})`);

const leaf: fc.Arbitrary<Predicate> = fc.constantFrom(...COLUMNS).chain((name) => {
  const column = name.split(".");
  return fc.oneof(
    fc.record({
      kind: fc.constant("compare" as const),
      column: fc.constant(column),
      op: fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "<=>"),
      value: constant(name).map((sql) => ({ sql })),
    }),
    fc.record({
      kind: fc.constant("in" as const),
      column: fc.constant(column),
      values: fc.array(
        constant(name).map((sql) => ({ sql })),
        { maxLength: 3 },
      ),
    }),
    fc.record({ kind: fc.constantFrom("isNull" as const, "isNotNull" as const), column: fc.constant(column) }),
    ...(TYPES[name] === "VARCHAR"
      ? [
          fc.record({
            kind: fc.constant("startsWith" as const),
            column: fc.constant(column),
            prefix: fc.constantFrom("", "a", "x", "x".repeat(35), "u"),
          }),
        ]
      : []),
  );
});
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      operands: fc.array(tie("predicate"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("not" as const), operand: tie("predicate") }),
    fc.record({ kind: fc.constantFrom("true" as const, "false" as const) }),
  ),
}));

function sqlOf(each: Predicate): string {
  switch (each.kind) {
    case "and":
    case "or":
      return `(${each.operands.map(sqlOf).join(each.kind === "and" ? " AND " : " OR ")})`;
    case "not":
      return `(NOT ${sqlOf(each.operand)})`;
    case "true":
    case "false":
    case "unknown":
      return each.kind === "false" ? "false" : "true";
    default:
      break;
  }
  const column = each.column.map(quoteIdentifier).join(".");
  switch (each.kind) {
    case "compare":
      return `(${column} ${each.op === "<=>" ? "IS NOT DISTINCT FROM" : each.op} ${each.value.sql})`;
    case "in":
      return each.values.length === 0 ? "false" : `(${column} IN (${each.values.map(({ sql }) => sql).join(", ")}))`;
    case "startsWith":
      return `starts_with(${column}, ${quoteString(each.prefix)})`;
    default:
      return `(${column} IS ${each.kind === "isNull" ? "" : "NOT "}NULL)`;
  }
}

/** Some rows of the values above: a file. Rare values make files whose ranges differ. */
function rows(seed: number): string {
  const pick = (column: string, index: number): string => {
    const values = VALUES[column] ?? [];
    const at = (seed * 7 + index * (1 + (seed % 3)) + column.length) % (values.length + 1);
    return `CAST(${values[at] ?? "NULL"} AS ${TYPES[column] ?? ""})`;
  };
  const one = (index: number): string => {
    const inner = index % 4 === 3 ? "NULL" : `{'x': ${pick("st.x", index)}, 'y': {'z': ${pick("st.y.z", index)}}}`;
    const flat = COLUMNS.filter((name) => !name.includes(".")).map((name) => `${pick(name, index)} AS ${name}`);
    return `SELECT ${flat.join(", ")}, CAST(${inner} AS STRUCT(x INTEGER, y STRUCT(z VARCHAR))) AS st`;
  };
  return Array.from({ length: 1 + (seed % 3) }, (_, index) => one(index)).join(" UNION ALL ");
}

beforeAll(async () => {
  lake = await openLake();
  snapshots = [];
  const properties = { "delta.checkpoint.writeStatsAsStruct": "true", "delta.checkpoint.writeStatsAsJson": "false" };
  const table = await createTable(lake, "pruned", { schema: SCHEMA, partitionColumns: ["p", "q"], properties });
  const transaction = await table.begin({ operation: "WRITE" });
  for (let seed = 0; seed < 24; seed += 1)
    await transaction.append({ connection: lake.connection, select: rows(seed) });
  await transaction.commit();
  snapshots.push(await table.snapshot());
  // The same from a checkpoint with structured statistics.
  await table.checkpoint();
  snapshots.push(await lake.table("pruned").snapshot());
});
afterAll(() => lake.close());

describe("pruning", () => {
  it("leaves out no file that holds a row of the predicate", async () => {
    let skipped = 0;
    await fc.assert(
      fc.asyncProperty(predicate, fc.constantFrom(0, 1), async (wanted, which) => {
        const snapshot = snapshots[which];
        if (snapshot === undefined) return;
        const whole = await snapshot.scan();
        const pruned = await snapshot.scan({ predicate: wanted });
        skipped += pruned.skippedFiles;
        const count = (from: string): string => `(SELECT count(*)::INTEGER FROM ${from} WHERE ${sqlOf(wanted)})`;
        const [row] = await lake.connection.rows(
          `SELECT ${count(whole.sql())} AS expected, ${count(pruned.sql())} AS actual`,
        );
        expect(row?.["actual"]).toBe(row?.["expected"]);
      }),
      { numRuns: Number(process.env["BOATHOUSE_RUNS"] ?? 60) },
    );
    expect(skipped).toBeGreaterThan(100);
  }, 60_000);

  it("says the same of columns whose ranges are all known", async () => {
    let ranged = 0;
    const [snapshot] = snapshots;
    if (snapshot === undefined) throw new Error("There is no table.");
    const { version, mappingMode: mode, schema } = snapshot;
    const list = await snapshot.fileList();
    const columns = { schema, mode, partitions: list.partitions, shape: list.shape };
    await fc.assert(
      fc.asyncProperty(predicate, async (wanted) => {
        const known = new Set<string>();
        const conditions: string[] = [];
        for (const [key, path] of comparedColumns(wanted, columns)) {
          known.add(key);
          const name = path.map(quoteIdentifier).join(".");
          conditions.push(`stat."minValues".${name} IS NOT NULL AND stat."maxValues".${name} IS NOT NULL`);
          ranged += 1;
        }
        const [plain, faster] = [mayMatch(wanted, columns), mayMatch(wanted, { ...columns, ranged: known })];
        const rows = await list.connection.rows(
          `SELECT path FROM ${list.rowsAt(version)} WHERE ${["true", ...conditions].join(" AND ")} AND (${plain}) IS DISTINCT FROM (${faster})`,
        );
        expect([faster, rows]).toEqual([faster, []]);
      }),
      { numRuns: Number(process.env["BOATHOUSE_RUNS"] ?? 200) },
    );
    expect(ranged).toBeGreaterThan(20);
    expect(await list.hasRanges(["l"], version)).toBe(false);
  }, 60_000);

  it("asks a long list which ranges are known", async () => {
    const table = await createTable(lake, "long");
    const transaction = await table.begin({ operation: "WRITE" });
    const stats = (id: number): string => JSON.stringify({ numRecords: 1, minValues: { id }, maxValues: { id } });
    const file = (id: number): AddAction => ({
      path: `${id}.parquet`,
      partitionValues: {},
      size: 1,
      modificationTime: 1,
      dataChange: true,
      stats: stats(id),
    });
    transaction.stage({ adds: Array.from({ length: 51_000 }, (_, id) => file(id)) });
    await transaction.commit();
    const wanted = { kind: "compare", column: ["id"], op: "=", value: { sql: "50123" } } as const;
    const found = async (): Promise<string[]> => {
      const { files } = await (await table.snapshot()).scan({ predicate: wanted, listOnly: true });
      return files.map(({ path }) => path);
    };
    expect(await found()).toEqual(["50123.parquet"]);
    const more = await table.begin({ operation: "WRITE" });
    more.stage({ adds: [{ ...file(7), path: "unknown.parquet", stats: '{"numRecords":1}' }] });
    await more.commit();
    expect(await found()).toEqual(["50123.parquet", "unknown.parquet"]);
  });

  it("finds one row by its key", async () => {
    const table = await createTable(lake, "keys");
    for (let part = 0; part < 5; part += 1) {
      const transaction = await table.begin({ operation: "WRITE" });
      const select = `SELECT i AS id, 'n' || i AS name, 1 AS age FROM range(${part * 100}, ${part * 100 + 100}) AS t(i)`;
      await transaction.append({ connection: lake.connection, select });
      await transaction.commit();
    }
    const scan = await (
      await table.snapshot()
    ).scan({
      predicate: { kind: "in", column: ["ID"], values: [{ sql: "250" }, { sql: "251" }] },
    });
    expect([scan.files.length, scan.totalFiles, scan.skippedFiles]).toEqual([1, 5, 4]);
  });
});
