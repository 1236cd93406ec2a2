import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StreamOffset, StreamRange } from "../../src/engine/session.ts";
import { ANA, openTestLakehouse, OWNER, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run(`
    CREATE TABLE t (id INT, name STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true);
    INSERT INTO t VALUES (1, 'a'), (2, 'b');
    INSERT INTO t VALUES (3, 'c');
    INSERT OVERWRITE t VALUES (4, 'd');
  `);
});
afterAll(async () => {
  await house.close();
});

/** What a statement that is refused says. */
function refusal(text: string): Promise<unknown> {
  return house.values(text).then(
    (rows) => ({ rows }),
    (error: unknown) => error,
  );
}

describe("table_changes", () => {
  it("gives the rows that each version inserted or deleted", async () => {
    const rows = await house.values(
      "SELECT id, name, _change_type, _commit_version FROM table_changes('t', 0) ORDER BY _commit_version, id",
    );
    expect(rows).toEqual([
      [1, "a", "insert", 1],
      [2, "b", "insert", 1],
      [3, "c", "insert", 2],
      [1, "a", "delete", 3],
      [2, "b", "delete", 3],
      [3, "c", "delete", 3],
      [4, "d", "insert", 3],
    ]);
    expect(await house.values("SELECT * EXCEPT (_commit_timestamp) FROM table_changes('main.s.t', 2, 2)")).toEqual([
      [3, "c", "insert", 2],
    ]);
  });

  it("dates changes as the history does", async () => {
    const [history] = await house
      .values("SELECT timestamp FROM (DESCRIBE HISTORY t) WHERE version = 2")
      .catch(() => []);
    const [[time] = []] = await house.values("SELECT DISTINCT _commit_timestamp FROM table_changes('t', 2, 2)");
    expect(time).toBeDefined();
    if (history !== undefined) expect(time).toEqual(history[0]);
  });

  it("takes an end after the newest version as the newest, and no start after it", async () => {
    expect(await house.values("SELECT count(*) FROM table_changes('t', 3, 99)")).toEqual([[4]]);
    expect(await refusal("SELECT * FROM table_changes('t', 4)")).toMatchObject({
      code: "DELTA_CDC_START_VERSION_AFTER_LATEST",
    });
    expect(await refusal("SELECT * FROM table_changes('t', 2, 1)")).toMatchObject({ code: "DELTA_INVALID_CDC_RANGE" });
  });

  it("takes timestamps, as texts or typed, and refuses those that are out of range", async () => {
    expect(await house.values("SELECT count(*) FROM table_changes('t', '2020-01-01')")).toEqual([[7]]);
    expect(await house.values("SELECT count(*) FROM table_changes('t', TIMESTAMP '2020-01-01', 1L)")).toEqual([[2]]);
    expect(await refusal("SELECT * FROM table_changes('t', '2999-01-01')")).toMatchObject({
      code: "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
    });
    expect(await refusal("SELECT * FROM table_changes('t', 0, '2020-01-01')")).toMatchObject({
      code: "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
    });
    expect(await refusal("SELECT * FROM table_changes('t', '5')")).toMatchObject({ code: "DELTA_TIMESTAMP_INVALID" });
    await house.run("SET spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled = true");
    expect(await house.values("SELECT * FROM table_changes('t', '2999-01-01')")).toEqual([]);
    expect(await house.values("SELECT * FROM table_changes('t', 4)")).toEqual([]);
    await house.run("SET spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled = false");
  });

  it("refuses null, other types, too few and too many arguments", async () => {
    for (const [call, code] of [
      ["table_changes('t', NULL)", "DELTA_CDC_READ_NULL_RANGE_BOUNDARY"],
      ["table_changes('t', 1.5)", "DELTA_UNSUPPORTED_EXPRESSION"],
      ["table_changes(1, 1)", "DELTA_UNSUPPORTED_EXPRESSION"],
      ["table_changes('t')", "INCORRECT_NUMBER_OF_ARGUMENTS"],
      ["table_changes('t', 1, 2, 3)", "INCORRECT_NUMBER_OF_ARGUMENTS"],
      ["table_changes('nothing', 1)", "TABLE_OR_VIEW_NOT_FOUND"],
      ["STREAM table_changes('t', 1)", "UNSUPPORTED_FEATURE"],
    ] as const) {
      expect(await refusal(`SELECT * FROM ${call}`), call).toMatchObject({ code });
    }
  });

  it("needs the feed to have been enabled in every version", async () => {
    await house.run(`
      CREATE TABLE later (id INT); INSERT INTO later VALUES (1);
      ALTER TABLE later SET TBLPROPERTIES (delta.enableChangeDataFeed = true);
      INSERT INTO later VALUES (2);
      ALTER TABLE later SET TBLPROPERTIES (delta.enableChangeDataFeed = false);
      INSERT INTO later VALUES (3);
    `);
    expect(await house.values("SELECT id, _commit_version FROM table_changes('later', 2, 3)")).toEqual([[2, 3]]);
    expect(await refusal("SELECT * FROM table_changes('later', 1, 3)")).toMatchObject({
      code: "DELTA_MISSING_CHANGE_DATA",
      details: { version: 1 },
    });
    expect(await refusal("SELECT * FROM table_changes('later', 2)")).toMatchObject({
      code: "DELTA_MISSING_CHANGE_DATA",
      details: { version: 4 },
    });
  });

  it("reads older rows with columns that were added since", async () => {
    await house.run(`
      CREATE TABLE grown (id INT) TBLPROPERTIES (delta.enableChangeDataFeed = true);
      INSERT INTO grown VALUES (1);
      ALTER TABLE grown ADD COLUMN extra STRING;
      INSERT INTO grown VALUES (2, 'x');
    `);
    expect(await house.values("SELECT id, extra FROM table_changes('grown', 0) ORDER BY id")).toEqual([
      [1, null],
      [2, "x"],
    ]);
  });

  it("refuses a table whose columns were replaced", async () => {
    await house.run(`
      CREATE TABLE replaced (a INT) TBLPROPERTIES (delta.enableChangeDataFeed = true);
      INSERT INTO replaced VALUES (1);
      CREATE OR REPLACE TABLE replaced (b STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true);
    `);
    expect(await refusal("SELECT * FROM table_changes('replaced', 0, 1)")).toMatchObject({
      code: "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA",
    });
  });

  it("takes SELECT on the table, and refuses views and tables with policies", async () => {
    await expect(house.as(ANA, "SELECT * FROM table_changes('main.s.t', 0)")).rejects.toMatchObject({
      code: expect.stringMatching(/PERMISSION|NOT_FOUND/) as unknown,
    });
    await house.run(`
      CREATE VIEW v AS SELECT * FROM t;
      CREATE TABLE filtered (id INT) TBLPROPERTIES (delta.enableChangeDataFeed = true);
      CREATE FUNCTION only_one(id INT) RETURN id = 1;
      ALTER TABLE filtered SET ROW FILTER only_one ON (id);
    `);
    expect(await refusal("SELECT * FROM table_changes('v', 0)")).toMatchObject({ code: "DELTA_TABLE_ONLY_OPERATION" });
    expect(await refusal("SELECT * FROM table_changes('filtered', 0)")).toMatchObject({ code: "UNSUPPORTED_FEATURE" });
  });

  it("stands in joins, views and CREATE TABLE AS", async () => {
    await house.run(`
      CREATE VIEW changed AS SELECT id, _change_type FROM table_changes('t', 3);
      CREATE TABLE kept AS SELECT * FROM table_changes('t', 1, 1);
    `);
    expect(await house.values("SELECT _change_type, count(*) FROM changed GROUP BY ALL ORDER BY 1")).toEqual([
      ["delete", 3],
      ["insert", 1],
    ]);
    expect(await house.values("SELECT count(*) FROM kept JOIN table_changes('t', 1, 2) AS c USING (id)")).toEqual([
      [2],
    ]);
  });
});

