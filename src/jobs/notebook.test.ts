import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNotebook } from "./notebook.ts";
import { referencesIn, replaceReferences } from "./reference.ts";
import { scriptStatements } from "./sql-script.ts";

describe("SQL notebooks", () => {
  it("are cells between separators; titles, empty cells and Windows line ends do not matter", () => {
    const text = [
      "-- Databricks notebook source",
      "-- MAGIC %md",
      "-- MAGIC # Title",
      "-- COMMAND ----------",
      "",
      "-- DBTITLE 1,Load",
      "SELECT 1",
      "-- COMMAND ----------",
      "",
      "-- COMMAND ----------",
      "-- MAGIC %sql",
      "-- MAGIC SELECT 2",
      "-- MAGIC FROM t",
    ].join("\r\n");
    const { cells } = parseNotebook(text, "n.sql");
    expect(cells.map(({ kind, line }) => [kind, line])).toEqual([
      ["markdown", 2],
      ["sql", 7],
      ["sql", 11],
    ]);
    expect(cells[2]?.text.split(/\r?\n/).map((each) => each.trim())).toEqual(["", "SELECT 2", "FROM t"]);
  });

  it("are one cell without the header", () => {
    expect(parseNotebook("SELECT 1;\n-- COMMAND ----------\nSELECT 2", "q.sql").cells).toMatchObject([
      { kind: "sql", line: 1 },
    ]);
  });
});

describe("scripts", () => {
  const texts = (script: string): string[] => scriptStatements(script, 1, "s.sql").map((each) => each.text.trim());

  it("are split at semicolons outside of texts, names and comments", () => {
    expect(texts("SELECT ';' AS `a;b`; -- c; d\n /* ; */ SELECT 2;; ")).toEqual(["SELECT ';' AS `a;b`", "SELECT 2"]);
    expect(texts("-- nothing")).toEqual([]);
  });

  it("keep compound statements whole", () => {
    const compound =
      "BEGIN IF if(true, 1, 2) = 1 THEN SELECT CASE WHEN a THEN 1 END; END IF; FOR r AS SELECT 1 DO BEGIN END; END FOR; END";
    expect(texts(`SELECT 1; ${compound}; SELECT 2`)).toEqual(["SELECT 1", compound, "SELECT 2"]);
  });

  it("leave every statement at its line and column", () => {
    const [, second] = scriptStatements("SELECT 1;\n  SELECT x", 5, "s.sql");
    expect(second?.text).toBe(`${"\n".repeat(4)}         \n  SELECT x`);
  });
});

describe("texts without references", () => {
  it("stay as they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("{", "}", "`", ".", "a", " ", "job", "é") }), (text) => {
        fc.pre(referencesIn(text).length === 0);
        expect(replaceReferences(text, () => "!")).toBe(text);
      }),
    );
  });

  it("and references are found wherever they stand, special names in back-ticks", () => {
    const text = "a{{job.id}}{{{tasks.`my-task`.values.k}}}{{x.y}}{{ input }}";
    expect(referencesIn(text).map((each) => each.path.join("/"))).toEqual([
      "job/id",
      "tasks/my-task/values/k",
      "input",
    ]);
    expect(replaceReferences(text, (path) => `<${path.length}>`)).toBe("a<2>{<4>}{{x.y}}<1>");
  });
});
