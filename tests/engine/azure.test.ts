import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import { listAll } from "../../src/storage/content.ts";
import { openAzureLakehouse, PLACE, type AzureLakehouse } from "./azure-lakehouse.ts";

let lake: AzureLakehouse;
beforeAll(async () => {
  lake = await openAzureLakehouse();
});
afterAll(() => lake.close());

const keys = async (): Promise<string[]> => (await listAll(lake.container.store(), "")).map(({ key }) => key);

describe("tables in a container of Azure", () => {
  it("are created, filled, changed, compacted and read at their versions", async () => {
    await lake.run(`
      CREATE TABLE people (id BIGINT, name STRING, born TIMESTAMP);
      INSERT INTO people VALUES (1, 'Ada', TIMESTAMP'1815-12-10 00:00:00'), (2, 'Bo', NULL);
      INSERT INTO people VALUES (3, 'Cy', NULL);
      MERGE INTO people USING (SELECT * FROM (VALUES (2, 'Bob'), (4, 'Di')) AS v (id, name)) AS new ON people.id = new.id
        WHEN MATCHED THEN UPDATE SET name = new.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (new.id, new.name);
      DELETE FROM people WHERE id = 1`);
    const now = [
      { id: 2n, name: "Bob" },
      { id: 3n, name: "Cy" },
      { id: 4n, name: "Di" },
    ];
    expect(await lake.sql("SELECT id, name FROM people ORDER BY id")).toEqual(now);
    expect(await lake.sql("OPTIMIZE people")).toMatchObject([{ metrics: { numFilesAdded: 1n } }]);
    expect(await lake.sql("SELECT id, name FROM people ORDER BY id")).toEqual(now);
    expect(await lake.sql("SELECT count(*) AS n FROM people VERSION AS OF 2")).toEqual([{ n: 3n }]);
    expect((await lake.sql("DESCRIBE HISTORY people")).length).toBe(6);
    expect((await lake.sql("VACUUM people")).length).toBeGreaterThan(0);
    expect((await keys()).some((key) => key.endsWith("_delta_log/00000000000000000000.json"))).toBe(true);
  });

  it("are restored, cloned and repaired", async () => {
    await lake.run(`
      CREATE TABLE source (id INT, day STRING) PARTITIONED BY (day) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO source SELECT id, concat('d ', id % 2) FROM range(6);
      DELETE FROM source WHERE id = 4`);
    await lake.run(`CREATE TABLE deep DEEP CLONE source; CREATE TABLE shallow SHALLOW CLONE source`);
    for (const name of ["deep", "shallow"]) {
      expect(await lake.sql(`SELECT sum(id) AS n FROM ${name}`)).toEqual([{ n: 11n }]);
    }
    await lake.run(
      "RESTORE TABLE source TO VERSION AS OF 1; INSERT INTO shallow VALUES (100, 'd 0'); OPTIMIZE shallow",
    );
    expect(await lake.sql("SELECT sum(id) AS n FROM source")).toEqual([{ n: 15n }]);
    expect(await lake.sql("SELECT sum(id) AS n FROM shallow")).toEqual([{ n: 111n }]);
    const deep = textOf((await lake.sql("DESCRIBE DETAIL deep"))[0]?.["location"]).slice(PLACE.length + 1);
    const [data = ""] = (await keys()).filter((key) => key.startsWith(deep) && key.endsWith(".parquet"));
    await lake.container.client.deleteBlob(data);
    expect(await lake.sql("FSCK REPAIR TABLE deep")).toHaveLength(1);
  });

  it("have partitions, deletion vectors and checkpoints, and another lakehouse reads them from the container alone", async () => {
    await lake.run(`
      CREATE TABLE days (n INT, day STRING) PARTITIONED BY (day) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
      INSERT INTO days SELECT id, concat('a b/', id % 3) FROM range(30);
      DELETE FROM days WHERE n = 4`);
    for (let n = 0; n < 9; n += 1) await lake.sql(`INSERT INTO days VALUES (${100 + n}, 'x%y')`);
    const wanted = [{ n: 38n, total: 435n - 4n + 936n }];
    expect(await lake.sql("SELECT count(*) AS n, sum(n) AS total FROM days")).toEqual(wanted);
    await lake.reopen();
    expect((await keys()).some((key) => /checkpoint/.test(key))).toBe(true);
    expect((await keys()).some((key) => /deletion_vector_.*\.bin$/.test(key))).toBe(true);
    expect(await lake.sql("SELECT sum(n) AS total FROM days WHERE day = 'a b/1' AND n > 0")).toEqual([{ total: 141n }]);
    const copies = (await readdir(join(lake.root, "cache"))).filter((name) => name.endsWith(".parquet"));
    // One file of the partition, and the checkpoint.
    expect(copies.length).toBeLessThanOrEqual(2);
    expect(await lake.sql("SELECT count(*) AS n, sum(n) AS total FROM days")).toEqual(wanted);
  });

  it("are made of Parquet files that are there", async () => {
    await lake.run(`CREATE TABLE seed AS SELECT id, concat('n', id) AS name FROM range(5)`);
    const place = textOf((await lake.sql("DESCRIBE DETAIL seed"))[0]?.["location"]).slice(PLACE.length + 1);
    const [file = ""] = (await keys()).filter((key) => key.startsWith(place) && key.endsWith(".parquet"));
    await lake.container.put("old/p=1/x.parquet", await lake.container.client.getBlobClient(file).downloadToBuffer());
    await lake.sql(`CONVERT TO DELTA parquet.\`${PLACE}/old\` PARTITIONED BY (p INT)`);
    expect(await lake.sql(`SELECT p, sum(id) AS n FROM delta.\`${PLACE}/old\` GROUP BY p`)).toEqual([{ p: 1, n: 10n }]);
  });

  it("leave nothing in the container when they are dropped, nor when a statement fails", async () => {
    await lake.run("CREATE TABLE checked (id INT NOT NULL)");
    const before = await keys();
    await expect(lake.sql("INSERT INTO checked VALUES (1), (NULL)")).rejects.toMatchObject({});
    expect(await keys()).toEqual(before);
    const [detail] = await lake.sql("DESCRIBE DETAIL checked");
    const place = textOf(detail?.["location"]).slice(PLACE.length + 1);
    await lake.sql("DROP TABLE checked");
    expect((await keys()).filter((key) => key.startsWith(place))).toEqual([]);
  });

  it("hold files that read_files reads, and are copied into", async () => {
    await lake.container.put("in/a.csv", Buffer.from("id,name\n1,one\n2,two\n"));
    expect(
      await lake.sql(`SELECT id, name FROM read_files('${PLACE}/in', format => 'csv', header => true) ORDER BY id`),
    ).toEqual([
      { id: 1, name: "one" },
      { id: 2, name: "two" },
    ]);
  });
});
