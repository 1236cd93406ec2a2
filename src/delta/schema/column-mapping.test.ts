import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { field, INT, LONG, STRING, struct } from "../../core/data-type.ts";
import { overwrite as overwriteTable } from "../write/overwrite.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

describe("column mapping", () => {
  it("renames and drops columns by column mapping, and takes names that Parquet does not", async () => {
    const inner = struct([field("a b", INT), field("c", STRING)]);
    const schema = struct([
      field("my id", LONG),
      field("kind", STRING),
      field("nested", { kind: "array", element: inner, containsNull: true }),
    ]);
    await expect(createTable(lake, "spaces", { schema })).rejects.toMatchObject({
      code: "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME",
    });
    for (const mode of ["name", "id"]) {
      const properties = { "delta.columnMapping.mode": mode };
      const select = `SELECT 1::BIGINT AS "my id", 'x' AS kind, [{'c': 'q', 'a b': 5}] AS nested`;
      const table = await createTable(lake, `mapped-${mode}`, {
        schema,
        properties,
        partitionColumns: ["kind"],
        select,
      });
      const before = await table.snapshot();
      expect(before.configuration["delta.columnMapping.maxColumnId"]).toBe("5");
      const rename = await table.begin({ operation: "RENAME COLUMN" });
      rename.updateMetadata({
        schema: struct(before.schema.fields.map((each) => (each.name === "kind" ? { ...each, name: "sort" } : each))),
      });
      await rename.commit();
      const merging = await table.begin({ operation: "WRITE" });
      const more = `SELECT 2::BIGINT AS "my id", 'y' AS "SORT", 1.5::DOUBLE AS "new one", NULL::STRUCT("a b" INT, c VARCHAR)[] AS nested`;
      await merging.append({ connection: lake.connection, select: more }, { mergeSchema: true });
      await merging.commit();
      const merged = await table.snapshot();
      expect(merged.partitionColumns).toEqual(["sort"]);
      expect(await rowsOf(lake, merged, '"my id"')).toEqual([
        { "my id": 1n, sort: "x", nested: [{ "a b": 5, c: "q" }], "new one": null },
        { "my id": 2n, sort: "y", nested: null, "new one": 1.5 },
      ]);
      const pruned = await merged.scan({
        predicate: { kind: "compare", column: ["my id"], op: "=", value: { sql: "2" } },
      });
      expect(pruned.files).toHaveLength(1);
      const drop = await table.begin({ operation: "DROP COLUMNS" });
      drop.updateMetadata({ schema: struct(merged.schema.fields.filter(({ name }) => name !== "nested")) });
      await drop.commit();
      const overwrite = await table.begin({ operation: "WRITE" });
      const last = `SELECT 9::BIGINT AS "my id", 'y' AS sort, 0::DOUBLE AS "new one"`;
      await overwriteTable(overwrite, { connection: lake.connection, select: last }, { kind: "dynamic" });
      await overwrite.commit();
      await table.checkpoint();
      expect(await rowsOf(lake, await lake.table(`mapped-${mode}`).snapshot(), '"my id"')).toEqual([
        { "my id": 1n, sort: "x", "new one": null },
        { "my id": 9n, sort: "y", "new one": 0 },
      ]);
      const back = await table.begin({ operation: "SET TBLPROPERTIES" });
      expect(() => back.updateMetadata({ setProperties: { "delta.columnMapping.mode": "none" } })).toThrow(
        expect.objectContaining({ code: "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE" }),
      );
    }
  });

  it("switches column mapping on for a table that has files", async () => {
    const table = await createTable(lake, "upgraded", { select: "SELECT 1::BIGINT AS id, 'Ann' AS name, 30 AS age" });
    const upgrade = await table.begin({ operation: "SET TBLPROPERTIES" });
    upgrade.updateMetadata({ setProperties: { "delta.columnMapping.mode": "name" } });
    await upgrade.commit();
    const { schema, protocol } = await table.snapshot();
    expect(protocol).toMatchObject({ minReaderVersion: 3, readerFeatures: ["columnMapping"] });
    const rename = await table.begin({ operation: "RENAME COLUMN" });
    rename.updateMetadata({ schema: struct(schema.fields.map((each) => ({ ...each, name: `the_${each.name}` }))) });
    await rename.commit();
    await append(lake, table, "SELECT 2::BIGINT AS the_id");
    expect(await rowsOf(lake, await table.snapshot())).toEqual([
      { the_id: 1n, the_name: "Ann", the_age: 30 },
      { the_id: 2n, the_name: null, the_age: null },
    ]);
  });
});
