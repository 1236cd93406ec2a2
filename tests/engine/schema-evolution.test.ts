import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

async function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

async function columns(table: string): Promise<unknown[][]> {
  return (await house.values(`DESCRIBE TABLE ${table}`)).map(([name, type]) => [name, type]);
}

describe.each(["false", "true"])("MERGE WITH SCHEMA EVOLUTION, deletion vectors: %s", (vectors) => {
  const prefix = `m_${vectors}`;
  const properties = `TBLPROPERTIES ('delta.enableDeletionVectors' = '${vectors}', 'delta.enableTypeWidening' = 'true')`;

  it("takes new columns and wider types of the source with *", async () => {
    await house.run(`
      CREATE TABLE ${prefix}_star (id INT, v INT, kept STRING, s STRUCT<x: INT, y: INT>, l ARRAY<STRUCT<p: INT>>) ${properties};
      INSERT INTO ${prefix}_star VALUES (1, 10, 'a', struct(1, 2), array(struct(1))), (2, 20, 'b', struct(3, 4), NULL), (3, 30, 'c', NULL, NULL);
      MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_star t
      USING (SELECT 2 AS id, 3000000000 AS v, named_struct('z', 9, 'x', 8) AS s, array(named_struct('q', 'n', 'p', 5)) AS l, 'new' AS fresh
             UNION ALL SELECT 4, 40, named_struct('z', 7, 'x', 6), NULL, 'newer') u
      ON t.id = u.id
      WHEN MATCHED THEN UPDATE SET *
      WHEN NOT MATCHED THEN INSERT *
      WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN DELETE;
    `);
    expect(await columns(`${prefix}_star`)).toEqual([
      ["id", "int"],
      ["v", "bigint"],
      ["kept", "string"],
      ["s", "struct<x:int,y:int,z:int>"],
      ["l", "array<struct<p:int,q:string>>"],
      ["fresh", "string"],
    ]);
    expect(await house.values(`SELECT id, v, kept, s, l[0], fresh FROM ${prefix}_star ORDER BY id`)).toEqual([
      [1, 10, "a", { x: 1, y: 2, z: null }, { p: 1, q: null }, null],
      [2, 3000000000, "b", { x: 8, y: null, z: 9 }, { p: 5, q: "n" }, "new"],
      [4, 40, null, { x: 6, y: null, z: 7 }, null, "newer"],
    ]);
    expect(await house.values(`SELECT * FROM ${prefix}_star VERSION AS OF 1 WHERE id = 3`)).toEqual([
      [3, 30, "c", null, null],
    ]);
  });

  it("takes what a clause names, and nothing else", async () => {
    await house.run(`
      CREATE TABLE ${prefix}_named (id INT, v INT) ${properties};
      INSERT INTO ${prefix}_named VALUES (1, 10);
      MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_named AS t USING (SELECT 1 AS id, 11 AS v, 'x' AS a, 'y' AS b, 'z' AS c) AS u
      ON t.id = u.id
      WHEN MATCHED THEN UPDATE SET t.v = u.v + 1, t.a = u.a
      WHEN NOT MATCHED THEN INSERT (id, b) VALUES (u.id, u.b);
    `);
    expect(await columns(`${prefix}_named`)).toEqual([
      ["id", "int"],
      ["v", "int"],
      ["a", "string"],
      ["b", "string"],
    ]);
    expect(await house.values(`SELECT * FROM ${prefix}_named`)).toEqual([[1, 12, "x", null]]);
    expect(
      await refusal(
        `MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_named t USING (SELECT 1 AS id, 'q' AS q) u ON t.id = u.id WHEN MATCHED THEN UPDATE SET other = u.q`,
      ),
    ).toMatchObject({ code: expect.stringContaining("UNRESOLVED_COLUMN") as string });
  });

  it("inserts alone where nothing matches, into renamed columns and partitions too", async () => {
    await house.run(`
      CREATE TABLE ${prefix}_mapped (id INT, p SMALLINT) PARTITIONED BY (p)
        TBLPROPERTIES ('delta.enableDeletionVectors' = '${vectors}', 'delta.enableTypeWidening' = 'true', 'delta.columnMapping.mode' = 'name');
      INSERT INTO ${prefix}_mapped VALUES (1, 1), (2, 2);
      ALTER TABLE ${prefix}_mapped RENAME COLUMN id TO key;
      MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_mapped t USING (SELECT 3 AS key, 70000 AS p, 1.5D AS extra) u ON t.key = u.key
      WHEN NOT MATCHED THEN INSERT *;
      MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_mapped t USING (SELECT 1 AS key, 1 AS p, 2.5D AS extra, 'w' AS why) u ON t.key = u.key
      WHEN MATCHED THEN UPDATE SET * EXCEPT (why);
    `);
    expect((await columns(`${prefix}_mapped`)).slice(0, 3)).toEqual([
      ["key", "int"],
      ["p", "int"],
      ["extra", "double"],
    ]);
    expect(await house.values(`SELECT * FROM ${prefix}_mapped ORDER BY key`)).toEqual([
      [1, 1, 2.5],
      [2, 2, null],
      [3, 70000, 1.5],
    ]);
  });

  it("does nothing to the table where no row changes", async () => {
    await house.run(`
      CREATE TABLE ${prefix}_still (id INT) ${properties};
      INSERT INTO ${prefix}_still VALUES (1);
      MERGE WITH SCHEMA EVOLUTION INTO ${prefix}_still t USING (SELECT 2 AS id, 'x' AS a) u ON t.id = u.id WHEN MATCHED THEN UPDATE SET *;
    `);
    expect(await columns(`${prefix}_still`)).toEqual([["id", "int"]]);
    expect(
      await refusal(
        `MERGE INTO ${prefix}_still t USING (SELECT 2 AS id, 'x' AS a) u ON t.id = u.id WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.id, u.a)`,
      ),
    ).toMatchObject({ code: expect.stringContaining("UNRESOLVED_COLUMN") as string });
  });
});

