import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLake, type Lake } from "../../../tests/delta/lake.ts";
import { array, field, INT, map, STRING, struct, type StructType } from "../../core/data-type.ts";
import { schemaToJson } from "../../core/schema-json.ts";
import type { Row } from "../../core/value.ts";
import type { Action } from "../actions.ts";
import { formatCommit } from "../log/commit-file.ts";
import type { MappingMode } from "../schema/column-mapping.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

/** A table over files that DuckDB writes, one of each SELECT, and its rows. */
async function rowsOf(
  name: string,
  schema: StructType,
  {
    selects,
    mode,
    fieldIds,
  }: { readonly selects: readonly string[]; readonly mode: MappingMode; readonly fieldIds?: string },
): Promise<Row[]> {
  const files = selects.map((_, index) => join(lake.folder, `${name}-${index}.parquet`));
  for (const [index, select] of selects.entries()) {
    const ids = fieldIds === undefined ? "" : `, FIELD_IDS ${fieldIds}`;
    await lake.connection.run(`COPY (${select}) TO '${files[index] ?? ""}' (FORMAT parquet${ids})`);
  }
  const configuration = mode === "none" ? {} : { "delta.columnMapping.mode": mode };
  const actions: Action[] = [
    { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
    {
      metaData: {
        id: name,
        format: { provider: "parquet", options: {} },
        schemaString: schemaToJson(schema),
        partitionColumns: [],
        configuration,
      },
    },
    ...files.map((path) => ({ add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange: true } })),
  ];
  await lake.store.write(`${name}/_delta_log/00000000000000000000.json`, Buffer.from(formatCommit(actions)));
  const scan = await (await lake.table(name).snapshot()).scan();
  return lake.connection.rows(`SELECT * FROM ${scan.sql()} ORDER BY id`);
}

describe("a struct of which a file has no field that the table has", () => {
  const b = struct([field("b", INT), field("c", struct([field("z", STRING)]))]);
  const schema = struct([
    field("id", INT),
    field("s", b),
    field("l", array(b)),
    field("m", map(STRING, b)),
    field("deep", struct([field("inner", b), field("n", INT)])),
  ]);
  const select = (id: number, s: string, inner = s): string =>
    `SELECT ${id} AS id, ${s} AS s, [${s}, NULL] AS l, MAP {'k': ${s}} AS m, {'inner': ${inner}, 'n': ${id}} AS deep`;
  const nothing = { b: null, c: null };
  const value = { b: 4, c: { z: "z" } };

  it("is null where it is null in the file, and else has nulls, at every depth", async () => {
    const old = "{'a': [1], 'x': 2}";
    const selects = [
      `${select(1, old)} UNION ALL ${select(2, `CASE WHEN false THEN ${old} END`)}`,
      select(3, old, "NULL::STRUCT(b INTEGER)"),
      select(4, "{'b': 4, 'c': {'z': 'z'}}"),
      "SELECT 5 AS id",
      select(6, "{'list': [{'a': 1}]}"),
      select(7, "{'c': {'other': 7}}"),
    ];
    const withC = { b: null, c: { z: null } };
    expect(await rowsOf("emptied", schema, { selects, mode: "none" })).toEqual([
      { id: 1, s: nothing, l: [nothing, null], m: [{ key: "k", value: nothing }], deep: { inner: nothing, n: 1 } },
      { id: 2, s: null, l: [null, null], m: [{ key: "k", value: null }], deep: { inner: null, n: 2 } },
      { id: 3, s: nothing, l: [nothing, null], m: [{ key: "k", value: nothing }], deep: { inner: null, n: 3 } },
      { id: 4, s: value, l: [value, null], m: [{ key: "k", value: value }], deep: { inner: value, n: 4 } },
      { id: 5, s: null, l: null, m: null, deep: null },
      { id: 6, s: nothing, l: [nothing, null], m: [{ key: "k", value: nothing }], deep: { inner: nothing, n: 6 } },
      { id: 7, s: withC, l: [withC, null], m: [{ key: "k", value: withC }], deep: { inner: withC, n: 7 } },
    ]);
  });

  it.each(["name", "id"] as const)("is found by the names that mapping by %s gives", async (mode) => {
    const mapped = (name: string, id: number, type: Parameters<typeof field>[1]): ReturnType<typeof field> => ({
      ...field(name, type),
      metadata: { "delta.columnMapping.id": id, "delta.columnMapping.physicalName": `p${id}` },
    });
    const columns = struct([
      mapped("id", 1, INT),
      mapped("s", 2, struct([mapped("a", 4, INT), mapped("inner", 5, struct([mapped("b", 6, STRING)]))])),
    ]);
    const selects = [
      "SELECT 1 AS p1, {'p3': 1} AS p2 UNION ALL SELECT 2, NULL",
      "SELECT 3 AS p1, {'p4': 4, 'p5': {'p7': 1}} AS p2",
      "SELECT 4 AS p1, {'p5': {'p6': 'x'}, 'a': 9} AS p2",
    ];
    const fieldIds = "{p1: 1, p2: 2}";
    expect(await rowsOf(`mapped-${mode}`, columns, { selects, mode, fieldIds })).toEqual([
      { id: 1, s: { a: null, inner: null } },
      { id: 2, s: null },
      { id: 3, s: { a: 4, inner: { b: null } } },
      { id: 4, s: { a: null, inner: { b: "x" } } },
    ]);
  });

  it("costs a look at most into each kind of file, and none in a table without structs", async () => {
    const selects = Array.from({ length: 5 }, (_, id) => `SELECT ${id} AS id, [${id}] AS s`);
    const statements: string[] = [];
    const { connection } = lake.context;
    const rows = connection.rows.bind(connection);
    connection.rows = (sql, ...rest) => {
      if (/parquet_|DESCRIBE/.test(sql)) statements.push(sql);
      return rows(sql, ...rest);
    };
    try {
      await rowsOf("unstructured", struct([field("id", INT), field("s", array(INT))]), { selects, mode: "none" });
      expect(statements).toEqual([]);
      const inStructs = selects.map((each) => each.replace(/\[(\d)\]/, "{'a': $1}"));
      await rowsOf("structured", struct([field("id", INT), field("s", b)]), { selects: inStructs, mode: "none" });
      expect(statements).toHaveLength(2);
    } finally {
      connection.rows = rows;
    }
  });
});
