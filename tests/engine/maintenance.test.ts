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