describe("INSERT WITH SCHEMA EVOLUTION", () => {
  const widening = "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')";

  it("places rows by position, and adds the columns beyond the table's own", async () => {
    await house.run(`
      CREATE TABLE placed (id INT, s STRUCT<x: INT>, p STRING) PARTITIONED BY (p) ${widening};
      INSERT INTO placed VALUES (1, struct(1), 'a');
      INSERT WITH SCHEMA EVOLUTION INTO placed SELECT 3000000000, named_struct('y', 'why', 'x', 2), 'b', 1.5D AS extra;
    `);
    expect(await house.values("SELECT * FROM placed ORDER BY id")).toEqual([
      [1, { x: 1, y: null }, "a", null],
      [3000000000, { x: 2, y: "why" }, "b", 1.5],
    ]);
    expect(await refusal("INSERT WITH SCHEMA EVOLUTION INTO placed SELECT 1, NULL")).toMatchObject({
      code: expect.stringContaining("INSERT_COLUMN_ARITY_MISMATCH") as string,
    });
  });

  it("keeps columns of the table that overwriting rows do not have", async () => {
    await house.run(`
      CREATE TABLE over (id INT, a STRING, p INT) PARTITIONED BY (p) ${widening};
      INSERT INTO over VALUES (1, 'a', 1), (2, 'b', 2);
      INSERT WITH SCHEMA EVOLUTION OVERWRITE over PARTITION (p = 2) BY NAME SELECT 3 AS id, 'x' AS b;
    `);
    expect(await house.values("SELECT id, a, b, p FROM over ORDER BY id")).toEqual([
      [1, "a", null, 1],
      [3, null, "x", 2],
    ]);
    await house.run(
      "INSERT WITH SCHEMA EVOLUTION OVERWRITE over BY NAME SELECT 4 AS id, 9 AS p, DATE'2024-01-01' AS d",
    );
    expect(await house.values("SELECT id, a, b, p, d::STRING FROM over")).toEqual([[4, null, null, 9, "2024-01-01"]]);
    await house.run(
      "INSERT WITH SCHEMA EVOLUTION INTO over REPLACE WHERE p = 9 SELECT 5, 'a', 9, 'b', NULL, true AS flag",
    );
    expect(await house.values("SELECT id, flag FROM over")).toEqual([[5, true]]);
  });

  it("keeps to the table's types where widening is off, or would be none", async () => {
    await house.run(`
      CREATE TABLE firm (id INT, d DECIMAL(5,2));
      INSERT WITH SCHEMA EVOLUTION INTO firm SELECT 5L, 1.2345BD, 'new' AS n;
    `);
    expect(await columns("firm")).toEqual([
      ["id", "int"],
      ["d", "decimal(5,2)"],
      ["n", "string"],
    ]);
    expect(await refusal("INSERT WITH SCHEMA EVOLUTION INTO firm SELECT 3000000000, 1, 'x'")).toMatchObject({
      code: expect.stringContaining("OVERFLOW") as string,
    });
  });
});
