import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

const WIDENING = "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')";

async function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

/** The actions of a kind in a table's log, oldest first. */
async function actions(name: string, kind: string): Promise<Record<string, unknown>[]> {
  const log = join(house.folder, name, "_delta_log");
  const files = (await readdir(log)).filter((each) => /^\d+\.json$/.test(each)).sort();
  const texts = await Promise.all(files.map((each) => readFile(join(log, each), "utf8")));
  const lines = texts.flatMap((text) => text.trim().split("\n"));
  return lines.flatMap((line) => {
    const action = JSON.parse(line) as Record<string, Record<string, unknown>>;
    return action[kind] === undefined ? [] : [action[kind]];
  });
}

/** `delta.typeChanges` of each column that has any. */
async function typeChanges(name: string): Promise<Record<string, unknown>> {
  const metadata = (await actions(name, "metaData")).at(-1);
  const { fields } = JSON.parse(String(metadata?.["schemaString"])) as {
    fields: { name: string; metadata: Record<string, unknown> }[];
  };
  return Object.fromEntries(
    fields.flatMap((each) => {
      const changes = each.metadata["delta.typeChanges"];
      return changes === undefined ? [] : [[each.name, changes]];
    }),
  );
}

/** Every change of PROTOCOL.md, with a value as SQL and as it is shown afterwards. */
const CHANGES: readonly (readonly [from: string, to: string, value: string, shown: string])[] = [
  ["TINYINT", "SMALLINT", "-7Y", "-7"],
  ["TINYINT", "INT", "-7Y", "-7"],
  ["TINYINT", "BIGINT", "-7Y", "-7"],
  ["SMALLINT", "INT", "-700S", "-700"],
  ["SMALLINT", "BIGINT", "-700S", "-700"],
  ["INT", "BIGINT", "-70000", "-70000"],
  ["FLOAT", "DOUBLE", "0.1F", "0.10000000149011612"],
  ["TINYINT", "DOUBLE", "7Y", "7.0"],
  ["SMALLINT", "DOUBLE", "7S", "7.0"],
  ["INT", "DOUBLE", "2147483647", "2.147483647E9"],
  ["DATE", "TIMESTAMP_NTZ", "DATE'2024-02-29'", "2024-02-29 00:00:00"],
  ["DECIMAL(5,2)", "DECIMAL(10,2)", "123.45BD", "123.45"],
  ["DECIMAL(5,2)", "DECIMAL(20,4)", "123.45BD", "123.4500"],
  ["DECIMAL(18,2)", "DECIMAL(38,10)", "-123.45BD", "-123.4500000000"],
  ["TINYINT", "DECIMAL(10,0)", "7Y", "7"],
  ["SMALLINT", "DECIMAL(12,2)", "7S", "7.00"],
  ["INT", "DECIMAL(11,1)", "2147483647", "2147483647.0"],
  ["BIGINT", "DECIMAL(20,0)", "9223372036854775807", "9223372036854775807"],
  ["BIGINT", "DECIMAL(38,10)", "9223372036854775807", "9223372036854775807.0000000000"],
];

