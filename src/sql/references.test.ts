import { describe, expect, it } from "vitest";
import { parseStatement } from "./parser/parse.ts";
import { referencesOf } from "./references.ts";

const relations = (text: string): string[] =>
  referencesOf(parseStatement(text)).relations.map((each) => `${each.stream ? "STREAM " : ""}${each.name.join(".")}`);

describe("references", () => {
  it("find the tables of every clause", () => {
    expect(
      relations(`SELECT (SELECT max(x) FROM a) FROM b JOIN (SELECT * FROM c) USING (id)
        WHERE EXISTS (SELECT 1 FROM d) AND e IN (SELECT 1 FROM STREAM(LIVE.f)) UNION TABLE g`),
    ).toEqual(["a", "b", "c", "d", "STREAM LIVE.f", "g"]);
  });

  it("leave out common tables where they are seen, and only there", () => {
    expect(relations("WITH x AS (SELECT * FROM x), y AS (SELECT * FROM X) SELECT * FROM x, y, z.x")).toEqual([
      "x",
      "z.x",
    ]);
    expect(relations("WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT * FROM r) SELECT * FROM r")).toEqual([]);
    expect(relations("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) JOIN x")).toEqual(["x"]);
    expect(relations("WITH s AS (SELECT * FROM base) INSERT INTO t SELECT * FROM s")).toEqual(["base"]);
  });

  it("name what is written, and how", () => {
    const targets = (text: string): string[] =>
      referencesOf(parseStatement(text)).targets.map((each) => `${each.access} ${each.object} ${each.name.join(".")}`);
    expect(targets("MERGE INTO c.s.t USING s ON true WHEN MATCHED THEN DELETE")).toEqual(["write table c.s.t"]);
    expect(targets("CREATE OR REPLACE VIEW v AS SELECT 1")).toEqual(["create view v"]);
    expect(targets("DROP VOLUME v")).toEqual(["drop volume v"]);
    expect(targets("ALTER SCHEMA s OWNER TO a")).toEqual(["alter schema s"]);
    expect(targets("DESCRIBE HISTORY t")).toEqual(["describe table t"]);
    expect(targets("OPTIMIZE t")).toEqual(["write table t"]);
  });

  it("find files, with their format", () => {
    const paths = (text: string): string[] =>
      referencesOf(parseStatement(text)).paths.map((each) => `${each.use} ${each.format ?? "?"} ${each.path}`);
    expect(paths("SELECT * FROM csv.`/a/*.csv` JOIN STREAM read_files('/b', format => 'JSON')")).toEqual([
      "read csv /a/*.csv",
      "read json /b",
    ]);
    expect(paths("COPY INTO t FROM '/c' FILEFORMAT = PARQUET")).toEqual(["read parquet /c"]);
    expect(paths("INSERT INTO delta.`/d` SELECT 1")).toEqual(["write delta /d"]);
    expect(paths("CREATE TABLE t (a INT) USING delta LOCATION 'abfss://x'")).toEqual(["location delta abfss://x"]);
  });

  it("find functions, table functions and generators", () => {
    const { functions } = referencesOf(
      parseStatement("SELECT f(g(x)), a.b.h(1) FROM range(10) LATERAL VIEW explode(y) t AS z"),
    );
    expect(functions.map((each) => `${each.name.join(".")}${each.table ? "*" : ""}`).toSorted()).toEqual([
      "a.b.h",
      "explode*",
      "f",
      "g",
      "range*",
    ]);
  });

  it("resolve IDENTIFIER from a string, from the caller, or say that they cannot", () => {
    expect(relations("SELECT * FROM IDENTIFIER('a.b').c")).toEqual(["a.b.c"]);
    const statement = parseStatement("SELECT * FROM IDENTIFIER(:t)");
    expect(referencesOf(statement).dynamic).toHaveLength(1);
    const known = referencesOf(statement, { identifier: () => ["x", "y"] });
    expect(known.relations).toMatchObject([{ name: ["x", "y"] }]);
    expect(known.dynamic).toHaveLength(0);
  });
});
