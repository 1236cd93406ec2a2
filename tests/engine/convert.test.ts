import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AddAction } from "../../src/delta/actions.ts";
import { parseCommit } from "../../src/delta/log/commit-file.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
let db: DuckDb;
beforeAll(async () => {
  house = await openTestLakehouse();
  db = await DuckDb.open({ timeZone: "UTC", threads: 1 });
});
afterAll(async () => {
  await db.close();
  await house.close();
});

/** Parquet files in a folder, by name. */
async function files(name: string, selects: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(house.folder, name);
  const connection = await db.connect();
  for (const [path, select] of Object.entries(selects)) {
    const file = join(folder, path);
    await mkdir(join(file, ".."), { recursive: true });
    await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  }
  connection.close();
  return folder;
}

const refusal = (text: string): Promise<unknown> =>
  house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );

async function addsOf(folder: string): Promise<AddAction[]> {
  const path = join(folder, "_delta_log", "00000000000000000000.json");
  return parseCommit(await readFile(path, "utf8"), path).flatMap(({ add }) => (add === undefined ? [] : [add]));
}

describe("CONVERT TO DELTA", () => {
  it("makes one commit of the files where they lie, with statistics from their footers", async () => {
    const folder = await files("flat", {
      "a.parquet": `SELECT i::INT AS id, i / 4.0::DOUBLE AS x, 'n' || i AS name, i * 1.5::DECIMAL(9,2) AS price, DATE '2024-01-01' + i::INT AS day,
        TIMESTAMPTZ '2024-01-01 00:00:00.0015+00' AS at, {deep: i} AS s, [i] AS list, i > 2 AS b FROM range(5000) t(i)`,
      "b c.parquet": "SELECT 9::INT AS id, 'nan'::DOUBLE AS x, NULL::VARCHAR AS name, 'more' AS extra",
      "_SUCCESS.parquet": "SELECT 1 AS hidden",
    });
    await house.run(`CONVERT TO DELTA parquet.\`${folder}\``);
    expect(await house.values(`SELECT count(*), sum(id), max(extra) FROM delta.\`${folder}\``)).toEqual([
      [5001, 12497509, "more"],
    ]);
    const adds = await addsOf(folder);
    expect(adds.map(({ path }) => path)).toEqual(["a.parquet", "b%20c.parquet"]);
    expect(JSON.parse(adds[0]?.stats ?? "")).toEqual({
      numRecords: 5000,
      minValues: {
        id: 0,
        x: 0,
        name: "n0",
        price: 0,
        day: "2024-01-01",
        at: "2024-01-01T00:00:00.001Z",
        s: { deep: 0 },
      },
      maxValues: {
        id: 4999,
        x: 1249.75,
        name: "n999",
        price: 7498.5,
        day: "2037-09-08",
        at: "2024-01-01T00:00:00.002Z",
        s: { deep: 4999 },
      },
      nullCount: { id: 0, x: 0, name: 0, price: 0, day: 0, at: 0, s: { deep: 0 }, b: 0 },
      tightBounds: true,
    });
    expect(JSON.parse(adds[1]?.stats ?? "")).toEqual({
      numRecords: 1,
      minValues: { id: 9, extra: "more" },
      maxValues: { id: 9, extra: "more" },
      nullCount: { id: 0, x: 0, name: 1, extra: 0 },
      tightBounds: true,
    });
    expect(await house.values(`SELECT id FROM delta.\`${folder}\` WHERE x > 5000`)).toEqual([[9]]);
    const [entry] = await house.rows(`DESCRIBE HISTORY delta.\`${folder}\``);
    expect(entry).toMatchObject({ operation: "CONVERT" });
    expect(entry?.["operationMetrics"]).toEqual([{ key: "numConvertedFiles", value: "2" }]);
    await house.run(`CONVERT TO DELTA parquet.\`${folder}\`; CONVERT TO DELTA delta.\`${folder}\``);
    expect(await house.rows(`DESCRIBE HISTORY delta.\`${folder}\``)).toHaveLength(1);
  });

  it("takes partition values from the folders, with the types that are given", async () => {
    const folder = await files("hive", {
      "year=2024/name=a%2Fb/x.parquet": "SELECT 1 AS id",
      "year=2025/name=__HIVE_DEFAULT_PARTITION__/x.parquet": "SELECT 2 AS id",
    });
    const convert = `CONVERT TO DELTA parquet.\`${folder}\``;
    expect(await refusal(convert)).toMatchObject({ code: "DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME" });
    expect(await refusal(`${convert} PARTITIONED BY (name STRING, year INT)`)).toMatchObject({
      code: "DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME",
    });
    expect(await refusal(`${convert} PARTITIONED BY (year INT, name INT)`)).toMatchObject({
      code: "DELTA_FAILED_CAST_PARTITION_VALUE",
    });
    await house.run(`${convert} NO STATISTICS PARTITIONED BY (year INT, name STRING)`);
    expect(await house.values(`SELECT * FROM delta.\`${folder}\` ORDER BY id`)).toEqual([
      [1, 2024, "a/b"],
      [2, 2025, null],
    ]);
    expect((await addsOf(folder)).map(({ stats }) => stats)).toEqual([undefined, undefined]);
    await house.run(`CREATE TABLE hive LOCATION '${folder}'; DELETE FROM hive WHERE year = 2024`);
    expect(await house.values("SELECT id FROM hive")).toEqual([[2]]);
  });

  it("refuses folders without files, of other formats, of Iceberg, and files that do not fit together", async () => {
    const empty = join(house.folder, "empty");
    await mkdir(empty);
    expect(await refusal(`CONVERT TO DELTA parquet.\`${empty}\``)).toMatchObject({ code: "DELTA_EMPTY_DIRECTORY" });
    expect(await refusal(`CONVERT TO DELTA csv.\`${empty}\``)).toMatchObject({
      code: "DELTA_CONVERT_NON_PARQUET_TABLE",
    });
    expect(await refusal(`CONVERT TO DELTA iceberg.\`${empty}\``)).toMatchObject({
      code: "DELTA_CONVERT_NON_PARQUET_TABLE",
    });
    const ice = await files("ice", { "data/a.parquet": "SELECT 1 AS a" });
    await cp(join(ice, "data/a.parquet"), join(ice, "metadata/v1.metadata.json"));
    expect(await refusal(`CONVERT TO DELTA parquet.\`${ice}\``)).toMatchObject({
      code: "DELTA_CONVERT_NON_PARQUET_TABLE",
    });
    const mixed = await files("mixed", { "a.parquet": "SELECT 1::INT AS a", "b.parquet": "SELECT 1::BIGINT AS a" });
    expect(await refusal(`CONVERT TO DELTA parquet.\`${mixed}\``)).toMatchObject({
      code: "DELTA_FAILED_MERGE_SCHEMA_FILE",
    });
    expect(await readdir(mixed)).toEqual(["a.parquet", "b.parquet"]);
  });
});

