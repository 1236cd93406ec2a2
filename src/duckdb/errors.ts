import { BoathouseError, messageOf, type ErrorOptions } from "../core/errors.ts";

/** What a translation may know of the statement that failed. */
export interface StatementContext {
  readonly sql?: string;
}

/**
 * DuckDB's error as one of ours. Conditions that our own macros and functions raise (`error('[CONDITION] text')`) keep
 * their name; DuckDB's own are given Spark's name where they mean the same for certain. What is left is
 * `DUCKDB_ERROR`, or `DUCKDB_STATEMENT_REJECTED` (a defect: only generated SQL reaches DuckDB).
 */
export function translateError(thrown: unknown, context: StatementContext = {}): BoathouseError {
  if (thrown instanceof BoathouseError) return thrown;
  const original = messageOf(thrown);
  const { kind, text } = split(original);
  const options = {
    cause: thrown,
    details: { duckdb: original, ...(context.sql === undefined ? {} : { sql: context.sql.slice(0, MAX_SQL) }) },
  };
  const raised = /^\[([A-Z][A-Z0-9_]*(?:\.[A-Z][A-Z0-9_]*)*)\] ?([^]*)$/.exec(text);
  if (raised?.[1] !== undefined) return error(raised[1], raised[2] ?? "", options);
  for (const rule of RULES) {
    const match = rule.pattern.exec(text);
    if (match === null || (rule.kind !== undefined && rule.kind !== kind)) continue;
    const hint = rule.hint === undefined ? {} : { hint: rule.hint };
    return error(rule.code, rule.message?.(match) ?? text, { ...options, ...hint });
  }
  const fallback = FALLBACKS[kind];
  if (fallback !== undefined) return new BoathouseError(fallback.code, text, { ...options, ...fallback.options });
  return new BoathouseError("DUCKDB_ERROR", `${kind === "" ? "" : `${kind}: `}${text}`, options);
}

const TRY_CAST = "Use try_cast to get NULL for values that cannot be cast.";

const OUT_OF_DECIMAL = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION";

interface Rule {
  readonly kind?: string;
  readonly pattern: RegExp;
  readonly code: string;
  readonly message?: (match: RegExpExecArray) => string;
  readonly hint?: string;
}

