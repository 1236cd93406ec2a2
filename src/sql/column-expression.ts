import {
  sameType,
  simpleString,
  STRING,
  struct,
  type DataType,
  type StructField,
  type StructType,
} from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Expression } from "./ast/expression.ts";
import { compileExpression, type CompiledExpression } from "./expression.ts";
import { visit } from "./lineage.ts";
import type { AnalysisContext } from "./resolver.ts";
import { displayType } from "./types/duckdb-type.ts";
import { canStoreAssign } from "./types/implicit-cast.ts";

/** A column whose definition has an expression, and where it is checked. */
export interface DefinedColumn {
  readonly column: StructField;
  readonly expression: Expression;
  /** The expression as written. */
  readonly text: string;
  readonly context: AnalysisContext;
}

/**
 * A DEFAULT: a constant of a type that can be stored in the column, as Spark checks it. Throws `INVALID_DEFAULT_VALUE.*`,
 * naming the statement (`CREATE TABLE`).
 */
export function checkDefault(defined: DefinedColumn, statement: string): void {
  const { column, expression, text, context } = defined;
  const invalid = (condition: string, what: string, cause?: unknown): BoathouseError =>
    new BoathouseError(
      `INVALID_DEFAULT_VALUE.${condition}`,
      `Failed to execute ${statement} command because the destination column or variable \`${column.name}\` has a DEFAULT value ${text}, which ${what}`,
      { sqlState: "42623", hint: "Give a constant, or a function such as current_timestamp().", cause },
    );
  if (hasQuery(expression)) throw invalid("SUBQUERY_EXPRESSION", "contains subquery expressions.");
  let compiled: CompiledExpression;
  try {
    compiled = compileExpression(expression, { schema: struct([]), context });
  } catch (error) {
    if (!isOf(error, "UNRESOLVED_COLUMN")) throw error;
    throw invalid("UNRESOLVED_EXPRESSION", "fails to resolve as a valid expression.", error);
  }
  if (!everyCall(compiled, (call) => call.deterministic)) {
    throw invalid(
      "NOT_CONSTANT",
      "is not a constant expression whose equivalent value is known at query planning time.",
    );
  }
  if (storable(compiled, column.type)) return;
  throw invalid(
    "DATA_TYPE",
    `requires "${displayType(column.type)}" type, but the statement provided a value of incompatible "${displayType(compiled.type)}" type.`,
  );
}

/**
 * `GENERATED ALWAYS AS (…)`: deterministic, of the column's own type, over columns that are not generated themselves, as Delta
 * Lake checks it. `schema`: the table's columns.
 *
 * Throws `DELTA_INVALID_GENERATED_COLUMN_REFERENCES`, `DELTA_AGGREGATE_IN_GENERATED_COLUMN`,
 * `DELTA_NON_DETERMINISTIC_EXPRESSION_IN_GENERATED_COLUMN`, `DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN`,
 * `DELTA_UNSUPPORTED_DATA_TYPE_IN_GENERATED_COLUMN`, `DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH`.
 */
