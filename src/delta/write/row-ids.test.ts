import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, type Lake } from "../../../tests/delta/lake.ts";
import type { Action } from "../actions.ts";
import { parseCommit } from "../log/commit-file.ts";
import { commitName } from "../log/log-files.ts";
import { logKey } from "../log/log-segment.ts";
import { readObject } from "../log/objects.ts";
import { optimize } from "../maintain/optimize.ts";
import { deleteRows } from "./row-changes.ts";
import type { DeltaTable } from "../table.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const TRACKED = { properties: { "delta.enableRowTracking": "true" } };

function range(from: number, to: number): string {
  return `SELECT i::BIGINT AS id, 'x' AS name, 1 AS age FROM range(${from}, ${to}) AS t(i)`;
}

async function actionsOf(table: DeltaTable, version: number): Promise<Action[]> {
  const key = logKey(table.location, commitName(version));
  return parseCommit(await readObject(table.location.store, key), key);
}

/** `[first row id, default version]` of each file that a commit added. */
async function addsOf(table: DeltaTable, version: number): Promise<unknown[]> {
  return (await actionsOf(table, version)).flatMap(({ add }) =>
    add === undefined ? [] : [[add.baseRowId, add.defaultRowCommitVersion]],
  );
}

async function highWaterMark(table: DeltaTable): Promise<string | undefined> {
  return (await table.snapshot()).domain("delta.rowTracking");
}

async function idsOf(table: DeltaTable): Promise<unknown[][]> {
  const scan = await (await table.snapshot()).scan();
  const rows = await lake.connection.rows(
    `SELECT id::INT AS id, _metadata.row_id::INT AS r, _metadata.row_commit_version::INT AS v FROM ${scan.sql({ metadata: true })} ORDER BY id`,
  );
  return rows.map((row) => [row["id"], row["r"], row["v"]]);
}

describe("row ids", () => {
  it("begin after the highest that was given, which a domain of the log keeps", async () => {
    const table = await createTable(lake, "begin", { ...TRACKED, select: range(0, 5) });
    expect((await table.snapshot()).protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ["appendOnly", "invariants", "rowTracking", "domainMetadata"],
    });
    expect(await addsOf(table, 0)).toEqual([[0, 0]]);
    expect(await highWaterMark(table)).toBe('{"rowIdHighWaterMark":4}');
    await append(lake, table, range(5, 7));
    expect(await addsOf(table, 1)).toEqual([[5, 1]]);
    expect(await highWaterMark(table)).toBe('{"rowIdHighWaterMark":6}');
  });

  it("survive checkpoints", async () => {
    const table = await createTable(lake, "checkpointed", { ...TRACKED, select: range(0, 3) });
    await table.checkpoint();
    const reopened = lake.table("checkpointed");
    expect(await idsOf(reopened)).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [2, 2, 0],
    ]);
    await append(lake, reopened, range(3, 4));
    expect(await addsOf(reopened, 1)).toEqual([[3, 1]]);
  });

  it("are given where the table only supports row tracking, and hidden names with them", async () => {
    const table = await createTable(lake, "supported", {
      properties: { "delta.feature.rowTracking": "supported" },
      select: range(0, 2),
    });
    expect(await addsOf(table, 0)).toEqual([[0, 0]]);
    const { configuration } = await table.snapshot();
    expect(configuration["delta.rowTracking.materializedRowIdColumnName"]).toMatch(/^_row-id-col-[0-9a-f-]{36}$/);
    expect(configuration["delta.rowTracking.materializedRowCommitVersionColumnName"]).toMatch(
      /^_row-commit-version-col-[0-9a-f-]{36}$/,
    );
    const transaction = await table.begin({ operation: "SET TBLPROPERTIES" });
    transaction.updateMetadata({ setProperties: { "delta.enableRowTracking": "true" } });
    await transaction.commit();
    expect((await table.snapshot()).configuration).toEqual({ ...configuration, "delta.enableRowTracking": "true" });
    expect(await addsOf(table, 1)).toEqual([]);
  });

  it("are not given while row tracking is suspended", async () => {
    const table = await createTable(lake, "suspended", {
      properties: { "delta.feature.rowTracking": "supported", "delta.rowTrackingSuspended": "true" },
      select: range(0, 2),
    });
    expect(await addsOf(table, 0)).toEqual([[undefined, undefined]]);
    expect(await highWaterMark(table)).toBeUndefined();
  });

  it("are given anew when another writer was faster", async () => {
    const table = await createTable(lake, "raced", { ...TRACKED, select: range(0, 3) });
    const slow = await table.begin({ operation: "WRITE" });
    await slow.append({ connection: lake.connection, select: range(10, 12) });
    await append(lake, lake.table("raced"), range(3, 6));
    await append(lake, lake.table("raced"), range(6, 7));
    expect((await slow.commit()).version).toBe(3);
    expect(await addsOf(table, 3)).toEqual([[7, 3]]);
    expect(await highWaterMark(table)).toBe('{"rowIdHighWaterMark":8}');
    const ids = (await idsOf(table)).map(([, rowId]) => rowId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("stay when files are put together, and when rows are deleted by vectors", async () => {
    const table = await createTable(lake, "packed", {
      properties: { ...TRACKED.properties, "delta.enableDeletionVectors": "true" },
      select: range(0, 3),
    });
    await append(lake, table, range(3, 6));
    const transaction = await table.begin({ operation: "DELETE" });
    await deleteRows(transaction, lake.connection, { sql: '"id" = 1' });
    await transaction.commit();
    const before = await idsOf(table);
    expect(before).toEqual([
      [0, 0, 0],
      [2, 2, 0],
      [3, 3, 1],
      [4, 4, 1],
      [5, 5, 1],
    ]);
    expect(await addsOf(table, 2)).toEqual([[0, 0]]);
    await optimize(table, { connection: lake.connection });
    expect(await idsOf(table)).toEqual(before);
    expect(await addsOf(table, 3)).toEqual([[6, 3]]);
    const [info] = await actionsOf(table, 3);
    expect(info?.commitInfo?.["tags"]).toEqual({ "delta.rowTracking.preserved": "true" });
    expect(
      (await actionsOf(table, 3)).flatMap(({ remove }) => remove?.baseRowId ?? []).toSorted((a, b) => a - b),
    ).toEqual([0, 3]);
  });

  it("are given to the files of a table when it comes to track rows, unless others come in between", async () => {
    const table = await createTable(lake, "adopted", { select: range(0, 2) });
    await append(lake, table, range(2, 4));
    const enable = async (): Promise<void> => {
      const transaction = await table.begin({ operation: "SET TBLPROPERTIES" });
      transaction.updateMetadata({ setProperties: { "delta.enableRowTracking": "true" } });
      if (!(await table.history()).some(({ version }) => version === 2))
        await append(lake, lake.table("adopted"), range(4, 5));
      await transaction.commit();
    };
    await expect(enable()).rejects.toMatchObject({ code: "DELTA_CONCURRENT_APPEND" });
    await enable();
    const adopted = await addsOf(table, 3);
    for (const each of [
      [0, 3],
      [2, 3],
      [4, 3],
    ]) {
      expect(adopted).toContainEqual(each);
    }
    expect((await actionsOf(table, 3)).filter(({ add }) => add?.dataChange === true)).toEqual([]);
    expect((await idsOf(table)).map(([, rowId]) => rowId)).toEqual([0, 1, 2, 3, 4]);
  });
});