/** The first that fits. The patterns are DuckDB 1.5's own messages. */
const RULES: readonly Rule[] = [
  {
    pattern: /no space left on device|file too large|quota exceeded|max_temp_directory_size|failed to offload/i,
    code: "STORE_FULL",
    hint: "Free some space on the disk, and run the statement again: nothing of it was committed.",
  },
  {
    kind: "Conversion Error",
    pattern: /^Error while reading file "([^"]*)": failed to cast column "(.*)" from type VARIANT\S* to/,
    code: "UNSUPPORTED_DATATYPE",
    message: (match) =>
      `The column "${match[2] ?? ""}" of the file ${match[1] ?? ""} has Parquet's own type VARIANT, which cannot be read exactly.`,
    hint: "Let whoever writes the table store the column without the annotation, or as a string (to_json).",
  },
  {
    pattern: /could not convert blob to UTF8 string/i,
    code: "UNSUPPORTED_FEATURE.INVALID_UTF8",
    message: () => "Bytes that are no UTF-8 cannot be a STRING here; Spark keeps them as they are.",
    hint: "Use make_valid_utf8(bytes) to replace them, try_validate_utf8(bytes) to get NULL, or keep the value BINARY.",
  },
  {
    pattern: /subqueries in lambda expressions are not supported/,
    code: "UNSUPPORTED_FEATURE.SUBQUERY_IN_CALL",
    message: () => "A subquery cannot stand in an argument of this function.",
    hint: "Compute it in a common table, and join it.",
  },
  {
    pattern:
      /correlated columns in window functions not supported|^Values list "[^"]*" does not have a column named "c\d+"/,
    code: "UNSUPPORTED_FEATURE.CORRELATED_SUBQUERY",
    message: () => "The columns of the query around cannot be used in this way in a subquery.",
    hint: "Compute the value beside the subquery, or join the tables.",
  },
  {
    pattern: /QUANTILE can only take constant parameters/,
    code: "UNSUPPORTED_FEATURE.CONSTANT_EXPRESSION",
    message: () => "The percentage must be written out as a number.",
  },
  {
    kind: "Permission Error",
    pattern: /Cannot access (?:file|directory) "([^"]*)"/,
    code: "STORE_FORBIDDEN",
    message: (match) => `The path ${match[1] ?? ""} is outside the folders that this statement may reach.`,
  },
  {
    pattern:
      /^Could not convert string ['"]\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*['"] to DECIMAL\((\d+),(\d+)\)/,
    code: OUT_OF_DECIMAL,
    message: (match) => unrepresentable(match[1] ?? "", match[2] ?? "", match[3] ?? ""),
    hint: TRY_CAST,
  },
  {
    pattern: /^Could not convert string ['"]([^]*)['"] to ([A-Z0-9]+(?:\([0-9,]+\))?)(?: when casting.*)?$/,
    code: "CAST_INVALID_INPUT",
    message: (match) => malformed(match[1] ?? "", SPARK_NAMES[match[2] ?? ""] ?? match[2] ?? ""),
    hint: TRY_CAST,
  },
  {
    kind: "Conversion Error",
    pattern: /^(?:date field value out of range|invalid date field format): "([^"]*)"/,
    code: "CAST_INVALID_INPUT",
    message: (match) => malformed(match[1] ?? "", "DATE"),
    hint: TRY_CAST,
  },
  {
    kind: "Conversion Error",
    pattern: /^(?:timestamp field value out of range|invalid timestamp field format): "([^"]*)"/,
    code: "CAST_INVALID_INPUT",
    message: (match) => malformed(match[1] ?? "", "TIMESTAMP"),
    hint: TRY_CAST,
  },
  {
    pattern:
      /^Type ([A-Z0-9(),]+) with value (\S+) can't be cast because the value is out of range for the destination type (\S+)/,
    code: "CAST_OVERFLOW",
    message: (match) => {
      const from = SPARK_NAMES[match[1] ?? ""] ?? match[1] ?? "";
      const to = SPARK_NAMES[match[3] ?? ""] ?? match[3] ?? "";
      return `The value ${match[2] ?? ""} of the type "${from}" cannot be cast to "${to}" due to an overflow.`;
    },
    hint: TRY_CAST,
  },
  {
    pattern: /^(?:Could not cast value|Casting value) "?([^\s"]+)"? to (?:type )?DECIMAL\((\d+),(\d+)\)/,
    code: OUT_OF_DECIMAL,
    message: (match) => unrepresentable(match[1] ?? "", match[2] ?? "", match[3] ?? ""),
    hint: TRY_CAST,
  },
  {
    pattern: /^Failed to cast decimal value (\S+) to type (\S+)/,
    code: "CAST_OVERFLOW",
    message: (match) =>
      `The value ${match[1] ?? ""} of the type "DECIMAL" cannot be cast to "${SPARK_NAMES[match[2] ?? ""] ?? match[2] ?? ""}" due to an overflow.`,
    hint: TRY_CAST,
  },
  { pattern: /^Overflow in .*DECIMAL/, code: OUT_OF_DECIMAL },
  { kind: "Out of Range Error", pattern: /^Overflow in .* of INT(?:8|16) /, code: "BINARY_ARITHMETIC_OVERFLOW" },
  { kind: "Out of Range Error", pattern: /^Overflow /, code: "ARITHMETIC_OVERFLOW" },
  { pattern: /divi(?:sion|de) by zero/i, code: "DIVIDE_BY_ZERO", message: () => "Division by zero." },
  {
    // A year that fits and a day that exists: adding has left what dates can hold.
    kind: "Conversion Error",
    pattern: /^Date out of range: -?\d{5,9}-(?:[1-9]|1[0-2])-(?:[12]?\d|3[01])$/,
    code: "ARITHMETIC_OVERFLOW",
  },
  {
    kind: "Conversion Error",
    pattern: /^Date out of range/,
    code: "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
    hint: 'If necessary set "spark.sql.ansi.enabled" to "false" to get NULL instead.',
  },
  { kind: "Conversion Error", pattern: /^ICU date overflows timestamp range/, code: "DATETIME_OVERFLOW" },
  { kind: "Conversion Error", pattern: /not in timestamp range/, code: "DATETIME_OVERFLOW" },
  {
    pattern: /^Map keys must be unique/,
    code: "DUPLICATED_MAP_KEY",
    message: () =>
      'Duplicate map key was found, please check the input data. If you want to remove the duplicated keys, you can set "spark.sql.mapKeyDedupPolicy" to "LAST_WIN".',
  },
  {
    pattern: /Max expression depth limit|memory exhausted at or near/,
    code: "FAILED_TO_PARSE_TOO_COMPLEX",
    message: () => "The statement, including potential SQL functions and referenced views, is nested too deeply.",
    hint: "Divide it: temporary views can hold the inner parts.",
  },
  { pattern: /^Map keys can not be NULL/, code: "NULL_MAP_KEY", message: () => "Cannot use null as map key." },
  { pattern: /^Could not parse string "[^]*" according to format specifier/, code: "CANNOT_PARSE_TIMESTAMP" },
  {
    pattern: /^More than one row returned by a subquery/,
    code: "SCALAR_SUBQUERY_TOO_MANY_ROWS",
    message: () => "More than one row returned by a subquery used as an expression.",
  },
  {
    pattern: /^No files found that match the pattern "([^"]*)"/,
    code: "FAILED_READ_FILE.FILE_NOT_EXIST",
    message: (match) => `There is no file ${match[1] ?? ""}.`,
  },
  {
    kind: "IO Error",
    pattern: /^Cannot open file "([^"]*)": No such file or directory/,
    code: "FAILED_READ_FILE.FILE_NOT_EXIST",
    message: (match) => `There is no file ${match[1] ?? ""}.`,
  },
  { pattern: /^No magic bytes found at end of file/, code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER" },
];

