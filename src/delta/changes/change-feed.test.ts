import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { struct } from "../../core/data-type.ts";
import type { Row } from "../../core/value.ts";
import { append, createTable, openLake, PEOPLE, type Lake } from "../../../tests/delta/lake.ts";
import type { Action, DeletionVectorDescriptor } from "../actions.ts";
import { changesOf, openChangeFeed, planChanges } from "./change-feed.ts";
import { changeFeedSql } from "./change-feed-sql.ts";
import type { ChangeBounds } from "./change-range.ts";
import { encodeRoaring } from "../scan/roaring.ts";
import type { DeltaTable } from "../table.ts";
import { decodeZ85, encodeZ85 } from "../scan/z85.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const CDF = { properties: { "delta.enableChangeDataFeed": "true" } };
const ANN = "SELECT 1::BIGINT AS id, 'Ann' AS name, 30 AS age";

async function changes(table: DeltaTable, bounds: ChangeBounds, columns = "id, _change_type"): Promise<Row[]> {
  const feed = await openChangeFeed(table, bounds);
  const sql = await changeFeedSql(await planChanges(table, feed));
  return lake.connection.rows(`SELECT ${columns} FROM ${sql} ORDER BY ALL`);
}

function vector(rows: readonly number[]): DeletionVectorDescriptor {
  const bytes = encodeRoaring(rows);
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return { storageType: "i", pathOrInlineDv: encodeZ85(padded), sizeInBytes: bytes.length, cardinality: rows.length };
}

