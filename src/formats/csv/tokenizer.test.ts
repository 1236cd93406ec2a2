import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../duckdb/connection.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";
import { quoteString } from "../../sql/quote.ts";
import type { CsvDialect } from "./dialect.ts";
import { tokenize } from "./tokenizer.ts";

const SPARK: CsvDialect = {
  separator: ",",
  quote: '"',
  escape: "\\",
  comment: undefined,
  header: false,
  multiLine: false,
  trimLeading: false,
  trimTrailing: false,
  nullValue: "",
  emptyValue: "",
  encoding: "utf-8",
  maxColumns: undefined,
};

let database: DuckDb;
let connection: Connection;

beforeAll(async () => {
  database = await DuckDb.open({ threads: 1 });
  connection = await database.connect();
});
afterAll(() => database.close());

async function fields(records: readonly string[], dialect: CsvDialect): Promise<unknown[]> {
  const values = records.map((record, index) => `(${index}, ${quoteString(record)})`).join(", ");
  const sql = tokenize(`(VALUES ${values}) AS v(number, record)`, dialect);
  const rows = await connection.rows(`SELECT fields FROM (${sql}) ORDER BY number`);
  return rows.map((row) => row["fields"]);
}

const RFC: CsvDialect = { ...SPARK, escape: '"' };

describe("fields of a CSV record", () => {
  it.each([
    ["a,b,c", ["a", "b", "c"]],
    ["", [""]],
    [",", ["", ""]],
    ['a,"b,c",d', ["a", "b,c", "d"]],
    ['"a","b"', ["a", "b"]],
    ['""', [""]],
    ['"', ['"']],
    ['"cut off', ["cut off"]],
    ['a b "c" d,e', ['a b "c" d', "e"]],
    ['"says \\"hi\\", twice",x', ['says "hi", twice', "x"]],
    ['"a\\\\",x', ["a\\", "x"]],
    ['"a\\b",x', ["a\\b", "x"]],
    ['"one ""two"", three",x', ['"one ""two""', ' three"', "x"]],
    ['"end ""quoted""",x', ['"end ""quoted"""', "x"]],
    ['"end""",x', ['end""', "x"]],
    ['"closed"  ,x', ["closed", "x"]],
    ['"closed"  more,x', ['"closed"  more', "x"]],
    ['"a"b"c,d"', ['"a"b"c', 'd"']],
  ])("%s, as Spark reads it by default", async (record, expected) => {
    expect(await fields([record], SPARK)).toEqual([expected]);
  });

  it.each([
    ['"one ""two"", three",x', ['one "two", three', "x"]],
    ['"""",x', ['"', "x"]],
    ['"",x', ["", "x"]],
    ['"a\\",x', ["a\\", "x"]],
    ['"a""', ['a"']],
    ['"a"b ""c"",d', ['"a"b ""c""', "d"]],
  ])("%s, by RFC 4180 when a quote escapes a quote", async (record, expected) => {
    expect(await fields([record], RFC)).toEqual([expected]);
  });

  it("tells empty unquoted fields from empty quoted ones where the options do", async () => {
    const dialect = { ...SPARK, nullValue: "-", emptyValue: "E" };
    expect(await fields(['a,,""', "a,", '"",,"b ""c"""'], dialect)).toEqual([
      ["a", null, "E"],
      ["a", null],
      ["E", null, '"b ""c"""'],
    ]);
  });

  it("strips white space around unquoted values only", async () => {
    const dialect = { ...SPARK, trimLeading: true, trimTrailing: true };
    expect(await fields([" a , b", '  " a " , x ,"y" z  '], dialect)).toEqual([
      ["a", "b"],
      [" a ", "x", '"y" z'],
    ]);
  });

  it("separates by more than one character", async () => {
    const dialect = { ...SPARK, separator: "||" };
    expect(await fields(['a||"b||c"||d|e', "a||b"], dialect)).toEqual([
      ["a", "b||c", "d|e"],
      ["a", "b"],
    ]);
  });

  it("leaves quotes alone when quoting is off", async () => {
    expect(await fields(['"a,b",c'], { ...SPARK, quote: undefined })).toEqual([['"a', 'b"', "c"]]);
  });

  const dialects = fc.constantFrom<CsvDialect>(
    SPARK,
    RFC,
    { ...SPARK, escape: undefined },
    { ...SPARK, separator: "\t" },
    { ...SPARK, separator: ";", quote: "'", escape: "^" },
    { ...SPARK, separator: " ", escape: '"' },
  );
  const record = (dialect: CsvDialect): fc.Arbitrary<string> => {
    const special = [dialect.separator, dialect.quote ?? '"', dialect.escape ?? "\\", " ", "\t", "a", "é", "\u{1F600}"];
    return fc.string({ unit: fc.constantFrom(...special), maxLength: 14 });
  };

  it("agree with a character-by-character reading", async () => {
    const cases = dialects.chain((dialect) =>
      fc.record({
        dialect: fc.constant(dialect),
        records: fc.array(record(dialect), { minLength: 200, maxLength: 200 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ dialect, records }) => {
        const clear = records.filter((each) => !hasEscapeAfterQuote(each, dialect));
        expect(await fields(["", ...clear], dialect)).toEqual(
          ["", ...clear].map((each) => readByCharacter(each, dialect)),
        );
      }),
      { numRuns: 40 },
    );
  }, 20_000);
});

/** An escape right after a quote is where we leave univocity on purpose. */
function hasEscapeAfterQuote(text: string, { quote, escape }: CsvDialect): boolean {
  return escape !== undefined && escape !== quote && text.includes(`${quote ?? ""}${escape}`);
}

/** The parser's states one character at a time: `held` is a quote or escape whose meaning the next character decides. */
function readByCharacter(text: string, { separator, quote, escape }: CsvDialect): string[] {
  const chars = Array.from(text);
  const fields: string[] = [];
  let at = 0;
  const untilSeparator = (): string => {
    let value = "";
    while (at < chars.length && chars[at] !== separator) value += chars[at++];
    return value;
  };
  const quoted = (): string => {
    const opening = at++;
    let value = "";
    let held: "none" | "escape" | "quote" = "none";
    for (;;) {
      const char = chars[at];
      if (held === "escape") {
        held = "none";
        if (char === escape || char === quote) {
          value += char;
          at += 1;
        } else if (char !== undefined) value += escape;
        continue;
      }
      if (held === "quote") {
        if (escape === quote && char === quote) {
          value += quote;
          at += 1;
          held = "none";
          continue;
        }
        if (char === undefined || char === separator) return value;
        if (char === quote) {
          value += quote;
          at += 1;
          continue;
        }
        let spaces = "";
        if (char <= " ") {
          while (at < chars.length && (chars[at] ?? "") <= " ") spaces += chars[at++];
          if (at === chars.length || chars[at] === separator) return value;
        }
        return `${quote}${value}${quote}${spaces}${untilSeparator()}`;
      }
      at += 1;
      if (char === undefined) return opening === chars.length - 1 ? (quote ?? "") : value;
      if (char === quote) held = "quote";
      else if (char === escape) held = "escape";
      else value += char;
    }
  };
  for (;;) {
    fields.push(chars[at] === quote ? quoted() : untilSeparator());
    if (at >= chars.length) return fields;
    at += 1;
  }
}