export function checkGenerated(defined: DefinedColumn, schema: StructType): void {
  const { column, expression, text, context } = defined;
  const refused = (code: string, message: string, hint: string, cause?: unknown): BoathouseError =>
    new BoathouseError(code, message, { sqlState: "42621", hint, cause });
  const unusable = (what: string, cause?: unknown): BoathouseError =>
    refused(
      "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN",
      `${what} cannot be used in a generated column: ${column.name} AS (${text}).`,
      "Use functions whose result follows from the row's other columns alone.",
      cause,
    );
  if (column.type.kind === "variant") {
    throw refused(
      "DELTA_UNSUPPORTED_DATA_TYPE_IN_GENERATED_COLUMN",
      "VARIANT cannot be the result of a generated column.",
      "Variants cannot be compared. Generate a value of another type from it.",
    );
  }
  if (hasQuery(expression)) throw unusable("A subquery");
  const base = struct(
    schema.fields.filter(
      (each) => each.name !== column.name && each.metadata?.["delta.generationExpression"] === undefined,
    ),
  );
  let compiled: CompiledExpression;
  try {
    compiled = compileExpression(expression, { schema: base, context });
  } catch (error) {
    if (isOf(error, "UNRESOLVED_COLUMN")) {
      throw refused(
        "DELTA_INVALID_GENERATED_COLUMN_REFERENCES",
        `A generated column cannot use a non-existent column or another generated column: ${column.name} AS (${text}).`,
        `It can use ${base.fields.map(({ name }) => name).join(", ")}.`,
        error,
      );
    }
    if (
      isOf(error, "UNSUPPORTED_EXPR_FOR_OPERATOR") &&
      error instanceof BoathouseError &&
      /aggregate/.test(error.message)
    ) {
      throw refused(
        "DELTA_AGGREGATE_IN_GENERATED_COLUMN",
        `Found ${text}. A generated column cannot use an aggregate expression.`,
        "A generated column is computed from the columns of its own row.",
        error,
      );
    }
    if (isOf(error, "UNSUPPORTED_EXPR_FOR_OPERATOR")) throw unusable("A window function", error);
    if (isOf(error, "UNSUPPORTED_GENERATOR")) throw unusable("A generator", error);
    throw error;
  }
  visit(compiled.bound, (each) => {
    if (each.kind !== "call") return;
    if (!each.deterministic) {
      throw refused(
        "DELTA_NON_DETERMINISTIC_EXPRESSION_IN_GENERATED_COLUMN",
        `Found ${each.name}(). A generated column cannot use a non deterministic expression.`,
        "Use a DEFAULT if the value is to be computed once, when a row is written.",
      );
    }
    if (SESSION.has(each.name)) throw unusable(`${each.name}()`);
  });
  if (sameType(plain(compiled.type), plain(column.type))) return;
  throw new BoathouseError(
    "DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH",
    `The expression type of the generated column ${column.name} is ${displayType(compiled.type)}, but the column type is ${displayType(column.type)}.`,
    { sqlState: "42K09", hint: `Write CAST(${text} AS ${simpleString(plain(column.type)).toUpperCase()}).` },
  );
}

/** Functions that tell of the statement or its session, not of a row. */
const SESSION: ReadonlySet<string> = new Set([
  "current_catalog",
  "current_database",
  "current_date",
  "current_schema",
  "current_time",
  "current_timestamp",
  "current_timezone",
  "current_user",
  "curdate",
  "is_account_group_member",
  "is_member",
  "localtimestamp",
  "now",
  "session_user",
  "user",
]);

function plain(type: DataType): DataType {
  return type.kind === "string" && type.collation === undefined ? STRING : type;
}

function everyCall(
  { bound }: CompiledExpression,
  fulfils: (call: Extract<CompiledExpression["bound"], { readonly kind: "call" }>) => boolean,
): boolean {
  let holds = true;
  visit(bound, (each) => {
    if (each.kind === "call" && !fulfils(each)) holds = false;
  });
  return holds;
}

/** A literal finds its place in a narrower type when it fits; a string in a date or a timestamp. */
function storable({ bound, type }: CompiledExpression, to: DataType): boolean {
  if (bound.kind === "literal" && typeof bound.value === "bigint") {
    const bits = { byte: 8, short: 16, int: 32 }[to.kind as string];
    if (bits !== undefined) return BigInt.asIntN(bits, bound.value) === bound.value;
  }
  if (type.kind === "string" && (to.kind === "date" || to.kind === "timestamp" || to.kind === "timestamp_ntz")) {
    return bound.kind === "literal";
  }
  return canStoreAssign(type, to);
}

/** Is there a query in an expression? */
function hasQuery(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasQuery);
  if (typeof node !== "object" || node === null) return false;
  if ("kind" in node && (node.kind === "subquery" || node.kind === "exists" || node.kind === "in_query")) return true;
  return Object.values(node).some(hasQuery);
}

function isOf(error: unknown, condition: string): boolean {
  return error instanceof BoathouseError && (error.code === condition || error.code.startsWith(`${condition}.`));
}
