import type { DataType, StructType } from "../core/data-type.ts";
import type { Expression } from "./ast/expression.ts";
import type { BoundExpression } from "./bound.ts";
import { failure, newAnalysis, newColumn } from "./analyzer/analysis.ts";
import { binders } from "./analyzer/analyze.ts";
import { bind, inClause, rootEnv } from "./analyzer/env.ts";
import type { Scope } from "./analyzer/scope.ts";
import { generateExpression, type Generated } from "./generator/generate.ts";
import { visit } from "./lineage.ts";
import { parseExpression } from "./parser/parse.ts";
import type { AnalysisContext, Resolver } from "./resolver.ts";
import { castTo } from "./types/cast-expression.ts";
import { implicitCast } from "./types/implicit-cast.ts";
import { displayType } from "./types/duckdb-type.ts";
import { quoteIdentifier } from "./quote.ts";

/** An expression over the columns of a schema, as DuckDB SQL. */
export interface CompiledExpression extends Generated {
  readonly type: DataType;
  readonly nullable: boolean;
  /** The columns that it uses, by their names in the schema. */
  readonly references: readonly string[];
  readonly bound: BoundExpression;
}

export interface CompileOptions {
  readonly schema: StructType;
  readonly context: AnalysisContext;
  /** Qualifies the columns: `[catalog, schema, table]`. */
  readonly qualifier?: readonly string[];
  /** For functions of users and subqueries. */
  readonly resolver?: Resolver;
  /** Converts the result, where it can be converted implicitly. */
  readonly type?: DataType;
  /** SQL of a column by its name; default: the quoted name. */
  readonly column?: (name: string) => string;
}

const NO_RELATIONS: Resolver = { relation: () => undefined, routine: () => undefined };

/**
 * CHECK constraints, generated columns, defaults, expectations, partition filters. A text's own spans point into it, so
 * errors show it.
 */
export function compileExpression(expression: string | Expression, options: CompileOptions): CompiledExpression {
  const { schema, qualifier = [], resolver = NO_RELATIONS } = options;
  const node = typeof expression === "string" ? parseExpression(expression) : expression;
  const context = typeof expression === "string" ? { ...options.context, text: expression } : options.context;
  const analysis = newAnalysis(context, resolver);
  const columns = schema.fields.map((field) => newColumn(analysis, field.name, field.type, field.nullable));
  const scope: Scope = { visible: columns.map((column) => ({ column, qualifier })), hidden: [] };
  const bound = bind(node, inClause(rootEnv(analysis, binders), scope, { clause: "an expression" }));
  const value = options.type === undefined ? bound : castTo(bound, options.type, "ansi");
  if (options.type !== undefined && implicitCast(bound.type, options.type, context.ansi) === undefined) {
    throw failure(
      analysis,
      node.span,
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      `The expression must be "${displayType(options.type)}", but it is "${displayType(bound.type)}".`,
    );
  }
  const names = new Map(columns.map((column) => [column.id, column.name]));
  const used = new Set<string>();
  visit(value, (each) => {
    const name = each.kind === "column" ? names.get(each.column.id) : undefined;
    if (name !== undefined) used.add(name);
  });
  const column = (name: string): string => {
    const own = columns.find((each) => each.name.toLowerCase() === name.toLowerCase())?.name ?? name;
    return options.column?.(own) ?? quoteIdentifier(own);
  };
  return {
    ...generateExpression(value, context, column),
    type: value.type,
    nullable: value.nullable,
    references: schema.fields.map((field) => field.name).filter((name) => used.has(name)),
    bound: value,
  };
}
