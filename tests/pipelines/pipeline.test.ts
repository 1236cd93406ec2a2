import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Row } from "../../src/core/value.ts";
import type { RefreshRequest } from "../../src/pipelines/refresh.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import type { RunOutcome } from "../../src/runs/execution.ts";

let root: string;
let lakehouse: Lakehouse;
let files: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pipeline-"));
  files = join(root, "..", `${root.split("/").at(-1) ?? ""}-files`);
  await mkdir(files);
  lakehouse = await Lakehouse.open({ root, user: "ada" });
  await sql("CREATE CATALOG main");
  await sql("CREATE SCHEMA main.s");
});
afterEach(async () => {
  await lakehouse.close();
  await rm(root, { recursive: true, force: true });
  await rm(files, { recursive: true, force: true });
});

async function sql(text: string): Promise<Row[]> {
  const session = await lakehouse.session({ catalog: "main", schema: "s" });
  try {
    return await (await session.sql(text)).rows();
  } finally {
    await session.close();
  }
}

async function update(text: string, request: RefreshRequest = {}): Promise<RunOutcome> {
  const runner = await lakehouse.pipelines();
  const spec = {
    id: "p",
    name: "p",
    catalog: "main",
    schema: "s",
    configuration: { files },
    include: [],
    development: true,
  };
  const handle = await runner.start({ spec, files: [{ path: "p.sql", text }], request });
  return handle.finished;
}

function statuses(outcome: RunOutcome): Record<string, string> {
  return Object.fromEntries([...outcome.state.nodes].map(([name, node]) => [name, node.status]));
}

function output(outcome: RunOutcome, node: string): unknown {
  return outcome.state.nodes.get(node)?.output;
}

async function version(table: string): Promise<number | undefined> {
  const session = await lakehouse.session({ catalog: "main", schema: "s" });
  const state = await session.tableState(table);
  await session.close();
  return state?.version;
}

const put = (name: string, text: string): Promise<void> => writeFile(join(files, name), text);
const count = async (table: string): Promise<number> =>
  Number((await sql(`SELECT count(*) AS n FROM ${table}`))[0]?.["n"]);

const RAW =
  "CREATE OR REFRESH STREAMING TABLE raw AS SELECT * FROM STREAM read_files('${files}', format => 'csv', header => true";