const file = { path: "a.parquet", partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
const at = { version: 3, timestamp: 5 };

describe("the changes of a commit", () => {
  it("are its change data files alone, where it has some", () => {
    const cdc = { path: "_change_data/c.parquet", partitionValues: {}, size: 1, dataChange: false };
    expect(changesOf([{ add: file }, { remove: file }, { cdc }], at)).toMatchObject([
      { change: "recorded", version: 3, timestamp: 5, file: { path: "_change_data/c.parquet" } },
    ]);
  });

  it("are the rows of files that came and went, if these changed data", () => {
    const rearranged = { ...file, path: "b.parquet", dataChange: false };
    expect(changesOf([{ add: file }, { add: rearranged }], at)).toMatchObject([{ change: "insert" }]);
    expect(changesOf([{ remove: file }, { remove: rearranged }], at)).toMatchObject([{ change: "delete" }]);
  });

  it("are the rows by which two deletion vectors of one file differ", () => {
    const [before, now] = [vector([1]), vector([2])];
    const actions: Action[] = [
      { remove: { ...file, deletionVector: before } },
      { add: { ...file, deletionVector: now } },
    ];
    expect(changesOf(actions, at)).toMatchObject([
      { change: "delete", only: { of: now, less: before } },
      { change: "insert", only: { of: before, less: now } },
    ]);
    expect(changesOf([{ remove: file }, { add: file }], at)).toEqual([]);
  });

  it("are none of a MERGE that says it changed nothing", () => {
    const metrics = { numTargetRowsInserted: "0", numTargetRowsUpdated: "0", numTargetRowsDeleted: "0" };
    const commitInfo = { operation: "MERGE", operationMetrics: metrics };
    expect(changesOf([{ commitInfo }, { add: file }], at)).toEqual([]);
    expect(changesOf([{ commitInfo: { ...commitInfo, operation: "WRITE" } }, { add: file }], at)).toHaveLength(1);
  });

  it("cannot be told of a file that was removed without its partition", () => {
    const remove = { path: "a.parquet", dataChange: true };
    expect(() => changesOf([{ remove }], at)).toThrow(
      expect.objectContaining({ code: "DELTA_REMOVE_FILE_CDC_MISSING_EXTENDED_METADATA" }),
    );
  });
});

describe("the change data feed", () => {
  it("reads the rows by which deletion vectors differ, to and fro", async () => {
    const select = "SELECT i::BIGINT AS id, 'x' AS name, 1 AS age FROM range(10) AS t(i)";
    const table = await createTable(lake, "vectors", {
      properties: { "delta.enableChangeDataFeed": "true", "delta.enableDeletionVectors": "true" },
      select,
    });
    const commit = await lake.store.read("vectors/_delta_log/00000000000000000000.json");
    const chunks: Uint8Array[] = [];
    for await (const chunk of commit.body) chunks.push(chunk);
    const add = Buffer.concat(chunks)
      .toString()
      .split("\n")
      .filter((line) => line.startsWith('{"add"'))
      .map((line) => (JSON.parse(line) as Required<Pick<Action, "add">>).add)[0];
    const vectors = [undefined, vector([1, 2]), vector([2, 3]), undefined];
    for (let version = 1; version < vectors.length; version += 1) {
      const lines = [
        { commitInfo: { operation: "DELETE" } },
        { remove: { ...add, deletionVector: vectors[version - 1] } },
        { add: { ...add, deletionVector: vectors[version] } },
      ];
      await lake.store.write(
        `vectors/_delta_log/${String(version).padStart(20, "0")}.json`,
        Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
      );
    }
    const columns = "_commit_version::INT AS v, _change_type AS c, list(id::INT ORDER BY id) AS ids";
    const feed = await openChangeFeed(table, { start: { version: 1 } });
    const sql = await changeFeedSql(await planChanges(table, feed));
    const rows = await lake.connection.rows(`SELECT ${columns} FROM ${sql} GROUP BY ALL ORDER BY ALL`);
    expect(rows).toEqual([
      { v: 1, c: "delete", ids: [1, 2] },
      { v: 2, c: "delete", ids: [3] },
      { v: 2, c: "insert", ids: [1] },
      { v: 3, c: "insert", ids: [2, 3] },
    ]);
  });

  it("has the columns of the last version of the range where columns have other names in files", async () => {
    const table = await createTable(lake, "renamed", {
      properties: { ...CDF.properties, "delta.columnMapping.mode": "name" },
      select: ANN,
    });
    const transaction = await table.begin({ operation: "RENAME COLUMN" });
    const [id, ...others] = transaction.schema.fields;
    if (id === undefined) throw new Error("no column");
    transaction.updateMetadata({ schema: struct([{ ...id, name: "key" }, ...others]) });
    await transaction.commit();
    await append(lake, table, "SELECT 2::BIGINT AS key, 'Bob' AS name, 40 AS age");
    expect(await changes(table, { start: { version: 0 }, end: { version: 0 } })).toEqual([
      { id: 1n, _change_type: "insert" },
    ]);
    expect(await changes(table, { start: { version: 1 } }, "key")).toEqual([{ key: 2n }]);
    await expect(changes(table, { start: { version: 0 } })).rejects.toMatchObject({
      code: "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA",
      details: { version: 0 },
    });
  });

  it("is read as far as a snapshot goes, where one is given", async () => {
    const table = await createTable(lake, "steady", { ...CDF, select: ANN });
    const before = await table.snapshot();
    await append(lake, table, ANN);
    const feed = await openChangeFeed(table, { start: { version: 0 } }, before);
    expect((await planChanges(table, feed)).files).toHaveLength(1);
    expect((await planChanges(table, await openChangeFeed(table, { start: { version: 0 } }))).files).toHaveLength(2);
    await expect(openChangeFeed(table, { start: { version: 1 } }, before)).rejects.toMatchObject({
      code: "DELTA_CDC_START_VERSION_AFTER_LATEST",
    });
  });

  it("refuses a range whose first commit was cleaned up", async () => {
    const table = await createTable(lake, "cleaned", { ...CDF, schema: PEOPLE, select: ANN });
    await append(lake, table, ANN);
    await table.checkpoint();
    await append(lake, table, ANN);
    for (const version of [0, 1])
      await lake.store.delete(`cleaned/_delta_log/${String(version).padStart(20, "0")}.json`);
    const reopened = lake.table("cleaned");
    expect(await changes(reopened, { start: { version: 2 } })).toHaveLength(1);
    await expect(changes(reopened, { start: { version: 1 } })).rejects.toMatchObject({
      code: "DELTA_VERSION_NOT_FOUND",
    });
  });
});

describe("Z85", () => {
  it("reads texts that some writers pad, and refuses words of more than four bytes", () => {
    expect(decodeZ85("00000##093")).toEqual(Buffer.from([0, 0, 0, 0, 3, 0]));
    expect(() => decodeZ85("%nSc1")).toThrow(SyntaxError);
    expect(() => decodeZ85("#####")).toThrow(SyntaxError);
  });
});
