import { sqlType, struct, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { identityOf, nextIdentitySql } from "../../sql/identity.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import type { DeltaContext, ExpressionCompiler } from "../context.ts";
import { isSupported, supportedFeatures } from "../features.ts";
import { findField } from "../schema/table-schema.ts";
import type { RowCheck } from "./row-check.ts";

export const CURRENT_DEFAULT = "CURRENT_DEFAULT";
export const GENERATION_EXPRESSION = "delta.generationExpression";

/** What becomes of columns that data does not bring, and what those that it brings must fulfil. */
export interface ColumnRules {
  /** DuckDB SQL by the column's name, over no column. */
  readonly defaults: ReadonlyMap<string, string>;
  /** DuckDB SQL of the next value by the identity column's name. It is never null, and another one wherever it stands. */
  readonly identities: ReadonlyMap<string, string>;
  /** DuckDB SQL by the column's name, over the other columns of the table. */
  readonly generated: ReadonlyMap<string, string>;
  readonly checks: readonly RowCheck[];
}

export const NO_RULES: ColumnRules = {
  defaults: new Map(),
  identities: new Map(),
  generated: new Map(),
  checks: [],
};

interface Ruled {
  readonly context: DeltaContext;
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
}

/**
 * The rules of a table's columns for data with some of them (PROTOCOL.md, "Generated Columns", "Default Columns", "Identity
 * Columns", "Column Invariants"). Throws `DELTA_EXPRESSIONS_NOT_SUPPORTED` when nothing can compile them.
 */
export function columnRules(target: Ruled, table: StructType, given: StructType): ColumnRules {
  const { protocol } = target;
  const defaults = new Map<string, string>();
  const identities = new Map<string, string>();
  const generated = new Map<string, string>();
  const checks: RowCheck[] = [];
  const supports = new Set(supportedFeatures(protocol));
  table.fields.forEach((column, place) => {
    const expression = supports.has("generatedColumns") ? textOf(column, GENERATION_EXPRESSION) : undefined;
    const isGiven = findField(given, column.name) !== undefined;
    if (expression !== undefined) {
      const others = struct(table.fields.filter((each) => each !== column));
      const sql = `CAST((${compiler(target, column).compile(expression, others)}) AS ${duckDbType(column.type)})`;
      if (isGiven) checks.push(generatedCheck(column, expression, sql));
      else generated.set(column.name, sql);
      return;
    }
    if (isGiven) return;
    const identity = supports.has("identityColumns") ? identityOf(column) : undefined;
    if (identity !== undefined) identities.set(column.name, nextIdentitySql(place, column.name, identity));
    const text = supports.has("allowColumnDefaults") ? textOf(column, CURRENT_DEFAULT) : undefined;
    if (text === undefined) return;
    defaults.set(
      column.name,
      compiler(target, column).compile(`CAST((${text}) AS ${sqlType(column.type)})`, struct([])),
    );
  });
  return { defaults, identities, generated, checks: [...checks, ...invariants(target, table)] };
}

/** Throws `DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED` when data brings what only the table may give. */
export function refuseGivenIdentity(table: StructType, given: StructType): void {
  for (const column of table.fields) {
    if (identityOf(column)?.allowExplicitInsert !== false || findField(given, column.name) === undefined) continue;
    throw new BoathouseError(
      "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
      `Providing values for GENERATED ALWAYS AS IDENTITY column ${column.name} is not supported.`,
      { sqlState: "42808", hint: `Leave the column ${column.name} out: it gets its values by itself.` },
    );
  }
}

function generatedCheck(column: StructField, expression: string, sql: string): RowCheck {
  return {
    condition: `${quoteIdentifier(column.name)} IS NOT DISTINCT FROM ${sql}`,
    code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
    message: `CHECK constraint Generated Column (\`${column.name}\` <=> ${expression}) violated by row with values:`,
  };
}

/** Conditions that columns, also those in structs, have in their metadata: what CHECK constraints were before. */
function invariants(target: Ruled, table: StructType): RowCheck[] {
  if (!isSupported(target.protocol, "invariants")) return [];
  const found: RowCheck[] = [];
  const visit = (column: StructField): void => {
    const text = textOf(column, "delta.invariants");
    if (text !== undefined) {
      const expression = invariantOf(text, column);
      found.push({
        condition: compiler(target, column).compile(expression, table),
        code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        message: `CHECK constraint EXPRESSION(${expression}) violated by row with values:`,
      });
    }
    if (column.type.kind === "struct") for (const each of column.type.fields) visit(each);
  };
  for (const column of table.fields) visit(column);
  return found;
}

/** `{"expression": {"expression": "x > 3"}}`. Throws `DELTA_UNRECOGNIZED_INVARIANT`. */
function invariantOf(text: string, column: StructField): string {
  try {
    const rule: unknown = JSON.parse(text);
    const inner = memberOf(memberOf(rule, "expression"), "expression");
    if (typeof inner === "string") return inner;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BoathouseError(
    "DELTA_UNRECOGNIZED_INVARIANT",
    `The invariant of the column "${column.name}" is not known: ${text}.`,
    { sqlState: "56038", hint: "Write the table with the engine that made the invariant." },
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function compiler({ context }: Ruled, column: StructField): ExpressionCompiler {
  if (context.expressions !== undefined) return context.expressions;
  throw new BoathouseError(
    "DELTA_EXPRESSIONS_NOT_SUPPORTED",
    `The column "${column.name}" has an expression: its default, what it is generated from or an invariant.`,
    { hint: "Write the table through a session, which can evaluate expressions." },
  );
}

function textOf(column: StructField, key: string): string | undefined {
  const value = column.metadata?.[key];
  return typeof value === "string" ? value : undefined;
}
