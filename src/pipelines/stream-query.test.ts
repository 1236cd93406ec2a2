import { describe, expect, it } from "vitest";
import { parseStatement } from "../sql/parser/parse.ts";
import { beyondBatch } from "./stream-query.ts";

function found(text: string): string | undefined {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new Error("no query");
  return beyondBatch(statement)?.what;
}

describe("a query over a stream", () => {
  it.each([
    ["SELECT count(*) FROM STREAM a", "an aggregate"],
    ["SELECT x FROM STREAM a GROUP BY x", "GROUP BY"],
    ["SELECT DISTINCT x FROM STREAM read_files('/f', format => 'csv')", "DISTINCT"],
    ["SELECT x, row_number() OVER (ORDER BY x) FROM STREAM a", "a window function"],
    ["SELECT x FROM STREAM a ORDER BY x", "ORDER BY"],
    ["SELECT x FROM STREAM a LIMIT 3", "LIMIT"],
    ["SELECT x FROM STREAM a UNION SELECT x FROM b", "UNION"],
    ["SELECT a.x FROM STREAM a JOIN STREAM b ON a.x = b.x", "a join of two streams"],
    ["WITH s AS (SELECT x FROM STREAM a) SELECT max(x) FROM s", "an aggregate"],
    ["SELECT * FROM (SELECT max(x) FROM STREAM a)", "an aggregate"],
  ])("cannot be answered batch by batch: %s", (text, what) => {
    expect(found(text)).toBe(what);
  });

  it.each([
    "SELECT upper(x), size(array(x)) FROM STREAM a WHERE x > (SELECT max(y) FROM b)",
    "SELECT a.x, m.y FROM STREAM a JOIN (SELECT x, max(y) AS y FROM b GROUP BY x) m ON a.x = m.x",
    "SELECT x FROM STREAM a UNION ALL SELECT x FROM STREAM b",
    "WITH m AS (SELECT x FROM b ORDER BY x LIMIT 1) SELECT a.* FROM STREAM a JOIN m ON a.x = m.x",
    "SELECT count(*), max(x) FROM b GROUP BY y ORDER BY 1",
  ])("can: %s", (text) => {
    expect(found(text)).toBeUndefined();
  });
});
