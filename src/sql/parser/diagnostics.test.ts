import { describe, expect, it } from "vitest";
import { BoathouseError } from "../../core/errors.ts";
import { parseStatement } from "./parse.ts";

/** The statement's error: the text that the caret marks, what is wrong, and what to do. */
function diagnostic(statement: string): string {
  try {
    parseStatement(statement);
    return "no error";
  } catch (error) {
    if (!(error instanceof BoathouseError)) throw error;
    const { location, message, hint } = error;
    const line = statement.split("\n")[(location?.line ?? 1) - 1] ?? "";
    const marked = line.slice((location?.column ?? 1) - 1, (location?.endColumn ?? 1) - 1);
    return `[${marked}] ${message}${hint === undefined ? "" : ` ${hint}`}`;
  }
}

const TABLE: readonly (readonly [statement: string, diagnostic: string])[] = [
  // Misspelt keywords
  ["SELCT 1", "[SELCT] Syntax error at or near 'SELCT': expected a statement. Did you mean SELECT?"],
  ["SELECT a FORM t", "[t] Syntax error at or near 't': expected the end. Did you mean FROM?"],
  ["SELECT a FROM t GRUOP BY a", "[BY] Syntax error at or near 'BY': expected the end. Did you mean GROUP?"],
  ["SELECT a FROM t\nWHER a > 1", "[a] Syntax error at or near 'a': expected the end. Did you mean WHERE?"],
  ["SELECT a FROM t LIMT 1", "[1] Syntax error at or near '1': expected the end. Did you mean LIMIT?"],
  ["SELECT 1 UNION SELCT 2", "[SELCT] Syntax error at or near 'SELCT': expected a query. Did you mean SELECT?"],
  ["SELECT * FROM a JION b", "[b] Syntax error at or near 'b': expected the end. Did you mean JOIN?"],
  ["CREATE TABEL t (a INT)", "[TABEL] Syntax error at or near 'TABEL': expected what to create. Did you mean TABLE?"],
  ["DROP TABL t", "[TABL] Syntax error at or near 'TABL': expected what to drop. Did you mean TABLE?"],
  ["INSERT INT t VALUES (1)", "[INT] Syntax error at or near 'INT': expected 'INTO', 'OVERWRITE'. Did you mean INTO?"],
  ["EXPLAN SELECT 1", "[EXPLAN] Syntax error at or near 'EXPLAN': expected a statement. Did you mean EXPLAIN?"],
  ["SELECT CAST(a AS INTT)", '[INTT] Unsupported data type "INTT". Did you mean "INT"?'],
  // What is not closed
  ["SELECT 'abc", "['] The string that starts here is not closed."],
  ["SELECT `abc", "[`] The quoted identifier that starts here is not closed."],
  ["SELECT /* x", "[/*] Found an unclosed bracketed comment. Append */ at its end."],
  [
    "SELECT (1 + 2",
    "[] Syntax error at or near end of input: expected ')'. The '(' at line 1, column 8 is not closed.",
  ],
  [
    "SELECT f(a,\n  (b + 1)",
    "[] Syntax error at or near end of input: expected ')'. The '(' at line 1, column 9 is not closed.",
  ],
  ["VALUES (1, 2", "[] Syntax error at or near end of input: expected ')'. The '(' at line 1, column 8 is not closed."],
  ["SELECT 1 + 2)", "[)] Syntax error at or near ')': expected the end. No '(' stands open for this ')'."],
  // What is missing
  [
    "SELECT a b c FROM t",
    "[c] Syntax error at or near 'c': expected the end. Is a comma or an operator missing before c?",
  ],
  [
    "CREATE TABLE t (a INT b STRING)",
    "[b] Syntax error at or near 'b': expected ')'. Is a comma or an operator missing before b?",
  ],
  [
    "SELECT * FROM a LEFT b",
    "[b] Syntax error at or near 'b': expected 'JOIN'. Expected one of: ANTI JOIN, JOIN, OUTER, SEMI JOIN.",
  ],
  ["UPDATE t SET a 1", "[1] Syntax error at or near '1': expected '='."],
  ["SELECT a BETWEEN 1 2", "[2] Syntax error at or near '2': expected 'AND'. Expected one of: AND."],
  ["WITH x AS SELECT 1 SELECT * FROM x", "[SELECT] Syntax error at or near 'SELECT': expected '('."],
  ["", "[] Syntax error, unexpected empty statement."],
];

describe("a syntax error", () => {
  it.each(TABLE)("of %j is marked and explained", (statement, expected) => {
    expect(diagnostic(statement)).toBe(expected);
  });
});