describe("FSCK REPAIR TABLE", () => {
  it("takes what is missing from the log, and only says so in a dry run", async () => {
    const place = join(house.folder, "broken");
    await house.run(`
      CREATE TABLE broken (id INT) LOCATION '${place}' TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO broken VALUES (1); INSERT INTO broken VALUES (2), (3)`);
    expect(await house.values("FSCK REPAIR TABLE broken")).toEqual([]);
    const [gone = ""] = (await readdir(place)).filter((name) => name.endsWith(".parquet"));
    await rm(join(place, gone));
    expect(await refusal("SELECT * FROM broken")).toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
    const expected = [
      { dataFilePath: gone, dataFileMissing: true, deletionVectorPath: null, deletionVectorFileMissing: false },
    ];
    expect(await house.rows("FSCK REPAIR TABLE broken DRY RUN")).toEqual(expected);
    expect(await house.rows("FSCK REPAIR TABLE broken")).toEqual(expected);
    expect((await house.values("SELECT * FROM broken")).length).toBeGreaterThan(0);
    expect((await house.rows("DESCRIBE HISTORY broken"))[0]).toMatchObject({ operation: "FSCK" });
    expect(await house.values("FSCK REPAIR TABLE broken")).toEqual([]);
  });
});

describe("MSCK REPAIR TABLE", () => {
  it("brings the catalog to what the log says, and adds no partitions", async () => {
    const place = join(house.folder, "grown");
    await house.run(`CREATE TABLE grown (a INT) LOCATION '${place}'`);
    expect(await refusal("MSCK REPAIR TABLE grown")).toMatchObject({ code: "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE" });
    const other = await openTestLakehouse();
    try {
      await other.run(`CREATE TABLE grown LOCATION '${place}'; ALTER TABLE grown ADD COLUMN b STRING`);
    } finally {
      await other.close();
    }
    await house.run("MSCK REPAIR TABLE grown SYNC METADATA");
    expect(
      await house.values("SELECT column_name FROM main.information_schema.columns WHERE table_name = 'grown'"),
    ).toEqual([["a"], ["b"]]);
  });
});

describe("GENERATE symlink_format_manifest", () => {
  it("lists the files of each partition, and drops lists of partitions that are gone", async () => {
    const place = join(house.folder, "listed");
    await house.run(`
      CREATE TABLE listed (id INT, p STRING) PARTITIONED BY (p) LOCATION '${place}';
      INSERT INTO listed VALUES (1, 'a:b'), (2, NULL);
      GENERATE symlink_format_manifest FOR TABLE listed`);
    const root = join(place, "_symlink_format_manifest");
    expect((await readdir(root)).toSorted()).toEqual(["p=__HIVE_DEFAULT_PARTITION__", "p=a%3Ab"]);
    const text = await readFile(join(root, "p=a%3Ab", "manifest"), "utf8");
    expect(text).toMatch(/^file:\/\/.*\/listed\/p=a.*\.parquet\n$/);
    await house.run("DELETE FROM listed WHERE p IS NULL; GENERATE symlink_format_manifest FOR TABLE listed");
    expect(await readdir(join(root, "p=__HIVE_DEFAULT_PARTITION__")).catch(() => [])).toEqual([]);
    expect(await refusal("GENERATE other_manifest FOR TABLE listed")).toMatchObject({
      code: "DELTA_UNSUPPORTED_GENERATE_MODE",
    });
    await house.run("CREATE TABLE mapped (id INT) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')");
    expect(await refusal("GENERATE symlink_format_manifest FOR TABLE mapped")).toMatchObject({
      code: "DELTA_UNSUPPORTED_MANIFEST_GENERATION_WITH_COLUMN_MAPPING",
    });
  });
});