const REJECTED = {
  code: "DUCKDB_STATEMENT_REJECTED",
  options: { kind: "defect", hint: "This is a defect in Boathouse. Please report it with the statement you ran." },
} as const;

const FALLBACKS: Readonly<Record<string, { readonly code: string; readonly options: ErrorOptions }>> = {
  "Parser Error": REJECTED,
  "Binder Error": REJECTED,
  "Catalog Error": REJECTED,
  "INTERNAL Error": REJECTED,
  "FATAL Error": REJECTED,
  "Out of Memory Error": {
    code: "OUT_OF_MEMORY",
    options: { hint: "Raise the memory limit, or lower the number of threads." },
  },
  "INTERRUPT Error": { code: "CANCELLED", options: { kind: "interrupted" } },
};

/** DuckDB's physical names, as Spark calls the same types. */
const SPARK_NAMES: Readonly<Record<string, string>> = {
  BOOL: "BOOLEAN",
  INT8: "TINYINT",
  INT16: "SMALLINT",
  INT32: "INT",
  INT64: "BIGINT",
  INT128: "DECIMAL(38,0)",
  VARCHAR: "STRING",
  BLOB: "BINARY",
};

/** Enough of a statement to find it again, without carrying a megabyte in every error. */
const MAX_SQL = 20_000;

function unrepresentable(value: string, precision: string, scale: string): string {
  return `${value} cannot be represented as Decimal(${precision}, ${scale}).`;
}

function malformed(value: string, type: string): string {
  return `The value '${value}' of the type "STRING" cannot be cast to "${type}" because it is malformed.`;
}

function error(code: string, message: string, options: ErrorOptions): BoathouseError {
  return new BoathouseError(code, message, options);
}

/** `Conversion Error: text\n\nLINE 1: …` → kind and text, without the excerpt of the generated SQL. */
function split(message: string): { kind: string; text: string } {
  const withoutExcerpt = message.replace(/\n+LINE \d+:[^]*$/, "");
  const match = /^([A-Za-z ]+ Error): ([^]*)$/.exec(withoutExcerpt);
  return match === null
    ? { kind: "", text: withoutExcerpt.trim() }
    : { kind: match[1] ?? "", text: (match[2] ?? "").trim() };
}
