/** A generator of pseudo-random numbers that gives the same for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const KEYWORDS =
  `ALL AND ANTI ANY ARRAY AS ASC BEGIN BETWEEN BY CASE CAST COLLATE COLUMNS COMMENT CONSTRAINT CROSS CUBE CURRENT DATE DELETE DESC
DISTINCT DIV ELSE END ESCAPE EXCEPT EXISTS EXTRACT FALSE FILTER FIRST FOLLOWING FOR FROM FULL FUNCTION GROUP GROUPING HAVING IDENTIFIER
IF ILIKE IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL LEFT LIKE LIMIT LIVE MAP MATCHED MERGE MINUS NATURAL NOT NULL
NULLS OFFSET ON OR ORDER OUTER OVER OVERWRITE PARTITION PIVOT PRECEDING QUALIFY RANGE RECURSIVE REPLACE RIGHT RLIKE ROLLUP ROW ROWS
SELECT SEMI SET SETS SOME STREAM STRUCT TABLE TABLESAMPLE THEN TIMESTAMP TRUE TRY_CAST UNBOUNDED UNION UNPIVOT UPDATE USING VALUES
VIEW WHEN WHERE WINDOW WITH WITHIN ZONE`.split(/\s+/);

const ODD = [
  "99999999999999999999999999999999999999999",
  "-9223372036854775809",
  "1e400",
  "1e-400",
  "0x1F",
  "1.5BD",
  "127Y",
  "32768S",
  "'\u{1f600}\u0301'",
  "'\\u0000'",
  "\u0000",
  "\u00a0",
  "\u202e",
  "\ud800",
  "é",
  "`a b`",
  '"x"',
  "X'0'",
  "interval '1' year",
  "interval '999999999-1' year to month",
  "date'0000-00-00'",
  "timestamp'9999-12-31 23:59:59.999999999'",
  "array()",
  "map()",
  "named_struct('a', 1)",
  "x -> x + 1",
  "(SELECT 1)",
  "NULL",
  "nan",
  "inf",
  ":p",
  "?",
  "${x}",
  "/*",
  "--",
  "'",
  "`",
  "$$",
  "::int",
  "|>",
  "=>",
  "*",
  "[0]",
  "-1",
  "2147483648",
];

const TOKEN = /\s+|[A-Za-z_][\w$]*|\d+(?:\.\d+)?|'(?:[^'\\]|\\.)*'|"[^"]*"|`[^`]*`|[<>=!|:-]{2,3}|[^]/gu;

const VALUES =
  `a b c d ts arr m s dec flag s.x m['k'] arr[0] 1 0 -1 'x' NULL true 1.5 2.5D 127Y 99999999999L X'00' DATE'2020-02-30' TIMESTAMP'2020-01-01'
INTERVAL'1'DAY INTERVAL'2'MONTH array(1,NULL) map('k',1) struct(1,'x') array() current_timestamp() a+b a=b a*dec -c NOT(flag) b||a
CAST(a_AS_STRING) CAST(b_AS_INT) TRY_CAST(b_AS_DATE) CASE_WHEN_flag_THEN_a_END (SELECT_max(a)_FROM_u) a_IN(1,2) b_LIKE'%x' sum(a) count(*)
row_number()OVER(ORDER_BY_a) explode(arr) x->x from_json(b,'x_INT') interval'1'second*a ts-ts d+a d-d`
    .split(/\s+/)
    .map((each) =>
      each.replaceAll("_AS_", " AS ").replaceAll(/(?<=[A-Z)}a-z])_(?=[A-Z(a-z])(?<!row_|max_|from_)/g, " "),
    );

const OPERATORS = [
  "+",
  "-",
  "*",
  "/",
  "%",
  " DIV ",
  "||",
  "=",
  "<>",
  "<=>",
  "<",
  ">=",
  " AND ",
  " OR ",
  "&",
  "|",
  "^",
  "<<",
  " LIKE ",
  " IN ",
  "::",
];

/** A statement that often still parses: names, values, functions and operators in the place of others. */
export function alter(statement: string, functions: readonly string[], random: Random): string {
  const tokens: string[] = [...(statement.match(TOKEN) ?? [])];
  const count = 1 + pick(3, random);
  for (let step = 0; step < count; step += 1) {
    const places = tokens.flatMap((token, at) => (kindOf(token, tokens[at + 1]) === undefined ? [] : [at]));
    if (places.length === 0) return statement;
    const at = one(places, random);
    const kind = kindOf(tokens[at] ?? "", tokens[at + 1]);
    tokens[at] =
      kind === "function" ? one(functions, random) : kind === "operator" ? one(OPERATORS, random) : one(VALUES, random);
  }
  return tokens.join("");
}

