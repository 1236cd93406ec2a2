import type { Sample } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";

/** `TABLESAMPLE [BERNOULLI | SYSTEM] (10 PERCENT | 5 ROWS | BUCKET 1 OUT OF 4 | 300M) [REPEATABLE (seed)]`. */
export function tableSample(c: Cursor): Sample | undefined {
  if (!c.at("TABLESAMPLE")) return undefined;
  const { start } = c;
  c.advance();
  const method = c.acceptAny("BERNOULLI", "SYSTEM");
  const inside = sampleMethod(c);
  if (method === "SYSTEM" && inside.by !== "percent") {
    c.raise(
      "UNSUPPORTED_FEATURE.TABLESAMPLE_SYSTEM_SAMPLE_METHOD",
      "The feature is not supported: TABLESAMPLE SYSTEM takes a percentage only.",
      c.span(start),
    );
  }
  let seed: bigint | undefined;
  if (c.accept("REPEATABLE")) {
    c.expect("(");
    seed = c.signedInteger("a seed");
    c.expect(")");
  }
  return { kind: "sample", span: c.span(start), system: method === "SYSTEM", method: inside, seed };
}

function sampleMethod(c: Cursor): Sample["method"] {
  c.expect("(");
  const { start } = c;
  if (c.at("BUCKET") && c.peek().kind === "integer") {
    c.advance();
    const bucket = c.integer();
    c.expect("OUT", "OF");
    const of = c.integer();
    let on: Extract<Sample["method"], { by: "bucket" }>["on"];
    if (c.accept("ON")) {
      on = c.name("a column");
      if (c.accept("(")) {
        c.expect(")");
        c.raise(
          "PARSE_SYNTAX_ERROR",
          "Operation not allowed: TABLESAMPLE(BUCKET x OUT OF y ON function).",
          c.span(start),
        );
      }
      c.raise("PARSE_SYNTAX_ERROR", "Operation not allowed: TABLESAMPLE(BUCKET x OUT OF y ON colname).", c.span(start));
    }
    c.expect(")");
    checkFraction(c, of === 0 ? Infinity : bucket / of, start);
    return { by: "bucket", bucket, of, on };
  }
  const negative = c.at("-") && (c.peek().kind === "integer" || c.peek().kind === "decimal") && c.peekIs(2, "PERCENT");
  const numberToken = negative ? c.peek() : c.token;
  if ((numberToken.kind === "integer" || numberToken.kind === "decimal") && c.peekIs(negative ? 2 : 1, "PERCENT")) {
    if (negative) c.advance();
    c.advance();
    c.advance();
    const percent = (negative ? -1 : 1) * Number(numberToken.text);
    c.expect(")");
    checkFraction(c, percent / 100, start);
    return { by: "percent", percent };
  }
  if (c.at(")")) c.raise("PARSE_EMPTY_STATEMENT", "TABLESAMPLE does not accept empty inputs.", c.token);
  const amount = c.rules.expression(c);
  if (c.accept("ROWS")) {
    c.expect(")");
    return { by: "rows", rows: amount };
  }
  c.expect(")");
  const bytes = amount.kind === "column" && amount.parts.length === 1 ? amount.parts[0]?.name : undefined;
  if (bytes === undefined || !/^\d+[bkmgBKMG]$/.test(bytes)) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `${c.textFrom(start).slice(0, -1)} is not a valid byte length literal, expected syntax: DIGIT+ ('B' | 'K' | 'M' | 'G').`,
      amount,
    );
  }
  return c.raise(
    "PARSE_SYNTAX_ERROR",
    "Operation not allowed: TABLESAMPLE(byteLengthLiteral).",
    amount,
    "Sample by PERCENT or by ROWS.",
  );
}

/** How far a fraction may be off, as Spark has it. */
const ROUNDING = 1e-6;

function checkFraction(c: Cursor, fraction: number, start: number): void {
  if (fraction < -ROUNDING || fraction > 1 + ROUNDING) {
    c.raise("PARSE_SYNTAX_ERROR", `Sampling fraction (${fraction}) must be on interval [0, 1].`, c.span(start));
  }
}