describe("streaming tables", () => {
  it("take each file once, in micro-batches of the asked size", async () => {
    for (const n of [1, 2, 3, 4, 5]) await put(`f${n}.csv`, `id,name\n${n},a\n`);
    const outcome = await update(`${RAW}, maxFilesPerTrigger => 2);`);
    expect(output(outcome, "raw")).toMatchObject({ rows: 5, batches: 3 });
    await put("f6.csv", "id,name\n6,b\n");
    expect(output(await update(`${RAW}, maxFilesPerTrigger => 2);`), "raw")).toMatchObject({ rows: 1, batches: 1 });
    expect(output(await update(`${RAW}, maxFilesPerTrigger => 2);`), "raw")).toMatchObject({ upToDate: true });
    expect(await count("raw")).toBe(6);
  });

  it("grow by new columns, going on by themselves", async () => {
    await put("a.csv", "id,name\n1,a\n");
    await update(`${RAW});`);
    await put("b.csv", "id,name,age\n2,b,40\n");
    expect((await update(`${RAW});`)).status).toBe("succeeded");
    expect(await sql("SELECT id, name, age FROM raw ORDER BY id")).toEqual([
      { id: 1, name: "a", age: null },
      { id: 2, name: "b", age: 40 },
    ]);
  });

  it("follow other tables, and are told what a stream cannot follow", async () => {
    await put("a.csv", "id,name\n1,a\n2,b\n");
    const text = `${RAW});\nCREATE OR REFRESH STREAMING TABLE clean AS SELECT id * 10 AS id FROM STREAM(raw);`;
    await update(text);
    await put("b.csv", "id,name\n3,c\n");
    expect(output(await update(text), "clean")).toMatchObject({ rows: 1 });
    expect(await sql("SELECT id FROM clean ORDER BY id")).toEqual([{ id: 10 }, { id: 20 }, { id: 30 }]);
    await sql("CREATE TABLE changing (id INT)");
    await sql("INSERT INTO changing VALUES (1), (2)");
    const follow = "CREATE OR REFRESH STREAMING TABLE copy AS SELECT * FROM STREAM changing;";
    await update(follow);
    await sql("UPDATE changing SET id = 5 WHERE id = 1");
    expect((await update(follow)).error).toMatchObject({ code: "DELTA_SOURCE_TABLE_IGNORE_CHANGES" });
    expect((await update(follow, { fullRefresh: true })).status).toBe("succeeded");
    expect(await sql("SELECT id FROM copy ORDER BY id")).toEqual([{ id: 2 }, { id: 5 }]);
  });

  it("begin anew with a full refresh, and only those that are selected", async () => {
    await put("a.csv", "id,name\n1,a\n2,b\n");
    const text = `${RAW});\nCREATE OR REFRESH MATERIALIZED VIEW total AS SELECT count(*) AS n FROM raw;`;
    await update(text);
    await rm(join(files, "a.csv"));
    await put("b.csv", "id,name\n9,z\n");
    await update(text, { fullRefreshSelection: ["raw"] });
    expect(await readdir(join(root, "checkpoints", "p", "main.s.raw", "raw"))).toEqual(["1"]);
    expect(await sql("SELECT id FROM raw")).toEqual([{ id: 9 }]);
    expect(await sql("SELECT n FROM total")).toEqual([{ n: 2n }]);
    await update(text, { refreshSelection: ["total"] });
    expect(await sql("SELECT n FROM total")).toEqual([{ n: 1n }]);
  });

  it("are filled from the beginning when their table was dropped", async () => {
    await sql("CREATE TABLE source (id INT)");
    const text = "CREATE STREAMING TABLE copy AS SELECT * FROM STREAM source;";
    for (const id of [1, 2]) {
      await sql(`INSERT INTO source VALUES (${id})`);
      await update(text);
    }
    await sql("DROP TABLE copy");
    expect(output(await update(text), "copy")).toMatchObject({ rows: 2 });
    expect(output(await update(text), "copy")).toMatchObject({ upToDate: true });
    expect(await sql("SELECT id FROM copy ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("take the columns of a changed query with a full refresh", async () => {
    await sql("CREATE TABLE source (id INT)");
    await sql("INSERT INTO source VALUES (1)");
    await update("CREATE STREAMING TABLE copy AS SELECT id, 'a' AS old FROM STREAM source;");
    const changed = "CREATE STREAMING TABLE copy AS SELECT id = 1 AS id FROM STREAM source;";
    await sql("INSERT INTO source VALUES (2)");
    expect((await update(changed)).error).toMatchObject({ code: "DELTA_FAILED_TO_MERGE_FIELDS" });
    expect((await update(changed, { fullRefresh: true })).status).toBe("succeeded");
    expect(await sql("SELECT * FROM copy ORDER BY id")).toEqual([{ id: false }, { id: true }]);
  });

  it("take new comments and properties without a new row", async () => {
    await sql("CREATE TABLE source (id INT)");
    const text = (word: string) =>
      `CREATE STREAMING TABLE copy (id INT COMMENT '${word}') TBLPROPERTIES ('a.b' = '${word}') AS SELECT * FROM STREAM source;`;
    await update(text("one"));
    await update(text("two"));
    expect(await sql("SHOW TBLPROPERTIES copy")).toContainEqual({ key: "a.b", value: "two" });
    expect(await sql("DESCRIBE copy")).toContainEqual({ col_name: "id", data_type: "int", comment: "two" });
    const before = await version("copy");
    await update(text("two"));
    expect(await version("copy")).toBe(before);
  });

  it("may have the same name in two schemas", async () => {
    await sql("CREATE SCHEMA main.clean");
    const text = `CREATE STREAMING TABLE t AS SELECT 1 AS id FROM STREAM source;
      CREATE MATERIALIZED VIEW clean.t AS SELECT id + 1 AS id FROM s.t;`;
    await sql("CREATE TABLE source AS SELECT 1 AS id");
    expect(statuses(await update(text))).toEqual({ "main.s.t": "succeeded", "main.clean.t": "succeeded" });
    expect(await sql("SELECT * FROM clean.t")).toEqual([{ id: 2 }]);
  });

  it("read files through temporary views, and grow by their new columns", async () => {
    await put("a.csv", "id,name\n1,a\n");
    const text = `CREATE TEMPORARY VIEW files AS SELECT * EXCEPT (_rescued_data) FROM
        STREAM read_files('\${files}', format => 'csv', header => true);
      CREATE TEMPORARY VIEW big AS SELECT *, id * 10 AS tens FROM STREAM(files);
      CREATE STREAMING TABLE t AS SELECT * FROM STREAM(big);`;
    expect(output(await update(text), "t")).toMatchObject({ rows: 1 });
    await put("b.csv", "id,name,age\n2,b,40\n");
    expect(output(await update(text), "t")).toMatchObject({ rows: 1 });
    expect(await sql("SELECT id, tens, age FROM t ORDER BY id")).toEqual([
      { id: 1, tens: 10, age: null },
      { id: 2, tens: 20, age: 40 },
    ]);
  });

  it("may have names that need quotes", async () => {
    await sql("CREATE TABLE source (id INT)");
    const outcome = await update("CREATE STREAMING TABLE `my-copy` AS SELECT * FROM STREAM source;");
    expect(outcome.status).toBe("succeeded");
  });

  it("are filled by several flows", async () => {
    await put("a.csv", "id\n1\n");
    await sql("CREATE TABLE more (id INT)");
    await sql("INSERT INTO more VALUES (7)");
    const text = `CREATE OR REFRESH STREAMING TABLE both;
      CREATE FLOW from_files AS INSERT INTO both BY NAME SELECT id FROM STREAM read_files('\${files}', format => 'csv', header => true);
      CREATE FLOW from_table AS INSERT INTO both BY NAME SELECT * FROM STREAM more;`;
    expect(statuses(await update(text))).toEqual({ from_files: "succeeded", from_table: "succeeded" });
    expect(await sql("SELECT id FROM both ORDER BY id")).toEqual([{ id: 1 }, { id: 7 }]);
  });
});

describe("expectations", () => {
  const source = "CREATE TEMPORARY VIEW numbers AS SELECT * FROM VALUES (1), (2), (CAST(NULL AS INT)) AS t(n);";

  it("count and keep, count and drop, as they say; null is a violation", async () => {
    const outcome = await update(`${source}
      CREATE MATERIALIZED VIEW kept (CONSTRAINT big EXPECT (n > 1)) AS SELECT n FROM numbers;
      CREATE MATERIALIZED VIEW dropped (
        CONSTRAINT big EXPECT (n > 1) ON VIOLATION DROP ROW, CONSTRAINT any EXPECT (n IS NOT NULL)
      ) AS SELECT n FROM numbers;`);
    expect(output(outcome, "kept")).toMatchObject({
      rows: 3,
      droppedRows: 0,
      expectations: [{ name: "big", passed: 1, failed: 2 }],
    });
    expect(output(outcome, "dropped")).toMatchObject({
      rows: 1,
      droppedRows: 2,
      expectations: [
        { name: "big", passed: 1, failed: 2 },
        { name: "any", passed: 2, failed: 1 },
      ],
    });
  });

  it("fail their own flow and nothing of it is committed; what reads it is skipped, the others go on", async () => {
    const outcome = await update(`${source}
      CREATE MATERIALIZED VIEW strict (CONSTRAINT there EXPECT (n IS NOT NULL) ON VIOLATION FAIL UPDATE) AS SELECT n FROM numbers;
      CREATE MATERIALIZED VIEW behind AS SELECT count(*) AS c FROM strict;
      CREATE MATERIALIZED VIEW beside AS SELECT max(n) AS m FROM numbers;`);
    expect(outcome.status).toBe("failed");
    expect(statuses(outcome)).toEqual({ strict: "failed", behind: "skipped", beside: "succeeded" });
    expect(outcome.state.nodes.get("strict")?.error).toMatchObject({ code: "EXPECTATION_VIOLATED" });
    expect(await count("strict")).toBe(0);
    const events = await sql(
      "SELECT level, message FROM event_log('p') WHERE event_type = 'flow_progress' AND level IN ('ERROR', 'WARN')",
    );
    expect(events.map((row) => row["level"])).toEqual(expect.arrayContaining(["ERROR", "WARN"]));
  });
});

describe("materialized views", () => {
  it("are computed again only when a source or the definition has changed", async () => {
    await sql("CREATE TABLE t (id INT)");
    await sql("INSERT INTO t VALUES (1)");
    const text = "CREATE OR REFRESH MATERIALIZED VIEW m AS SELECT count(*) AS n FROM t;";
    await update(text);
    const first = await version("m");
    expect(output(await update(text), "m")).toMatchObject({ upToDate: true });
    expect(await version("m")).toBe(first);
    await sql("INSERT INTO t VALUES (2)");
    expect(output(await update(text), "m")).toMatchObject({ rows: 1, upToDate: false });
    await update(text.replace("count(*)", "max(id) + 10"));
    expect(await sql("SELECT n FROM m")).toEqual([{ n: 12 }]);
  });

  it("are computed again when the result can change by itself", async () => {
    const text = "CREATE OR REFRESH MATERIALIZED VIEW m AS SELECT current_timestamp() AS t;";
    await update(text);
    expect(output(await update(text), "m")).toMatchObject({ upToDate: false });
  });

  it("may bring other columns when their definition changes", async () => {
    await update("CREATE OR REFRESH MATERIALIZED VIEW m AS SELECT 1 AS a;");
    await update("CREATE OR REFRESH MATERIALIZED VIEW m (b STRING COMMENT 'text') AS SELECT 2 AS b;");
    expect(await sql("SELECT * FROM m")).toEqual([{ b: "2" }]);
  });

  it("keep the columns that are declared without a type", async () => {
    await update("CREATE MATERIALIZED VIEW m (a STRING, b COMMENT 'as it comes') AS SELECT 1 AS a, 2 AS b;");
    expect(await sql("SELECT * FROM m")).toEqual([{ a: "1", b: 2 }]);
  });
});

describe("views", () => {
  it("have the column names and the comment that they declare", async () => {
    await update(`CREATE TEMPORARY VIEW t (x, y COMMENT 'why') AS SELECT 1 AS a, 2 AS b;
      CREATE VIEW v (p, q) COMMENT 'it''s \\\\ here' AS SELECT 3 AS c, 4 AS d;
      CREATE MATERIALIZED VIEW m AS SELECT * FROM t CROSS JOIN v;`);
    expect(await sql("SELECT * FROM m")).toEqual([{ x: 1, y: 2, p: 3, q: 4 }]);
    const described = await sql("DESCRIBE EXTENDED v");
    expect(described).toContainEqual({ col_name: "Comment", data_type: "it's \\ here", comment: "" });
  });
});

describe("a name that is taken", () => {
  it.each([
    ["a streaming table", async () => void (await update("CREATE STREAMING TABLE m AS SELECT * FROM STREAM source;"))],
    ["a table of the user's", async () => void (await sql("CREATE TABLE m AS SELECT 1 AS id"))],
  ])("keeps its rows: %s", async (_, make) => {
    await sql("CREATE TABLE source AS SELECT 1 AS id");
    await make();
    for (const fullRefresh of [false, true]) {
      const { error } = await update("CREATE MATERIALIZED VIEW m AS SELECT 5 AS a;", { fullRefresh });
      expect(error).toMatchObject({ code: "PIPELINE_DATASET_TAKEN", location: { file: "p.sql" } });
      expect(error?.hint).toContain("DROP TABLE main.s.m");
    }
    expect(await sql("SELECT * FROM m")).toEqual([{ id: 1 }]);
  });
});

it("points into the pipeline's file, wherever the query stands there", async () => {
  const text = "-- first\nCREATE MATERIALIZED VIEW a (x INT) AS\n  SELECT titel AS x FROM VALUES (1) AS t(title);";
  const { error } = await update(text);
  expect(error?.location).toMatchObject({ file: "p.sql", line: 3, column: 10 });
  expect(error?.frame).toContain("2 | CREATE MATERIALIZED VIEW a (x INT) AS\n  3 |   SELECT titel AS x");
});

describe("a dataset outside of a pipeline", () => {
  it("is declared, filled and refreshed by statements", async () => {
    await sql("CREATE TABLE t (id INT)");
    await sql("CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM t");
    await sql("CREATE STREAMING TABLE copy AS SELECT * FROM STREAM t");
    await sql("INSERT INTO t VALUES (1), (2)");
    expect(await sql("SELECT n FROM total")).toEqual([{ n: 0n }]);
    await sql("REFRESH MATERIALIZED VIEW total");
    await sql("REFRESH STREAMING TABLE copy");
    expect(await sql("SELECT n FROM total")).toEqual([{ n: 2n }]);
    expect(await count("copy")).toBe(2);
    await sql("DELETE FROM t WHERE id = 1");
    await sql("REFRESH STREAMING TABLE copy FULL");
    expect(await count("copy")).toBe(1);
  });
});

describe("a pipeline that cannot run", () => {
  it.each([
    [
      "a circle",
      "CREATE MATERIALIZED VIEW a AS SELECT * FROM b;\nCREATE MATERIALIZED VIEW b AS SELECT * FROM a;",
      "PIPELINE_CIRCULAR_DEPENDENCY",
    ],
    ["a source that is nowhere", "CREATE MATERIALIZED VIEW a AS\nSELECT * FROM nowhere;", "TABLE_OR_VIEW_NOT_FOUND"],
    ["a table without a stream", "CREATE STREAMING TABLE a AS SELECT 1 AS x;", "INVALID_FLOW_QUERY_TYPE"],
    [
      "an unknown column",
      "-- first\nCREATE MATERIALIZED VIEW a AS\n  SELECT titel FROM VALUES (1) AS t(title);",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    ],
    ["a statement that declares nothing", "DROP TABLE x;", "PIPELINE_STATEMENT_NOT_ALLOWED"],
    [
      "two expectations of one name",
      "CREATE MATERIALIZED VIEW a (CONSTRAINT c EXPECT (x > 0), CONSTRAINT C EXPECT (x > 1)) AS SELECT 1 AS x;",
      "PIPELINE_DUPLICATE_IDENTIFIERS",
    ],
    [
      "a subquery in an expectation",
      "CREATE MATERIALIZED VIEW a (CONSTRAINT c EXPECT (x IN (SELECT 1))) AS SELECT 1 AS x;",
      "UNSUPPORTED_FEATURE.EXPECTATION_SUBQUERY",
    ],
    [
      "an expectation on a view",
      "CREATE TEMPORARY VIEW v (CONSTRAINT c EXPECT (x > 0)) AS SELECT 1 AS x;\nCREATE MATERIALIZED VIEW a AS SELECT * FROM v;",
      "PIPELINE_INVALID",
    ],
    [
      "a computed column",
      "CREATE MATERIALIZED VIEW a (x INT, y INT GENERATED ALWAYS AS (x + 1)) AS SELECT 1 AS x;",
      "PIPELINE_INVALID",
    ],
    ["an unknown parameter", "CREATE MATERIALIZED VIEW a AS SELECT * FROM ${filez}.t;", "PIPELINE_UNKNOWN_PARAMETER"],
    [
      "AUTO CDC",
      "CREATE STREAMING TABLE a;\nCREATE FLOW f AS AUTO CDC INTO a FROM STREAM(b) KEYS (id) SEQUENCE BY ts;",
      "UNSUPPORTED_FEATURE.AUTO_CDC",
    ],
  ])("says so at the place in the file: %s", async (_, text, code) => {
    const problem: unknown = await update(text).then(
      (outcome) => outcome.error,
      (error: unknown) => error,
    );
    expect(problem).toMatchObject({ code, location: { file: "p.sql" } });
  });
});