describe("type widening", () => {
  it("has to be switched on, and knows what is no widening", async () => {
    await house.run("CREATE TABLE closed (a INT, b BIGINT, s STRING); INSERT INTO closed VALUES (1, 1, 'x')");
    expect(await refusal("ALTER TABLE closed ALTER COLUMN a TYPE BIGINT")).toMatchObject({
      code: "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
      hint: expect.stringContaining("delta.enableTypeWidening") as string,
    });
    await house.run(`ALTER TABLE closed SET ${WIDENING}`);
    for (const change of ["b TYPE INT", "b TYPE DOUBLE", "a TYPE STRING", "a TYPE DECIMAL(9,0)", "s TYPE INT"]) {
      expect(await refusal(`ALTER TABLE closed ALTER COLUMN ${change}`), change).toMatchObject({
        code: "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
      });
    }
    await house.run("ALTER TABLE closed UNSET TBLPROPERTIES ('delta.enableTypeWidening')");
    expect(await refusal("ALTER TABLE closed ALTER COLUMN a TYPE BIGINT")).toMatchObject({
      code: "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
    });
  });

  it("reads files of every narrower type, in columns and inside structs, arrays and maps", async () => {
    const columns = CHANGES.flatMap(([from], i) => [
      `c${i} ${from}`,
      `s${i} STRUCT<x: ${from}, y: INT>`,
      `l${i} ARRAY<${from}>`,
      `m${i} MAP<${from}, ARRAY<STRUCT<v: ${from}>>>`,
    ]);
    const values = CHANGES.flatMap(([, , v]) => [
      v,
      `named_struct('x', ${v}, 'y', 1)`,
      `array(${v})`,
      `map(${v}, array(named_struct('v', ${v})))`,
    ]);
    const changes = CHANGES.flatMap(([, to], i) => [
      `c${i} TYPE ${to}`,
      `s${i}.x TYPE ${to}`,
      `l${i}.element TYPE ${to}`,
      `m${i}.key TYPE ${to}`,
      `m${i}.value.element.v TYPE ${to}`,
    ]);
    await house.run(`
      CREATE TABLE every (${columns.join(", ")}) LOCATION '${join(house.folder, "every")}' ${WIDENING};
      INSERT INTO every SELECT ${values.join(", ")};
      ALTER TABLE every ALTER COLUMN ${changes.join(", ")};
    `);
    for (const [i, [from, to, value, shown]] of CHANGES.entries()) {
      const select = `SELECT typeof(c${i}), c${i}::STRING, s${i}.x::STRING, l${i}[0]::STRING, map_keys(m${i})[0]::STRING, map_values(m${i})[0][0].v::STRING FROM every`;
      const type = to.toLowerCase();
      const row = [[type, shown, shown, shown, shown, shown]];
      expect(await house.values(select), `${from} ${to}`).toEqual(row);
      const where = `c${i} = CAST(${value} AS ${to}) AND s${i}.x >= CAST(${value} AS ${to})`;
      expect(await house.values(`${select} WHERE ${where}`), `${from} ${to}`).toEqual(row);
      expect(await house.values(`SELECT c${i} FROM every WHERE c${i} <> CAST(${value} AS ${to})`)).toEqual([]);
    }
    expect(await house.values("SELECT count(*) FROM every VERSION AS OF 1 WHERE c0 = -7Y")).toEqual([[1]]);
    const told = await typeChanges("every");
    expect(told["c0"]).toEqual([{ fromType: "byte", toType: "short" }]);
    expect(told["c10"]).toEqual([{ fromType: "date", toType: "timestamp_ntz" }]);
    expect(told["c12"]).toEqual([{ fromType: "decimal(5,2)", toType: "decimal(20,4)" }]);
    expect(told["l5"]).toEqual([{ fromType: "integer", toType: "long", fieldPath: "element" }]);
    expect(told["m5"]).toEqual([{ fromType: "integer", toType: "long", fieldPath: "key" }]);
    expect(told["s5"]).toBeUndefined();
    expect((await actions("every", "protocol")).at(-1)).toMatchObject({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: expect.arrayContaining(["typeWidening", "timestampNtz"]) as unknown,
    });
  });

  it("skips old files by their statistics only where that is right", async () => {
    await house.run(`
      CREATE TABLE skipped (i INT, f FLOAT, d DATE, p SMALLINT) PARTITIONED BY (p) ${WIDENING};
      INSERT INTO skipped VALUES (1, 0.1F, DATE'2024-01-01', 1S), (2, 0.1F, DATE'2024-01-02', 2S);
      ALTER TABLE skipped ALTER COLUMN i TYPE BIGINT, f TYPE DOUBLE, d TYPE TIMESTAMP_NTZ, p TYPE INT;
      INSERT INTO skipped VALUES (3000000000, 0.1D, TIMESTAMP_NTZ'2024-01-02 12:00:00', 70000);
    `);
    expect(await house.values("SELECT i FROM skipped WHERE f > 0.1D ORDER BY i")).toEqual([[1], [2]]);
    expect(await house.values("SELECT i FROM skipped WHERE f = 0.1D")).toEqual([[3000000000]]);
    expect(await house.values("SELECT p FROM skipped WHERE i > 2147483647")).toEqual([[70000]]);
    expect(
      await house.values("SELECT i FROM skipped WHERE d >= TIMESTAMP_NTZ'2024-01-02 00:00:00' ORDER BY i"),
    ).toEqual([[2], [3000000000]]);
    expect(await house.values("SELECT i FROM skipped WHERE p IN (1, 70000) ORDER BY i")).toEqual([[1], [3000000000]]);
    await house.run("UPDATE skipped SET i = 4000000000 WHERE i = 1; DELETE FROM skipped WHERE p = 2;");
    expect(await house.values("SELECT i, f FROM skipped ORDER BY i")).toEqual([
      [3000000000, 0.1],
      [4000000000, 0.10000000149011612],
    ]);
  });

  it("compares values in the wider type, whatever type a file has", async () => {
    await house.run(`
      CREATE TABLE exact (i INT, n INT, d DECIMAL(5,2), t DATE, s STRUCT<v: INT>) ${WIDENING};
      INSERT INTO exact VALUES (5, 5, 1.25, DATE'2024-01-01', struct(5));
      ALTER TABLE exact ALTER COLUMN i TYPE DOUBLE, n TYPE DECIMAL(20,4), d TYPE DECIMAL(10,4), t TYPE TIMESTAMP_NTZ, s.v TYPE DOUBLE;
    `);
    const noon = "TIMESTAMP_NTZ'2024-01-01 12:00:00'";
    for (const where of [
      "i < 5.4D",
      "i > 4.6D",
      "n < 5.4",
      "n > 4.6",
      "d < 1.2549",
      "d > 1.2451",
      `t < ${noon}`,
      "s.v < 5.4D",
    ]) {
      expect(await house.values(`SELECT count(*) FROM exact WHERE ${where}`), where).toEqual([[1]]);
    }
    for (const where of ["i = 5.4D", "n = 5.4", "n IN (5.4, 4.6)", "d = 1.2549", `t = ${noon}`, "s.v = 5.4D"]) {
      expect(await house.values(`SELECT count(*) FROM exact WHERE ${where}`), where).toEqual([[0]]);
    }
    const join = "SELECT count(*) FROM exact JOIN (SELECT 5.4D AS x UNION ALL SELECT 4.6D) ON i < x";
    expect(await house.values(join)).toEqual([[1]]);
    expect(await house.values("SELECT count(*) FROM exact JOIN (SELECT 5.4D AS x) ON i = x")).toEqual([[0]]);
  });

  it("keeps the whole history of a column's type", async () => {
    await house.run(`
      CREATE TABLE twice (a SMALLINT, b INT) LOCATION '${join(house.folder, "twice")}' ${WIDENING};
      INSERT INTO twice VALUES (1, 1);
      ALTER TABLE twice ALTER COLUMN a TYPE INT;
      ALTER TABLE twice ALTER COLUMN a COMMENT 'wider';
      ALTER TABLE twice SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name');
      ALTER TABLE twice RENAME COLUMN a TO aa;
      ALTER TABLE twice ALTER COLUMN aa TYPE BIGINT;
      ALTER TABLE twice REPLACE COLUMNS (b BIGINT, aa BIGINT);
    `);
    expect(await typeChanges("twice")).toEqual({
      aa: [
        { fromType: "short", toType: "integer" },
        { fromType: "integer", toType: "long" },
      ],
      b: [{ fromType: "integer", toType: "long" }],
    });
    expect(await house.values("SELECT * FROM twice")).toEqual([[1, 1]]);
  });

  it("follows schema evolution as far as Delta Lake does", async () => {
    await house.run(`
      CREATE TABLE evolved (a INT, d DECIMAL(5,2), s STRUCT<x: SMALLINT>, m MAP<STRING, INT>, i INT) ${WIDENING};
      INSERT INTO evolved VALUES (1, 1.5, struct(1S), map('k', 1), 1);
      INSERT WITH SCHEMA EVOLUTION INTO evolved BY NAME
        SELECT 3000000000 AS a, 123.4567BD AS d, named_struct('x', 70000, 'y', 'new') AS s, map('k', 3000000000) AS m, 5 AS i;
    `);
    expect((await house.values("DESCRIBE TABLE evolved")).map(([, type]) => type)).toEqual([
      "bigint",
      "decimal(7,4)",
      "struct<x:int,y:string>",
      "map<string,bigint>",
      "int",
    ]);
    expect(await house.values("SELECT a, d::STRING, s, m['k'] FROM evolved ORDER BY a")).toEqual([
      [1, "1.5000", { x: 1, y: null }, 1],
      [3000000000, "123.4567", { x: 70000, y: "new" }, 3000000000],
    ]);
  });
});