/** `SELECT` of a random expression, perhaps with a clause around it. */
export function compose(functions: readonly string[], random: Random): string {
  const value = (depth: number): string => {
    const kind = depth <= 0 ? 0 : pick(6, random);
    if (kind === 5) return `(${value(depth - 1)} ${one(OPERATORS, random)} ${value(depth - 1)})`;
    if (kind < 2) return one(VALUES, random);
    const args = Array.from({ length: pick(4, random) }, () => value(depth - 1));
    return `${one(functions, random)}(${args.join(", ")})${pick(12, random) === 0 ? " OVER (PARTITION BY b ORDER BY a)" : ""}`;
  };
  const top = value(2);
  const clauses = [
    `SELECT ${top} FROM t`,
    `SELECT ${top} AS v, ${value(1)} FROM t WHERE ${value(1)} IS NOT NULL`,
    `SELECT b, ${top} FROM t GROUP BY b`,
    `SELECT a FROM t ORDER BY ${top}`,
    `SELECT * FROM t JOIN u ON t.a = u.a AND ${one(VALUES, random)} = ${one(VALUES, random)}`,
    `SELECT CAST(${top} AS ${one(TYPES, random)}) FROM t`,
    `SELECT * FROM VALUES (${top}), (${value(1)}) AS v(x)`,
    `SELECT (SELECT ${top} FROM u LIMIT 1) FROM t`,
    `SELECT ${top}`,
  ];
  return one(clauses, random);
}

const TYPES =
  "INT BIGINT TINYINT DOUBLE FLOAT DECIMAL(5,2) DECIMAL(38,10) STRING BINARY BOOLEAN DATE TIMESTAMP TIMESTAMP_NTZ ARRAY<INT> ARRAY<STRING> MAP<STRING,INT> STRUCT<x:INT> INTERVAL".split(
    " ",
  );

function kindOf(token: string, next: string | undefined): "function" | "value" | "operator" | undefined {
  if (/^(?:[-+*/%=<>&|^]|<=>|<>|\|\||>=|<=|::)$/.test(token)) return "operator";
  if (/^[a-z]/.test(token)) return next === "(" ? "function" : "value";
  return /^['\d]/.test(token) ? "value" : undefined;
}

/** The statement with one to four things changed. */
export function mutate(statement: string, corpus: readonly string[], random: Random): string {
  const parts = statement.match(TOKEN) ?? [];
  const count = 1 + Math.trunc(random() * 4);
  let tokens: string[] = [...parts];
  for (let step = 0; step < count; step += 1) tokens = changed(tokens, corpus, random);
  return tokens.join("");
}

function changed(tokens: readonly string[], corpus: readonly string[], random: Random): string[] {
  const at = pick(tokens.length + 1, random);
  const other = pick(tokens.length, random);
  const copy = [...tokens];
  switch (pick(13, random)) {
    case 0:
      copy.splice(at, 1);
      return copy;
    case 1:
      copy.splice(at, 0, copy[at] ?? "");
      return copy;
    case 2:
      [copy[at], copy[other]] = [copy[other] ?? "", copy[at] ?? ""];
      return copy;
    case 3:
      copy[at] = ` ${one(KEYWORDS, random)} `;
      return copy;
    case 4:
      copy.splice(at, 0, ` ${one(KEYWORDS, random)} `);
      return copy;
    case 5:
      copy[at] = ` ${one(ODD, random)} `;
      return copy;
    case 6:
      copy.splice(at, 0, ` ${one(ODD, random)} `);
      return copy;
    case 7:
      return copy.slice(0, at);
    case 8: {
      const text = copy[at] ?? "";
      const char = pick(text.length + 1, random);
      copy[at] =
        text.slice(0, char) + one(["", "(", ")", ",", ".", ";", "'", "\\", "é", "0"], random) + text.slice(char + 1);
      return copy;
    }
    case 9:
      return nested(copy, Math.min(at, other), Math.max(at, other), random);
    case 10: {
      const donor: string[] = one(corpus, random).match(TOKEN) ?? [];
      const from = pick(donor.length, random);
      copy.splice(at, pick(6, random), " ", ...donor.slice(from, from + 1 + pick(12, random)), " ");
      return copy;
    }
    case 11:
      copy[at] = identifier(copy, random);
      return copy;
    default:
      copy.splice(at, other - at > 0 && other - at < 8 ? other - at : 1);
      return copy;
  }
}

/** A stretch of tokens in brackets, perhaps a hundred times over. */
function nested(tokens: string[], from: number, to: number, random: Random): string[] {
  const times = one([1, 1, 1, 2, 5, 100], random);
  const [open, close] = one(
    [
      ["(", ")"],
      ["(SELECT ", ")"],
      ["abs(", ")"],
      ["array(", ")"],
      ["NOT ", ""],
      ["-", ""],
      ["CASE WHEN true THEN ", " END"],
    ] as const,
    random,
  );
  return [
    ...tokens.slice(0, from),
    open.repeat(open === "(SELECT " ? Math.min(times, 5) : times),
    ...tokens.slice(from, to),
    close.repeat(open === "(SELECT " ? Math.min(times, 5) : times),
    ...tokens.slice(to),
  ];
}

function identifier(tokens: readonly string[], random: Random): string {
  const names = tokens.filter((each) => /^[A-Za-z_]/.test(each));
  return names.length === 0 ? "a" : one(names, random);
}

function one<T>(list: readonly T[], random: Random): T {
  const found = list[pick(list.length, random)];
  if (found === undefined) throw new TypeError("Nothing to choose from.");
  return found;
}

export function pick(length: number, random: Random): number {
  return Math.trunc(random() * length);
}
