import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DeltaTable } from "./delta-table.ts";

let folder: string;
let people: DeltaTable;
let tables = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-api-"));
});
afterAll(async () => {
  await people.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await (people as DeltaTable | undefined)?.close();
  people = await DeltaTable.create(path("people"), {
    schema: "id BIGINT NOT NULL, name STRING, tags ARRAY<STRING>, seen TIMESTAMP",
    properties: { "delta.enableDeletionVectors": "true" },
  });
  await people.append([
    { id: 1n, name: "Ada", tags: ["a", "b"], seen: new Date("2026-01-02T03:04:05Z") },
    { id: 2, name: "Bea" },
    { id: 9007199254740993n, name: null },
  ]);
});

function path(name: string): string {
  return join(folder, `${name}-${(tables += 1)}`);
}

async function names(where?: string): Promise<unknown[]> {
  const rows = await people.scan({ columns: ["name"], ...(where === undefined ? {} : { where }) }).rows();
  return rows.map((row) => row["name"]);
}

describe("a table on its own", () => {
  it("gives back the rows that were appended, at every version", async () => {
    expect(await people.scan({ where: "id > 1" }).rows()).toEqual([
      { id: 2n, name: "Bea", tags: null, seen: null },
      { id: 9007199254740993n, name: null, tags: null, seen: null },
    ]);
    const [ada] = await people.scan({ where: "name = 'Ada'" }).rows();
    expect(ada).toEqual({ id: 1n, name: "Ada", tags: ["a", "b"], seen: "2026-01-02 03:04:05" });
    expect(await people.scan({ version: 0 }).rows()).toEqual([]);
    expect(await people.scan({ limit: 1, columns: ["ID"] }).rows()).toHaveLength(1);
    const again = await DeltaTable.open(people.location);
    expect(await again.version()).toBe(1);
    await again.close();
  });

  it("changes rows by conditions in Spark SQL", async () => {
    expect(await people.update({ name: "upper(name)" }, "id = 1")).toMatchObject({ updated: 1 });
    expect(await people.delete("name IS NULL")).toMatchObject({ deleted: 1 });
    expect(new Set(await names())).toEqual(new Set(["ADA", "Bea"]));
    expect(await people.delete("id = 77")).toEqual({ version: 3, inserted: 0, updated: 0, deleted: 0 });
    const history = await people.history();
    expect(history.map((each) => each.operation)).toEqual(["DELETE", "UPDATE", "WRITE", "CREATE TABLE"]);
  });

  it("merges rows, of which several may not match one", async () => {
    const rows = [
      { id: 2n, name: "Bea the second" },
      { id: 3n, name: "Cia" },
    ];
    const all = { on: "target.id = source.id", whenNotMatched: { insert: "*" } } as const;
    await expect(people.merge(rows, { ...all, whenMatched: { update: "*" } })).rejects.toMatchObject({
      code: expect.stringContaining("UNRESOLVED_COLUMN"),
    });
    const whenMatched = [{ when: "source.name IS NULL", delete: true }, { update: { name: "source.name" } }] as const;
    const whenNotMatched = { insert: { id: "source.id", name: "source.name" } };
    const done = await people.merge(rows, { on: all.on, whenMatched, whenNotMatched });
    expect(done).toMatchObject({ inserted: 1, updated: 1, deleted: 0 });
    expect(await names("id BETWEEN 2 AND 3")).toEqual(["Bea the second", "Cia"]);
    await expect(
      people.merge([...rows, ...rows], { on: all.on, whenMatched: { update: { name: "source.name" } } }),
    ).rejects.toMatchObject({ code: "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE" });
    await expect(people.merge(rows, { on: "true" })).rejects.toMatchObject({ code: "DELTA_MERGE_MISSING_WHEN" });
  });

  it("overwrites everything, the rows of a condition or partitions, and takes new columns where it is told to", async () => {
    await people.overwrite([{ id: 2n, name: "other" }], { where: "id = 2" });
    expect(await names("id <= 2")).toEqual(expect.arrayContaining(["Ada", "other"]));
    await expect(people.overwrite([{ id: 3n }], { where: "id = 2" })).rejects.toMatchObject({
      code: "DELTA_REPLACE_WHERE_MISMATCH",
    });
    await people.overwrite([{ only: true }], { overwriteSchema: true });
    expect(await people.scan().rows()).toEqual([{ only: true }]);
    const sales = await DeltaTable.create(path("sales"), { schema: "day DATE, amount INT", partitionBy: ["day"] });
    await sales.append([
      { day: "2026-01-01", amount: 1 },
      { day: "2026-01-02", amount: 2 },
    ]);
    await sales.overwrite([{ day: "2026-01-02", amount: 9 }], { partitions: "dynamic" });
    const amounts = (await sales.scan().rows()).map((row) => row["amount"]);
    expect(new Set(amounts)).toEqual(new Set([1, 9]));
    await sales.close();
  });

  it("adds columns where it is told to, and else names the nearest", async () => {
    await expect(people.append([{ id: 5n, nmae: "x" }])).rejects.toMatchObject({
      code: "UNRESOLVED_COLUMN",
      hint: expect.stringContaining("name"),
    });
    await people.append([{ id: 5n, score: 1.5, when: new Date(0) }], { mergeSchema: true });
    expect((await people.schema()).fields.map((each) => each.name)).toEqual([
      "id",
      "name",
      "tags",
      "seen",
      "score",
      "when",
    ]);
    expect(await people.scan({ where: "score > 1" }).rows()).toMatchObject([{ id: 5n, score: 1.5 }]);
  });

  it("commits what has an identity once", async () => {
    const txn = { appId: "loader", version: 7 };
    await people.append([{ id: 6n }], { txn });
    expect(await people.append([{ id: 6n }], { txn })).toMatchObject({ rows: 0, version: 2 });
    expect(await people.scan({ where: "id = 6" }).rows()).toHaveLength(1);
  });

  it("is copied into another by a scan, optimized, vacuumed and restored", async () => {
    const copy = await DeltaTable.create(path("copy"), { schema: "id BIGINT, name STRING" });
    await copy.append(people.scan({ columns: ["id", "name"], where: "id < 10" }));
    await copy.append(people.scan({ columns: ["name"], where: "length(name) = 3" }));
    expect(await copy.optimize()).toMatchObject({ version: 3, metrics: { numRemovedFiles: 2, numAddedFiles: 1 } });
    expect((await copy.vacuum({ dryRun: true })).count).toBe(0);
    expect(await copy.restore({ version: 1 })).toMatchObject({ version: 4 });
    expect(await copy.scan().rows()).toHaveLength(2);
    expect(await copy.detail()).toMatchObject({ numFiles: 1, format: "delta" });
    await copy.close();
  });

  it("is refused where there is none, or one already", async () => {
    await expect(DeltaTable.open(join(folder, "nothing"))).rejects.toMatchObject({ code: "DELTA_TABLE_NOT_FOUND" });
    await expect(DeltaTable.create(people.location, { schema: "a INT" })).rejects.toMatchObject({
      code: "DELTA_TABLE_ALREADY_EXISTS",
    });
    const same = await DeltaTable.create(people.location, { schema: "a INT", ifNotExists: true });
    expect((await same.schema()).fields).toHaveLength(4);
    await same.close();
    expect(await DeltaTable.exists(people.location)).toBe(true);
    await expect(people.scan({ timestamp: "never" }).rows()).rejects.toMatchObject({
      code: "DELTA_TIMESTAMP_INVALID",
    });
  });
});
