import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATE, DOUBLE, field, INT, LONG, STRING, struct } from "../../core/data-type.ts";
import { append, createTable, openLake, PEOPLE, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { overwrite } from "./overwrite.ts";
import { deleteRows } from "./row-changes.ts";
import { addConstraint, dropConstraint } from "./table-constraints.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const ANN = "SELECT 1::BIGINT AS id, 'Ann' AS name, 30 AS age";
const BOB = "SELECT 2::BIGINT AS id, 'Bob' AS name, 40 AS age";

describe("a transaction", () => {
  it("creates a table and appends to it", async () => {
    const table = await createTable(lake, "append", { select: ANN });
    expect(await append(lake, table, BOB)).toBe(1);
    const snapshot = await table.snapshot();
    expect(await rowsOf(lake, snapshot)).toEqual([
      { id: 1n, name: "Ann", age: 30 },
      { id: 2n, name: "Bob", age: 40 },
    ]);
    expect(await snapshot.totals()).toMatchObject({ numFiles: 2, numRows: 2 });
    expect(snapshot.schema).toEqual(PEOPLE);
  });

  it("reads what another instance of the table wrote", async () => {
    const table = await createTable(lake, "shared", { select: ANN });
    await append(lake, lake.table("shared"), BOB);
    expect(await rowsOf(lake, await table.snapshot())).toHaveLength(2);
  });

  it("leaves older snapshots as they were", async () => {
    const table = await createTable(lake, "immutable", { select: ANN });
    const before = await table.snapshot();
    await before.totals();
    const transaction = await table.begin({ operation: "WRITE" });
    await overwrite(transaction, { connection: lake.connection, select: BOB }, { kind: "full" });
    await transaction.commit();
    const after = await table.snapshot();
    expect((await rowsOf(lake, after)).map((row) => row["name"])).toEqual(["Bob"]);
    expect((await rowsOf(lake, before)).map((row) => row["name"])).toEqual(["Ann"]);
    expect(
      (await rowsOf(lake, await lake.table("immutable").snapshot({ version: 0 }))).map((row) => row["name"]),
    ).toEqual(["Ann"]);
  });

  it("matches columns by name and fills missing ones with null", async () => {
    const table = await createTable(lake, "by-name");
    await append(lake, table, "SELECT 7 AS AGE, 1::SMALLINT AS id");
    expect(await rowsOf(lake, await table.snapshot())).toEqual([{ id: 1n, name: null, age: 7 }]);
  });

  it("refuses columns and types that the table does not have", async () => {
    const table = await createTable(lake, "enforced");
    await expect(append(lake, table, "SELECT 1::BIGINT AS id, 2 AS agee")).rejects.toMatchObject({
      code: "DELTA_SCHEMA_MISMATCH",
      hint: 'Did you mean "age"?',
    });
    await expect(append(lake, table, "SELECT 'x' AS id")).rejects.toMatchObject({
      code: "DELTA_FAILED_TO_MERGE_FIELDS",
    });
    expect((await table.snapshot()).version).toBe(0);
  });

  it("adds columns under mergeSchema", async () => {
    const table = await createTable(lake, "merged", { select: ANN });
    const transaction = await table.begin({ operation: "WRITE" });
    const select = "SELECT 3::BIGINT AS id, DATE '2024-02-03' AS born";
    await transaction.append({ connection: lake.connection, select }, { mergeSchema: true });
    await transaction.commit();
    const snapshot = await table.snapshot();
    expect(snapshot.schema.fields.at(-1)).toEqual(field("born", DATE));
    expect(await rowsOf(lake, snapshot)).toEqual([
      { id: 1n, name: "Ann", age: 30, born: null },
      { id: 3n, name: null, age: null, born: "2024-02-03" },
    ]);
  });

  it("enforces NOT NULL, also inside structs, and commits nothing when it fails", async () => {
    const schema = struct([
      field("id", LONG, false),
      field("place", struct([field("city", STRING, false), field("zip", INT)])),
    ]);
    const table = await createTable(lake, "not-null", { schema });
    await append(lake, table, "SELECT 1::BIGINT AS id, {'city': 'Rome', 'zip': 1} AS place");
    // As in Delta Lake: a struct that has to have a city has to be there itself.
    for (const place of ["NULL::STRUCT(city VARCHAR, zip INT)", "{'city': NULL::VARCHAR, 'zip': 2}"]) {
      await expect(append(lake, table, `SELECT 2::BIGINT AS id, ${place} AS place`)).rejects.toMatchObject({
        code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
      });
    }
    await expect(append(lake, table, "SELECT NULL::BIGINT AS id")).rejects.toMatchObject({
      code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    });
    await expect(append(lake, table, "SELECT 3::BIGINT AS id, {'zip': 5} AS place")).rejects.toMatchObject({
      code: "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
    });
    expect((await table.snapshot()).version).toBe(1);
  });

  it("writes partitions, with values that need escaping, and prunes by them", async () => {
    const schema = struct([field("id", LONG), field("kind", STRING), field("day", DATE), field("rate", DOUBLE)]);
    const table = await createTable(lake, "partitioned", { schema, partitionColumns: ["kind", "day"] });
    await append(
      lake,
      table,
      "SELECT * FROM (VALUES (1::BIGINT, 'a/b %=ä', DATE '2024-01-01', 0.5::DOUBLE), (2, NULL, DATE '2024-01-02', 1), " +
        "(3, '', NULL, 2), (4, 'x', DATE '2024-01-01', 3)) AS t(id, kind, day, rate)",
    );
    const snapshot = await table.snapshot();
    expect(await rowsOf(lake, snapshot, "id")).toEqual([
      { id: 1n, kind: "a/b %=ä", day: "2024-01-01", rate: 0.5 },
      { id: 2n, kind: null, day: "2024-01-02", rate: 1 },
      { id: 3n, kind: null, day: null, rate: 2 },
      { id: 4n, kind: "x", day: "2024-01-01", rate: 3 },
    ]);
    const pruned = await snapshot.scan({
      predicate: { kind: "compare", column: ["day"], op: "=", value: { sql: "DATE '2024-01-01'" } },
    });
    expect([pruned.files.length, pruned.skippedFiles]).toEqual([2, 2]);
    const none = await snapshot.scan({ predicate: { kind: "isNull", column: ["kind"] } });
    expect(none.files).toHaveLength(2);
  });

  it("overwrites the partitions that the data touches", async () => {
    const table = await createTable(lake, "dynamic", {
      partitionColumns: ["name"],
      select: "SELECT i AS id, 'p' || (i % 3) AS name, 1 AS age FROM range(6) AS t(i)",
    });
    const transaction = await table.begin({ operation: "WRITE" });
    const select = "SELECT 100::BIGINT AS id, 'p1' AS name, 2 AS age";
    await overwrite(transaction, { connection: lake.connection, select }, { kind: "dynamic" });
    await transaction.commit();
    const ids = (await rowsOf(lake, await table.snapshot(), "id")).map((row) => row["id"]);
    expect(ids).toEqual([0n, 2n, 3n, 5n, 100n]);
  });

  it("replaces the rows of a condition, and checks that the new ones fulfil it", async () => {
    const table = await createTable(lake, "replace-where", {
      select: "SELECT i AS id, 'n' AS name, i::INT AS age FROM range(10) AS t(i)",
    });
    const mode = {
      kind: "where",
      text: "age >= 5",
      condition: {
        sql: '"age" >= 5',
        predicate: { kind: "compare", column: ["age"], op: ">=", value: { sql: "5" } },
      },
    } as const;
    const good = await table.begin({ operation: "WRITE" });
    await overwrite(good, { connection: lake.connection, select: "SELECT 77::BIGINT AS id, 9 AS age" }, mode);
    await good.commit();
    const ids = (await rowsOf(lake, await table.snapshot(), "id")).map((row) => row["id"]);
    expect(ids).toEqual([0n, 1n, 2n, 3n, 4n, 77n]);
    const bad = await table.begin({ operation: "WRITE" });
    await expect(
      overwrite(bad, { connection: lake.connection, select: "SELECT 78::BIGINT AS id, 4 AS age" }, mode),
    ).rejects.toMatchObject({ code: "DELTA_REPLACE_WHERE_MISMATCH" });
  });

  it("deletes rows by copying the others, and says how many", async () => {
    const table = await createTable(lake, "delete", {
      select: "SELECT i AS id, 'n' AS name, i::INT AS age FROM range(10) AS t(i)",
    });
    await append(lake, table, "SELECT i AS id, 'm' AS name, 100 AS age FROM range(10, 13) AS t(i)");
    const transaction = await table.begin({ operation: "DELETE", parameters: { predicate: '["age < 3"]' } });
    const result = await deleteRows(transaction, lake.connection, {
      sql: '"age" < 3',
      predicate: { kind: "compare", column: ["age"], op: "<", value: { sql: "3" } },
    });
    expect(result).toMatchObject({ deletedRows: 3, copiedRows: 7 });
    expect((await transaction.commit()).metrics).toMatchObject({ numRemovedFiles: 1, numAddedFiles: 1 });
    expect((await table.snapshot().then((snapshot) => snapshot.totals())).numRows).toBe(10);
  });

  it("commits an application's version once", async () => {
    const table = await createTable(lake, "idempotent", { select: ANN });
    const first = await table.begin({ operation: "STREAMING UPDATE" });
    const second = await table.begin({ operation: "STREAMING UPDATE" });
    for (const transaction of [first, second]) {
      expect(transaction.isCommitted("app", 3)).toBe(false);
      await transaction.append({ connection: lake.connection, select: BOB });
      transaction.setTransaction("app", 3);
    }
    await first.commit();
    await expect(second.commit()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_TRANSACTION" });
    expect((await table.begin({ operation: "STREAMING UPDATE" })).isCommitted("app", 3)).toBe(true);
    expect((await table.snapshot()).transactionVersion("app")).toBe(3);
    expect(await rowsOf(lake, await table.snapshot())).toHaveLength(2);
  });

  it("lets appends through side by side, and refuses a delete of what another writer changed", async () => {
    const table = await createTable(lake, "conflicts", { select: ANN });
    const one = await table.begin({ operation: "WRITE" });
    const two = await table.begin({ operation: "WRITE" });
    await one.append({ connection: lake.connection, select: BOB });
    await two.append({ connection: lake.connection, select: BOB });
    expect([(await one.commit()).version, (await two.commit()).version]).toEqual([1, 2]);

    const reader = await table.begin({ operation: "DELETE" });
    await deleteRows(reader, lake.connection, {
      sql: '"id" = 2',
      predicate: { kind: "compare", column: ["id"], op: "=", value: { sql: "2" } },
    });
    await append(lake, lake.table("conflicts"), "SELECT 9::BIGINT AS id, 'Zoe' AS name, 1 AS age");
    // Statistics show that the new file holds no id 2, so it is no conflict.
    expect((await reader.commit()).version).toBe(4);

    const again = await table.begin({ operation: "DELETE" });
    await deleteRows(again, lake.connection, { sql: '"age" = 1' });
    await append(lake, lake.table("conflicts"), ANN);
    await expect(again.commit()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_APPEND" });
  });

  it("changes rows by rewriting the files that hold them, as UPDATE and MERGE do", async () => {
    const table = await createTable(lake, "rewrite", {
      select: "SELECT i AS id, 'n' AS name, i::INT AS age FROM range(10) AS t(i)",
    });
    await append(lake, table, "SELECT i AS id, 'm' AS name, i::INT AS age FROM range(10, 20) AS t(i)");
    const transaction = await table.begin({ operation: "MERGE" });
    const scan = await transaction.scan();
    const { connection } = lake;
    const source = "(SELECT 12::BIGINT AS id, 'new' AS name UNION ALL SELECT 30, 'added')";
    const touched = await connection.rows(
      `SELECT DISTINCT file FROM ${scan.sql({ fileColumn: "file" })} AS t JOIN ${source} AS s USING (id)`,
    );
    const some = scan.only(touched.map((row) => Number(row["file"])));
    expect(some.files).toHaveLength(1);
    const select =
      `SELECT coalesce(t.id, s.id) AS id, coalesce(s.name, t.name) AS name, t.age AS age ` +
      `FROM ${some.sql()} AS t FULL JOIN ${source} AS s ON t.id = s.id`;
    await transaction.remove(some);
    await transaction.append({ connection, select });
    transaction.addMetrics({ numTargetRowsInserted: 1, numTargetRowsUpdated: 1 });
    expect((await transaction.commit()).metrics).toMatchObject({
      numTargetFilesAdded: 1,
      numTargetFilesRemoved: 1,
      numOutputRows: 11,
      numTargetRowsUpdated: 1,
    });
    const rows = await rowsOf(lake, await table.snapshot(), "id");
    expect(rows.slice(-1)).toEqual([{ id: 30n, name: "added", age: null }]);
    expect([rows.length, rows[12]?.["name"], rows[13]?.["name"]]).toEqual([21, "new", "m"]);
  });

  it("adds no CHECK constraint when rows came that it was not checked on", async () => {
    const checked = await openLake({ expressions: { compile: (text: string) => text } });
    try {
      const table = await createTable(checked, "late", { select: ANN });
      const adding = await table.begin({ operation: "ADD CONSTRAINT" });
      await addConstraint(adding, checked.connection, "Adult", "age > 18");
      await append(checked, checked.table("late"), "SELECT 3::BIGINT AS id, 7 AS age");
      await expect(adding.commit()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_APPEND" });
    } finally {
      await checked.close();
    }
  });

  it("enforces CHECK constraints, old rows and new ones, and says which row breaks one", async () => {
    const expressions = { compile: (text: string) => text };
    const checked = await openLake({ expressions });
    try {
      const table = await createTable(checked, "checked", { select: ANN });
      const failing = await table.begin({ operation: "ADD CONSTRAINT" });
      await expect(addConstraint(failing, checked.connection, "Adult", "age > 30")).rejects.toMatchObject({
        code: "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
      });
      const adding = await table.begin({ operation: "ADD CONSTRAINT" });
      await addConstraint(adding, checked.connection, "Adult", "age > 18");
      await adding.commit();
      expect((await table.snapshot()).protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 3 });
      await append(checked, table, BOB);
      await expect(append(checked, table, "SELECT 3::BIGINT AS id, 7 AS age")).rejects.toMatchObject({
        code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        message: expect.stringContaining(
          "CHECK constraint adult (age > 18) violated by row with values: id: 3, name: NULL",
        ),
      });
      await expect(append(checked, table, "SELECT 3::BIGINT AS id")).rejects.toMatchObject({
        code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
      });
      const dropping = await table.begin({ operation: "DROP CONSTRAINT" });
      dropConstraint(dropping, "ADULT");
      await dropping.commit();
      await append(checked, table, "SELECT 3::BIGINT AS id");
    } finally {
      await checked.close();
    }
  });

  it("changes the columns of a table where rows allow it", async () => {
    const table = await createTable(lake, "altered", { select: ANN });
    const alter = await table.begin({ operation: "ADD COLUMNS" });
    alter.updateMetadata({
      schema: struct([...PEOPLE.fields, field("note", STRING, true, { comment: "free text" })]),
      comment: "people",
      setProperties: { "delta.checkpointinterval": "5", owner: "ann" },
    });
    await alter.commit();
    const snapshot = await table.snapshot();
    expect(snapshot.schema.fields.at(-1)?.metadata).toEqual({ comment: "free text" });
    expect(snapshot.configuration).toEqual({ "delta.checkpointInterval": "5", owner: "ann" });
    expect(await rowsOf(lake, snapshot)).toEqual([{ id: 1n, name: "Ann", age: 30, note: null }]);
    const change = async (schema: ReturnType<typeof struct>): Promise<void> =>
      (await table.begin({ operation: "CHANGE COLUMN" })).updateMetadata({ schema });
    for (const fields of [
      PEOPLE.fields,
      [...snapshot.schema.fields.slice(1), field("id", STRING)],
      [...snapshot.schema.fields, field("more", INT, false)],
    ]) {
      await expect(change(struct(fields))).rejects.toMatchObject({ code: "DELTA_UNSUPPORTED_SCHEMA_CHANGE" });
    }
    const replace = await table.begin({ operation: "WRITE" });
    const mode = { kind: "full", overwriteSchema: true } as const;
    await overwrite(replace, { connection: lake.connection, select: "SELECT 'x' AS only" }, mode);
    await replace.commit();
    expect(await rowsOf(lake, await table.snapshot())).toEqual([{ only: "x" }]);
    expect(await rowsOf(lake, await table.snapshot({ version: 0 }))).toEqual([{ id: 1n, name: "Ann", age: 30 }]);
  });

  it("appends to a table with a change data feed", async () => {
    const properties = { "delta.enableChangeDataFeed": "true" };
    const table = await createTable(lake, "feed", { select: `${ANN} UNION ALL ${BOB}`, properties });
    expect((await table.snapshot()).protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 4 });
    await append(lake, table, "SELECT 3::BIGINT AS id");
    expect(await rowsOf(lake, await table.snapshot())).toHaveLength(3);
  });

  it("refuses every other write to a table that only takes appends", async () => {
    const table = await createTable(lake, "append-only", { select: ANN, properties: { "delta.appendOnly": "true" } });
    await append(lake, table, BOB);
    const transaction = await table.begin({ operation: "DELETE" });
    await deleteRows(transaction, lake.connection, { sql: '"id" = 1' });
    await expect(transaction.commit()).rejects.toMatchObject({ code: "DELTA_CANNOT_MODIFY_APPEND_ONLY" });
  });

  it("refuses to create what is there, and properties that Delta does not know", async () => {
    await createTable(lake, "there");
    await expect(createTable(lake, "there")).rejects.toMatchObject({ code: "DELTA_TABLE_ALREADY_EXISTS" });
    await expect(createTable(lake, "bad", { properties: { "delta.apendOnly": "true" } })).rejects.toMatchObject({
      code: "DELTA_UNKNOWN_CONFIGURATION",
      hint: 'Did you mean "delta.appendOnly"?',
    });
  });
});
