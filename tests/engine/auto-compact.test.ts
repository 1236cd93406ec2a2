import { copyFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeltaTable } from "../../src/delta.ts";
import { ANA, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run("SET spark.databricks.delta.autoCompact.minNumFiles = 3");
});
afterAll(() => house.close());

const AUTO = "'delta.autoOptimize.autoCompact' = 'true'";

/** A file of two rows whose variants Spark has shredded: 0 is a null of JSON, 1 is NULL. */
const SHREDDED = fileURLToPath(new URL("files/variant-mixed.parquet", import.meta.url));

/** The file several times in the table in the folder, in one commit. */
async function addFiles(folder: string, count: number): Promise<void> {
  const { size } = await stat(SHREDDED);
  const adds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await copyFile(SHREDDED, join(folder, `${index}.parquet`));
    const add = { path: `${index}.parquet`, partitionValues: {}, size, modificationTime: 0, dataChange: true };
    adds.push(JSON.stringify({ add }));
  }
  await writeFile(join(folder, "_delta_log", "00000000000000000001.json"), adds.join("\n"));
}

async function lastOperation(table: string): Promise<unknown> {
  const [last] = await house.rows(`DESCRIBE HISTORY ${table}`);
  return last?.["operation"];
}

describe("auto compaction", () => {
  it("puts shredded variants together again", async () => {
    const place = join(house.folder, "shredded");
    await house.run(
      `CREATE TABLE shredded (id INT, v VARIANT) LOCATION '${place}' TBLPROPERTIES (${AUTO}, 'delta.feature.variantShredding' = 'supported')`,
    );
    await addFiles(place, 2);
    await house.run("INSERT INTO shredded VALUES (7, parse_json('null'))");
    expect(await lastOperation("shredded")).toEqual("OPTIMIZE");
    expect(await house.rows("DESCRIBE DETAIL shredded")).toMatchObject([{ numFiles: 1n }]);
    expect(await house.values("SELECT id, v FROM shredded ORDER BY id")).toEqual([
      [0, "null"],
      [0, "null"],
      [1, null],
      [1, null],
      [7, "null"],
    ]);
  });

  it("takes up the files of a shallow clone's source, within the lakehouse and outside", async () => {
    await house.run("CREATE TABLE origin (id INT); INSERT INTO origin VALUES (1); INSERT INTO origin VALUES (2)");
    const outside = join(house.folder, "outside");
    await house.run(
      `CREATE TABLE lent (id INT) LOCATION '${outside}'; INSERT INTO lent VALUES (1); INSERT INTO lent VALUES (2)`,
    );
    for (const source of ["origin", "lent"]) {
      await house.run(`CREATE TABLE of_${source} SHALLOW CLONE ${source} TBLPROPERTIES (${AUTO})`);
      await house.run(`INSERT INTO of_${source} VALUES (3)`);
      expect(await lastOperation(`of_${source}`), source).toEqual("OPTIMIZE");
      expect(await house.values(`SELECT id FROM of_${source} ORDER BY id`)).toEqual([[1], [2], [3]]);
      expect(await house.values(`SELECT id FROM ${source} ORDER BY id`)).toEqual([[1], [2]]);
    }
  });

  it("does so for whoever may write the clone, be the source closed to them", async () => {
    await house.run(`
      CREATE TABLE closed (id INT); INSERT INTO closed VALUES (1); INSERT INTO closed VALUES (2);
      CREATE TABLE open SHALLOW CLONE closed TBLPROPERTIES (${AUTO});
      GRANT USE CATALOG ON CATALOG main TO \`${ANA}\`; GRANT USE SCHEMA ON SCHEMA main.s TO \`${ANA}\`;
      GRANT SELECT, MODIFY ON TABLE open TO \`${ANA}\``);
    await house.as(ANA, "SET spark.databricks.delta.autoCompact.minNumFiles = 3");
    await house.as(ANA, "INSERT INTO open VALUES (3)");
    expect(await lastOperation("open")).toEqual("OPTIMIZE");
    expect(await house.values("SELECT id FROM open ORDER BY id")).toEqual([[1], [2], [3]]);
  });
});

describe("auto compaction of a table that is opened alone", () => {
  it("puts shredded variants together again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "boathouse-compact-"));
    const place = join(folder, "t");
    try {
      const properties = { "delta.autoOptimize.autoCompact": "true", "delta.feature.variantShredding": "supported" };
      const table = await DeltaTable.create(place, { schema: "id INT, v VARIANT", properties });
      // So many that they are worth it without a session's settings.
      await addFiles(place, 49);
      await table.append([{ id: 7 }]);
      expect((await table.history()).map((each) => each.operation)[0]).toBe("OPTIMIZE");
      const rows = await table.scan({ where: "v IS NOT NULL" }).rows();
      expect(rows).toHaveLength(49);
      expect(rows[0]).toEqual({ id: 0, v: "null" });
      await table.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
