import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestLakehouse, RAY, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;

beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run(`
    CREATE TABLE t (a INT, b STRING, d DATE) PARTITIONED BY (b);
    INSERT INTO t VALUES (1, 'x', DATE '2024-01-01');
    INSERT INTO t VALUES (2, 'y', NULL);
    CREATE TABLE paid (a INT, pay INT);
    INSERT INTO paid VALUES (1, 100);
    CREATE FUNCTION hide(p INT) RETURNS INT RETURN IF(p > 4711, p, NULL);
    CREATE FUNCTION keep(p INT) RETURNS BOOLEAN RETURN p <> 4712;
    GRANT USE CATALOG ON CATALOG main TO readers;
    GRANT USE SCHEMA ON SCHEMA s TO readers;
    GRANT SELECT ON TABLE paid TO readers;
    ALTER TABLE paid ALTER COLUMN pay SET MASK hide;
    ALTER TABLE paid SET ROW FILTER keep ON (a)`);
});
afterAll(() => house.close());

async function plan(statement: string): Promise<string> {
  const [[text] = []] = await house.values(`EXPLAIN ${statement}`);
  return String(text);
}

test("EXPLAIN shows the analyzed plan as a tree, with what is read and what is skipped", async () => {
  const text = await plan("SELECT b, sum(a) AS s FROM t WHERE b = 'x' GROUP BY b ORDER BY s DESC LIMIT 3");
  expect(text.split("\n\n")[0]).toBe(`== Analyzed Plan ==
Limit 3 [b: string, s: bigint]
+- Sort s desc [b: string, s: bigint]
   +- Project b, sum(a) AS s -> [b: string, s: bigint]
      +- Aggregate by b: sum(a) -> [b: string, sum(a): bigint]
         +- Filter (b = x) [a: int, b: string]
            +- Scan main.s.t [a: int, b: string]
                    version 2, 1 files to read, 1 skipped
                    pushed: (b = x)`);
  expect(text).toContain("== DuckDB SQL ==\nSELECT");
});

test("EXPLAIN shows joins, common tables and queries inside expressions below what uses them", async () => {
  const text = await plan(
    "WITH c AS (SELECT a FROM t) SELECT * FROM c x JOIN c y USING (a) WHERE a > (SELECT max(a) FROM t)",
  );
  for (const part of [/Cte #\d+ c\n/, "Join inner on (a = a)", "+- Subquery scalar", "Filter (a > scalarsubquery())"]) {
    expect(text).toMatch(part);
  }
});

test("EXPLAIN shows changes with their plans, and changes nothing", async () => {
  const merge = await plan(`MERGE INTO t USING (SELECT 1 AS a, 'x' AS b) s ON t.a = s.a AND t.b = 'x'
    WHEN MATCHED THEN UPDATE SET d = NULL WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b)`);
  expect(merge).toContain("Merge main.s.t\n+- Rows that change:\n");
  expect(merge).toContain("Join right on ((a = a) AND (b = x))");
  expect(merge).toContain("pushed: (b = x)");
  expect(merge).toContain("== DuckDB SQL (rows that change) ==");
  expect(await plan("DELETE FROM t WHERE a = 1")).toContain("Delete main.s.t\n");
  expect(await plan("UPDATE t SET a = 3")).toContain("Update main.s.t\n");
  expect(await plan("INSERT OVERWRITE t SELECT * FROM t")).toContain("Insert main.s.t, overwriting all\n+- Project");
  expect(await plan("CREATE TABLE z AS SELECT 1 AS one")).toContain("CreateTableAsSelect z\n+- Project 1 AS one");
  expect(await plan("DROP TABLE t")).toContain("Execute DROP");
  expect(await plan("SELECT raise_error('run')")).toContain("raise_error");
  expect(await house.values("SELECT a FROM t ORDER BY a")).toEqual([[1], [2]]);
  await expect(house.values("SELECT * FROM z")).rejects.toMatchObject({ code: "TABLE_OR_VIEW_NOT_FOUND" });
});

test("EXPLAIN names policies, and shows what they do to nobody but the admin", async () => {
  const query = "EXPLAIN EXTENDED SELECT a + 1, pay * 2 FROM paid WHERE pay > 3";
  const [[seen] = []] = await house.as(RAY, query);
  expect(seen).toContain("Filter (pay > 3)");
  expect(seen).toContain("policies: row filter; column mask on pay");
  expect(seen).not.toMatch(/471[12]|parquet/);
  await house.run("GRANT MODIFY ON TABLE paid TO readers");
  for (const change of ["DELETE FROM paid WHERE pay > 3", "UPDATE paid SET pay = 5 WHERE a = 1"]) {
    const [[plan] = []] = await house
      .as(RAY, `EXPLAIN EXTENDED ${change}`)
      .catch((error: unknown) => [[String(error)]]);
    expect(plan, change).not.toMatch(/471[12]|parquet/);
  }
  await house.run("REVOKE MODIFY ON TABLE paid FROM readers");
  const [[all] = []] = await house.values(query);
  expect(all).toMatch(/4711[^]*4712[^]*parquet/);
});

test("EXPLAIN does not show what a view makes of tables that only its owner may read", async () => {
  await house.run("CREATE VIEW some AS SELECT a FROM t WHERE b <> 'hush'; GRANT SELECT ON VIEW some TO readers");
  const [[seen] = []] = await house.as(RAY, "EXPLAIN EXTENDED SELECT a FROM some");
  expect(seen).toContain("a: int");
  expect(seen).not.toMatch(/hush|parquet|main\.s\.t/);
  expect(await plan("SELECT a FROM some")).toContain("hush");
});

test("EXPLAIN needs the privileges of what it explains", async () => {
  for (const statement of ["SELECT * FROM t", "DELETE FROM paid", "INSERT INTO paid VALUES (1, 2)"]) {
    await expect(house.as(RAY, `EXPLAIN ${statement}`), statement).rejects.toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
    });
  }
});