describe("WITH (readChangeFeed = true)", () => {
  it("reads a batch of changes", async () => {
    const options = "readChangeFeed = true, startingVersion = 1, endingVersion = 2";
    expect(await house.values(`SELECT count(*) FROM t WITH (${options})`)).toEqual([[3]]);
    for (const [given, code] of [
      ["readChangeFeed = true", "DELTA_NO_START_FOR_CDC_READ"],
      ["startingVersion = 1", "UNSUPPORTED_FEATURE"],
      ["readChangeFeed = true, startingVersion = 1, startingTimestamp = '2020-01-01'", "DELTA_MULTIPLE_CDC_BOUNDARY"],
      ["readChangeFeed = true, startVersion = 1", "UNSUPPORTED_FEATURE"],
      ["readChangeFeed = 'yes'", "DELTA_ILLEGAL_OPTION"],
      ["readChangeFeed = true, startingVersion = 'x'", "DELTA_VERSION_INVALID"],
    ] as const) {
      expect(await refusal(`SELECT * FROM t WITH (${given})`), given).toMatchObject({ code });
    }
  });
});

describe("a stream of changes", () => {
  /** What the micro-batches of a stream read, from an offset until nothing is new. */
  async function drain(
    text: string,
    from?: StreamOffset,
  ): Promise<{ batches: unknown[][][]; end: StreamOffset | undefined }> {
    const session = await house.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" });
    try {
      const [source] = await session.streams(text, { checkpoint: `file://${join(house.folder, "checkpoint")}` });
      if (source === undefined) throw new Error("no stream");
      const batches: unknown[][][] = [];
      let start = from;
      for (let end = await source.next(start); end !== undefined; end = await source.next(start)) {
        const range: StreamRange = { start, end };
        const rows = await (await session.sql(text, { streamRanges: new Map([[source.id, range]]) })).rows();
        batches.push(
          rows.map((row) => Object.values(row).map((value) => (typeof value === "bigint" ? Number(value) : value))),
        );
        start = end;
      }
      return { batches, end: start };
    } finally {
      await session.close();
    }
  }

  it("begins with the rows that are there, as inserts, and goes on with what changes", async () => {
    await house.run(`
      CREATE TABLE flowing (id INT, v STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true);
      INSERT INTO flowing VALUES (1, 'a'), (2, 'b');
      DELETE FROM flowing WHERE id = 2;
    `);
    const text =
      "SELECT id, v, _change_type, _commit_version FROM STREAM flowing WITH (readChangeFeed = true) ORDER BY ALL";
    const first = await drain(text);
    expect(first.batches).toEqual([[[1, "a", "insert", 2]]]);
    await house.run("UPDATE flowing SET v = 'c'; INSERT INTO flowing VALUES (3, 'd');");
    const second = await drain(text, first.end);
    expect(second.batches).toEqual([
      [
        [1, "a", "update_preimage", 3],
        [1, "c", "update_postimage", 3],
        [3, "d", "insert", 4],
      ],
    ]);
    expect((await drain(text, second.end)).batches).toEqual([]);
  });

  it("begins with a version, or a time, where it is told to", async () => {
    const version =
      "SELECT id, _change_type FROM STREAM flowing WITH (readChangeFeed = true, startingVersion = 2) ORDER BY ALL";
    expect((await drain(version)).batches).toEqual([
      [
        [1, "update_postimage"],
        [1, "update_preimage"],
        [2, "delete"],
        [3, "insert"],
      ],
    ]);
    const time = "SELECT id FROM STREAM flowing WITH (readChangeFeed = true, startingTimestamp = '2020-01-01')";
    expect((await drain(time)).batches[0]).toHaveLength(6);
    await expect(
      drain("SELECT id FROM STREAM flowing WITH (readChangeFeed = true, endingVersion = 3)"),
    ).rejects.toMatchObject({ code: "DELTA_ILLEGAL_OPTION" });
  });

  it("ends when the feed is switched off, and when the table is made anew", async () => {
    const text = "SELECT id FROM STREAM flowing WITH (readChangeFeed = true)";
    const { end } = await drain(text);
    await house.run("ALTER TABLE flowing SET TBLPROPERTIES (delta.enableChangeDataFeed = false)");
    await expect(drain(text, end)).rejects.toMatchObject({ code: "DELTA_MISSING_CHANGE_DATA" });
    await house.run(`
      DROP TABLE flowing;
      CREATE TABLE flowing (id INT) TBLPROPERTIES (delta.enableChangeDataFeed = true);
    `);
    await expect(drain(text, end)).rejects.toMatchObject({ code: "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE" });
  });
});
