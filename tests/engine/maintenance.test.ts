import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import { ANA, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(() => house.close());

async function metricsOf(text: string): Promise<Record<string, unknown>> {
  const [row] = await house.rows(text);
  expect(Object.keys(row ?? {})).toEqual(["path", "metrics"]);
  return plain(row?.["metrics"]) as Record<string, unknown>;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

async function history(table: string): Promise<Record<string, Record<string, string>>[]> {
  const rows = await house.rows(`DESCRIBE HISTORY ${table}`);
  const entries = (value: unknown): Record<string, string> =>
    Object.fromEntries(
      (value as { key: string; value: string }[] | null)?.map(({ key, value: text }) => [key, text]) ?? [],
    );
  return rows.map((row) => ({
    operation: { name: textOf(row["operation"]) },
    parameters: entries(row["operationParameters"]),
    metrics: entries(row["operationMetrics"]),
  }));
}

describe("OPTIMIZE", () => {
  it("gives Delta Lake's metrics, and leaves them in the history", async () => {
    await house.run("CREATE TABLE many (id INT, d DATE) PARTITIONED BY (d)");
    for (let day = 1; day <= 3; day += 1) {
      await house.run(`INSERT INTO many VALUES (${day}, DATE'2024-01-01'), (${day}, DATE'2024-01-02')`);
    }
    const metrics = await metricsOf("OPTIMIZE many WHERE year(d) = 2024 AND d > '2024-01-01'");
    expect(metrics).toMatchObject({
      numFilesAdded: 1,
      numFilesRemoved: 3,
      partitionsOptimized: 1,
      numBins: 1,
      totalConsideredFiles: 3,
      totalFilesSkipped: 0,
      filesRemoved: { totalFiles: 3 },
      zOrderStats: null,
      clusteringStats: null,
      deletionVectorStats: null,
      numTableColumns: 2,
    });
    const [last] = await history("many");
    expect(last).toMatchObject({
      operation: { name: "OPTIMIZE" },
      parameters: {
        predicate: `["year(d) = 2024 AND d > '2024-01-01'"]`,
        zOrderBy: "[]",
        clusterBy: "[]",
        auto: "false",
      },
      metrics: { numAddedFiles: "1", numRemovedFiles: "3", numDeletionVectorsRemoved: "0" },
    });
    expect(await metricsOf("OPTIMIZE many")).toMatchObject({ numFilesAdded: 1, numFilesRemoved: 3 });
    expect(await metricsOf("OPTIMIZE many")).toMatchObject({ numFilesAdded: 0, numFilesRemoved: 0 });
    expect(await house.values("SELECT count(*), sum(id), count(DISTINCT d) FROM many")).toEqual([[6, 12, 2]]);
  });

  it("needs MODIFY, a Delta table, and a condition on partitions", async () => {
    await house.run(
      "GRANT USE CATALOG ON CATALOG main TO `ana@example.com`; GRANT USE SCHEMA ON SCHEMA s TO `ana@example.com`; GRANT SELECT ON TABLE many TO `ana@example.com`",
    );
    await expect(house.as(ANA, "OPTIMIZE main.s.many")).rejects.toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
    await expect(house.sql("OPTIMIZE many WHERE id = 1")).rejects.toMatchObject({
      code: "DELTA_NON_PARTITION_COLUMN_REFERENCE",
    });
    await expect(house.sql("OPTIMIZE many FULL")).rejects.toMatchObject({ code: "DELTA_OPTIMIZE_FULL_NOT_SUPPORTED" });
    await house.run("CREATE VIEW seen AS SELECT * FROM many");
    await expect(house.sql("OPTIMIZE seen")).rejects.toMatchObject({ code: "EXPECT_TABLE_NOT_VIEW" });
  });

  it("lays rows out along the Z-curve, so that conditions on each column skip files", async () => {
    await house.run("CREATE TABLE grid (x INT, y INT, p STRING, pad STRING) PARTITIONED BY (p)");
    await house.run(
      "INSERT INTO grid SELECT a.id, b.id, 'p', sha2(concat(a.id, ' ', b.id), 256) FROM range(300) a, range(300) b",
    );
    await house.run("SET spark.databricks.delta.optimize.maxFileSize = 300000");
    const metrics = await metricsOf("OPTIMIZE grid ZORDER BY (x, y)");
    await house.run("RESET spark.databricks.delta.optimize.maxFileSize");
    expect(metrics).toMatchObject({ zOrderStats: { strategyName: "all", numOutputCubes: 1 }, numFilesRemoved: 1 });
    expect(metrics["numFilesAdded"]).toBeGreaterThanOrEqual(6);
    for (const column of ["x", "y"]) {
      const { metrics: read } = await house.sql(`SELECT count(*) FROM grid WHERE ${column} = 7`);
      expect(read.filesScanned).toBeLessThan(Number(metrics["numFilesAdded"]) * 0.7);
    }
    expect(await house.values("SELECT count(*), sum(x), sum(y) FROM grid")).toEqual([[90_000, 13_455_000, 13_455_000]]);
    for (const [columns, code] of [
      ["p", "DELTA_ZORDERING_ON_PARTITION_COLUMN"],
      ["z", "DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST"],
    ]) {
      await expect(house.sql(`OPTIMIZE grid ZORDER BY (${columns})`)).rejects.toMatchObject({ code });
    }
    await house.run("ALTER TABLE grid SET TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'x')");
    await expect(house.sql("OPTIMIZE grid ZORDER BY (y)")).rejects.toMatchObject({
      code: "DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS",
    });
  });
});

describe("REORG", () => {
  it("takes deleted rows and dropped columns out of the files, and nothing else", async () => {
    await house.run(
      "CREATE TABLE worn (id BIGINT, gone STRING, p INT) PARTITIONED BY (p) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name')",
    );
    await house.run("INSERT INTO worn SELECT id, 'x', id % 2 FROM range(200000)");
    await house.run("DELETE FROM worn WHERE id = 4");
    expect(await metricsOf("REORG TABLE worn WHERE p = 1 APPLY (PURGE)")).toMatchObject({ numFilesRemoved: 0 });
    expect(await metricsOf("REORG TABLE worn APPLY (PURGE)")).toMatchObject({
      numFilesAdded: 1,
      numFilesRemoved: 1,
      deletionVectorStats: { numDeletionVectorsRemoved: 1, numDeletionVectorRowsRemoved: 1 },
    });
    expect((await history("worn"))[0]).toMatchObject({
      operation: { name: "REORG" },
      parameters: { predicate: "[]", applyPurge: "true" },
      metrics: { numDeletionVectorsRemoved: "1" },
    });
    await house.run("ALTER TABLE worn DROP COLUMN gone");
    expect(await metricsOf("REORG TABLE worn APPLY (PURGE)")).toMatchObject({ numFilesAdded: 2, numFilesRemoved: 2 });
    expect(await metricsOf("REORG TABLE worn APPLY (PURGE)")).toMatchObject({ numFilesAdded: 0, numFilesRemoved: 0 });
    expect(await house.values("SELECT count(*), sum(id) FROM worn")).toEqual([[199_999, 19_999_899_996]]);
    await expect(
      house.sql("REORG TABLE worn APPLY (UPGRADE UNIFORM (ICEBERG_COMPAT_VERSION = 2))"),
    ).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
  });
});

it("OPTIMIZE, clustering and REORG leave row ids and the change data feed as they are", async () => {
  await house.run(
    "CREATE TABLE tracked (id INT, x INT) CLUSTER BY (x) TBLPROPERTIES ('delta.enableRowTracking' = 'true', 'delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'true')",
  );
  for (let id = 0; id < 4; id += 1) await house.run(`INSERT INTO tracked VALUES (${id}, ${4 - id})`);
  const ids = "SELECT id, _metadata.row_id, _metadata.row_commit_version FROM tracked ORDER BY id";
  const before = await house.values(ids);
  await house.run("OPTIMIZE tracked");
  expect(await house.values(ids)).toEqual(before);
  expect(await metricsOf("REORG TABLE tracked APPLY (PURGE)")).toMatchObject({ numFilesRemoved: 0 });
  await house.run("DELETE FROM tracked WHERE id = 2");
  await house.run("REORG TABLE tracked APPLY (PURGE)");
  expect(await house.values(ids)).toEqual(before.filter(([id]) => id !== 2));
  expect(
    await house.values("SELECT _change_type, count(*) FROM table_changes('tracked', 5) GROUP BY ALL ORDER BY ALL"),
  ).toEqual([["delete", 1]]);
  expect(await house.rows("DESCRIBE HISTORY tracked")).toEqual(
    expect.arrayContaining([expect.objectContaining({ operation: "OPTIMIZE", isolationLevel: "SnapshotIsolation" })]),
  );
});

describe("VACUUM", () => {
  it("gives the path, or the files of a dry run, and checks the retention", async () => {
    await house.run("CREATE TABLE swept (id INT)");
    for (let id = 0; id < 3; id += 1) await house.run(`INSERT INTO swept VALUES (${id})`);
    await house.run("OPTIMIZE swept");
    await expect(house.sql("VACUUM swept RETAIN 0 HOURS")).rejects.toMatchObject({
      code: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
    });
    expect(await house.values("VACUUM swept DRY RUN")).toEqual([]);
    await house.run("SET spark.databricks.delta.retentionDurationCheck.enabled = false");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [[first] = []] = await house.values("VACUUM swept LITE RETAIN 0 HOURS DRY RUN");
    expect(first).toMatch(/swept|tables/);
    expect(await house.values("VACUUM swept RETAIN 0 HOURS DRY RUN")).toHaveLength(3);
    const [{ location = "" } = {}] = (await house.rows("DESCRIBE DETAIL swept")) as { location?: string }[];
    expect(await house.values("VACUUM swept RETAIN 0 HOURS")).toEqual([[location]]);
    await house.run("RESET spark.databricks.delta.retentionDurationCheck.enabled");
    expect(await house.values("VACUUM swept RETAIN 0.0 HOURS DRY RUN").catch((error: unknown) => error)).toMatchObject({
      code: "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
    });
    expect(await house.values("SELECT count(*) FROM swept")).toEqual([[3]]);
    expect((await history("swept")).slice(0, 2)).toMatchObject([
      { operation: { name: "VACUUM END" }, parameters: { status: "COMPLETED" }, metrics: { numDeletedFiles: "3" } },
      {
        operation: { name: "VACUUM START" },
        parameters: { retentionCheckEnabled: "false", specifiedRetentionMillis: "0" },
        metrics: { numFilesToDelete: "3" },
      },
    ]);
    await expect(house.sql("SET spark.databricks.delta.optimize.maxFileSize = 1 GB")).rejects.toMatchObject({
      code: "INVALID_CONF_VALUE",
    });
  });
});

describe("liquid clustering", () => {
  it("clusters what is new, leaves large cubes, and all of it by other columns with FULL", async () => {
    await house.run("CREATE TABLE liquid (x INT, s STRUCT<y: INT>, pad STRING) CLUSTER BY (x, s.y)");
    expect(await house.rows("DESCRIBE DETAIL liquid")).toMatchObject([
      { clusteringColumns: ["x", "s.y"], partitionColumns: [], minReaderVersion: 1, minWriterVersion: 7 },
    ]);
    const fill = (from: number): Promise<void> =>
      house.run(
        `INSERT INTO liquid SELECT a.id, named_struct('y', b.id), sha2(concat(a.id, ' ', b.id), 256) FROM range(${from}, ${from + 150}) a, range(300) b`,
      );
    await fill(0);
    await fill(150);
    await house.run("SET spark.databricks.delta.optimize.maxFileSize = 300000");
    const first = await metricsOf("OPTIMIZE liquid");
    expect(first).toMatchObject({
      numFilesRemoved: 2,
      clusteringStats: { inputOtherFiles: { numFiles: 2 }, inputNumZCubes: 0, numOutputZCubes: 1 },
      zOrderStats: null,
    });
    expect(first["numFilesAdded"]).toBeGreaterThanOrEqual(6);
    for (const condition of ["x = 7", "s.y = 7"]) {
      const { metrics } = await house.sql(`SELECT count(*) FROM liquid WHERE ${condition}`);
      expect(metrics.filesScanned).toBeLessThan(Number(first["numFilesAdded"]) * 0.7);
    }
    expect(await metricsOf("OPTIMIZE liquid")).toMatchObject({ numFilesRemoved: 0 });
    expect((await history("liquid"))[0]).toMatchObject({
      parameters: { clusterBy: '["x","s.y"]', zOrderBy: "[]", isFull: "false" },
    });
    // A cube that is large enough is not touched again.
    await fill(300);
    await house.run("SET spark.databricks.delta.optimize.clustering.mergeStrategy.minCubeSize.threshold = 100000");
    const added = Number(first["numFilesAdded"]);
    expect(await metricsOf("OPTIMIZE liquid")).toMatchObject({
      numFilesRemoved: 1,
      clusteringStats: { inputZCubeFiles: { numFiles: added }, inputNumZCubes: 1, inputOtherFiles: { numFiles: 1 } },
    });
    await house.run("ALTER TABLE liquid CLUSTER BY (pad)");
    expect(await metricsOf("OPTIMIZE liquid")).toMatchObject({ numFilesRemoved: 0 });
    const all = await metricsOf("OPTIMIZE liquid FULL");
    expect(all["numFilesRemoved"]).toBe(all["totalConsideredFiles"]);
    expect(await metricsOf("OPTIMIZE liquid FULL")).toMatchObject({ numFilesRemoved: 0 });
    await house.run("RESET spark.databricks.delta.optimize.maxFileSize");
    await house.run("RESET spark.databricks.delta.optimize.clustering.mergeStrategy.minCubeSize.threshold");
    expect(await house.values("SELECT count(*), sum(x), sum(s.y) FROM liquid")).toEqual([
      [135_000, 30_307_500, 20_182_500],
    ]);
    await expect(house.sql("OPTIMIZE liquid ZORDER BY (x)")).rejects.toMatchObject({
      code: "DELTA_CLUSTERING_WITH_ZORDER_BY",
    });
    await expect(house.sql("OPTIMIZE liquid WHERE true")).rejects.toMatchObject({
      code: "DELTA_CLUSTERING_WITH_PARTITION_PREDICATE",
    });
  });

  it("says in the log what the table is clustered by, by physical names", async () => {
    await house.run(
      "CREATE TABLE mapped CLUSTER BY (b) TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS SELECT 1 AS a, 'x' AS b",
    );
    await house.run("ALTER TABLE mapped RENAME COLUMN b TO c");
    expect(await house.rows("DESCRIBE DETAIL mapped")).toMatchObject([{ clusteringColumns: ["c"] }]);
    await house.run("OPTIMIZE mapped");
    await house.run("ALTER TABLE mapped CLUSTER BY NONE");
    expect(await house.rows("DESCRIBE DETAIL mapped")).toMatchObject([{ clusteringColumns: [] }]);
    expect((await history("mapped"))[0]).toMatchObject({
      operation: { name: "CLUSTER BY" },
      parameters: { oldClusteringColumns: "c", newClusteringColumns: "" },
    });
    await expect(house.sql("OPTIMIZE mapped FULL")).rejects.toMatchObject({
      code: "DELTA_OPTIMIZE_FULL_NOT_SUPPORTED",
    });
    await house.run("ALTER TABLE mapped CLUSTER BY AUTO");
    expect(await house.rows("DESCRIBE DETAIL mapped")).toMatchObject([
      { clusteringColumns: [], properties: expect.arrayContaining([{ key: "clusterByAuto", value: "true" }]) },
    ]);
    await house.run("CREATE OR REPLACE TABLE mapped (a INT)");
    expect(await house.rows("DESCRIBE DETAIL mapped")).toMatchObject([{ clusteringColumns: [] }]);
    await house.run("CREATE TABLE later (a INT, p INT); ALTER TABLE later CLUSTER BY (a)");
    expect(await house.rows("DESCRIBE DETAIL later")).toMatchObject([
      { clusteringColumns: ["a"], tableFeatures: expect.arrayContaining(["clustering", "domainMetadata"]) },
    ]);
  });

  it("refuses what cannot be clustered", async () => {
    for (const [text, code] of [
      ["CREATE TABLE bad (a INT) CLUSTER BY (b)", "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"],
      ["CREATE TABLE bad (a BOOLEAN) CLUSTER BY (a)", "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED"],
      ["CREATE TABLE bad (a STRUCT<b: INT>) CLUSTER BY (a)", "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED"],
      [
        "CREATE TABLE bad (a INT, b INT, c INT, d INT, e INT) CLUSTER BY (a, b, c, d, e)",
        "DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS",
      ],
      [
        "CREATE TABLE bad (a INT, b INT) CLUSTER BY (b) TBLPROPERTIES ('delta.dataSkippingNumIndexedCols' = '1')",
        "DELTA_CLUSTERING_COLUMN_MISSING_STATS",
      ],
      ["ALTER TABLE grid CLUSTER BY (x)", "DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED"],
      [
        "CREATE OR REPLACE TABLE liquid (a INT, p INT) PARTITIONED BY (p)",
        "DELTA_CLUSTERING_REPLACE_TABLE_WITH_PARTITIONED_TABLE",
      ],
    ] as const) {
      await expect(house.sql(text), text).rejects.toMatchObject({ code });
    }
  });
});

describe("auto compaction", () => {
  it("puts small files together after a commit, in the partitions that it wrote to", async () => {
    await house.run(
      "CREATE TABLE busy (id INT, p INT) PARTITIONED BY (p) TBLPROPERTIES ('delta.autoOptimize.autoCompact' = 'auto')",
    );
    await house.run("SET spark.databricks.delta.autoCompact.minNumFiles = 4");
    for (let id = 0; id < 4; id += 1) {
      await house.run(`INSERT INTO busy VALUES (${id}, 1)${id < 3 ? `, (${id}, 2)` : ""}`);
    }
    expect((await history("busy")).map(({ operation }) => operation?.["name"])).toEqual([
      "OPTIMIZE",
      ...Array.from({ length: 4 }, () => "WRITE"),
      "CREATE TABLE",
    ]);
    expect((await history("busy"))[0]).toMatchObject({
      parameters: { auto: "true" },
      metrics: { numAddedFiles: "1", numRemovedFiles: "4" },
    });
    await house.run("UPDATE busy SET id = id + 10 WHERE p = 2 AND id = 0");
    expect((await history("busy"))[0]).toMatchObject({ operation: { name: "UPDATE" } });
    await house.run("SET spark.databricks.delta.autoCompact.enabled = false");
    await house.run("INSERT INTO busy VALUES (9, 2); INSERT INTO busy VALUES (9, 2)");
    expect((await history("busy"))[0]).toMatchObject({ operation: { name: "WRITE" } });
    await house.run("RESET spark.databricks.delta.autoCompact.enabled");
    await house.run(
      "MERGE INTO busy USING (SELECT 77 AS id) AS s ON busy.id = s.id WHEN NOT MATCHED THEN INSERT (id, p) VALUES (77, 2)",
    );
    expect((await history("busy"))[0]).toMatchObject({ operation: { name: "OPTIMIZE" } });
    await house.run("RESET spark.databricks.delta.autoCompact.minNumFiles");
    expect(await house.values("SELECT p, count(*), sum(id) FROM busy GROUP BY p ORDER BY p")).toEqual([
      [1, 4, 6],
      [2, 6, 108],
    ]);
    expect(await house.rows("DESCRIBE DETAIL busy")).toMatchObject([{ numFiles: 2n }]);
  });

  it("is not needed for one write: each partition gets one file", async () => {
    await house.run(
      "CREATE TABLE wide PARTITIONED BY (p) TBLPROPERTIES ('delta.autoOptimize.optimizeWrite' = 'true') AS SELECT id, id % 10 AS p FROM range(300000)",
    );
    expect(await house.rows("DESCRIBE DETAIL wide")).toMatchObject([{ numFiles: 10n }]);
  });
});
