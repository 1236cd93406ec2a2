import { BoathouseError, unreachable } from "../../core/errors.ts";
import { constantValue } from "../analyzer/constant.ts";
import type {
  AggregateExpression,
  BoundArgument,
  BoundExpression,
  BoundPlan,
  CallExpression,
  CaseExpression,
  CastExpression,
  Column,
  FieldExpression,
  FrameBound,
  SortOrder,
  WindowExpression,
} from "../bound.ts";
import type { LoweringCall, LoweringTools } from "../lowering.ts";
import { castSql } from "../types/cast-sql.ts";
import { specialDatetime } from "../types/special-datetime.ts";
import type { LiteralValue } from "../value.ts";
import { structNames } from "../types/duckdb-type.ts";
import { orderForm } from "../types/order-form.ts";
import { quoteString } from "../quote.ts";
import { columnName } from "./column-name.ts";
import { literalSql } from "./literal.ts";
import { negationSql, subquerySql, type SubqueryScope } from "./subquery.ts";
import { isVolatile } from "./volatile.ts";
import { loweringTools, type GeneratorContext, type Modifiers, type Names } from "./tools.ts";

/** What expressions need of the plan around them. */
export interface ExpressionScope {
  readonly context: GeneratorContext;
  readonly names: Names;
  /** SQL of a subquery's plan, without parentheses. */
  query(plan: BoundPlan): string;
  /** SQL of a column where it is not its `columnName`. */
  column?(column: Column): string;
}

/** DuckDB SQL of an expression; columns stand under `columnName`. */
export function expressionSql(expression: BoundExpression, scope: ExpressionScope): string {
  const sql = (each: BoundExpression): string => expressionSql(each, scope);
  switch (expression.kind) {
    case "literal":
      return literalSql(expression.value, expression.type);
    case "column":
      return scope.column?.(expression.column) ?? columnName(expression.column.id);
    case "call":
      return callSql(expression, scope);
    case "aggregate":
      return aggregateSql(expression, undefined, scope);
    case "window":
      return aggregateSql(expression.function, expression, scope);
    case "cast": {
      const tools = loweringTools(scope.context, scope.names);
      const special = specialOf(expression, scope);
      if (special !== undefined) return literalSql(special, expression.type);
      return castSql(sql(expression.operand), expression.operand.type, expression.type, expression.mode, tools);
    }
    case "case":
      return caseSql(expression, sql);
    case "field":
      return fieldSql(expression, sql(expression.operand));
    case "lambda_variable":
      return lambdaName(expression.id);
    case "subquery":
      return subquerySql(expression, inside(scope));
    case "generator":
      throw new BoathouseError(
        "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
        `The generator is not supported: ${expression.name} is nested in an expression.`,
      );
    case "alias":
      throw new BoathouseError(
        "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
        `Referencing the alias ${expression.name} of the same SELECT list in an aggregate function is not supported.`,
        { hint: "Write what the alias stands for, or compute it in a subquery." },
      );
  }
}

/** The value of a constant text such as `today` as a date or time. */
function specialOf({ operand, type }: CastExpression, { context }: ExpressionScope): LiteralValue | undefined {
  if (operand.type.kind !== "string" || !/^(?:date|timestamp)/.test(type.kind)) return undefined;
  return specialDatetime(constantValue(operand)?.value, type, context);
}

/** What a subquery needs of the expression around it. */
export function inside(scope: ExpressionScope): SubqueryScope {
  return { query: (plan) => scope.query(plan), sql: (each) => expressionSql(each, scope) };
}

function fieldSql({ operand, index }: FieldExpression, sql: string): string {
  if (operand.type.kind !== "struct") return unreachable("A field of something that is not a struct.");
  return `struct_extract(${sql}, ${quoteString(structNames(operand.type.fields)[index] ?? "")})`;
}

function callSql(expression: CallExpression, scope: ExpressionScope): string {
  const negation = negationSql(expression, inside(scope));
  if (negation !== undefined) return negation;
  const call = { ...PLAIN, name: expression.name, args: expression.args, type: expression.type };
  const args = expression.args.map((arg) => argumentSql(arg, scope));
  const tools = loweringTools(scope.context, scope.names);
  const lower = (given: readonly string[]): string => expression.lower(given, call, tools);
  return expression.args.reduce<(given: readonly string[]) => string>(
    (rest, arg, index) =>
      arg.kind !== "lambda" && isVolatile(arg) ? (given) => evaluatedOnce(rest, given, index, tools) : rest,
    lower,
  )(args);
}

/** Where a lowering or a macro repeats an argument that differs each time, it is computed before. */
function evaluatedOnce(
  lower: (given: readonly string[]) => string,
  given: readonly string[],
  index: number,
  tools: LoweringTools,
): string {
  const value = given[index] ?? "NULL";
  const name = `"${tools.fresh("v")}"`;
  const sql = lower(given.with(index, name));
  if (sql.split(name).length <= 2 && !sql.includes("spk_")) return sql.replace(name, () => value);
  return `list_transform([${value}], lambda ${name}: ${sql})[1]`;
}

const PLAIN = { distinct: false, ignoreNulls: false, orderBy: [], windowed: false } as const;

function lambdaName(id: number): string {
  return `"l${id}"`;
}

export function argumentSql(arg: BoundArgument, scope: ExpressionScope): string {
  if (arg.kind !== "lambda") return expressionSql(arg, scope);
  const names = arg.parameters.map((parameter) => lambdaName(parameter.id));
  return `lambda ${names.join(", ")}: ${expressionSql(arg.body, scope)}`;
}

function caseSql(expression: CaseExpression, sql: (each: BoundExpression) => string): string {
  const branches = expression.branches.map(({ when, result }) => `WHEN ${sql(when)} THEN ${sql(result)}`);
  const otherwise = expression.otherwise === undefined ? "" : ` ELSE ${sql(expression.otherwise)}`;
  return `CASE ${branches.join(" ")}${otherwise} END`;
}

function aggregateSql(call: AggregateExpression, window: WindowExpression | undefined, scope: ExpressionScope): string {
  const orderBy = call.orderBy.map((order) => {
    const sql = expressionSql(order.expression, scope);
    return { ...order, sql, key: orderForm(sql, order.expression.type, loweringTools(scope.context, scope.names)) };
  });
  const modifiers: Modifiers = {
    distinct: call.distinct,
    ignoreNulls: call.ignoreNulls && window !== undefined,
    orderBy: orderBy
      .map(({ key, direction, nulls }) => `${key} ${direction.toUpperCase()} NULLS ${nulls.toUpperCase()}`)
      .join(", "),
    filter: call.filter === undefined ? "" : expressionSql(call.filter, scope),
    over: window === undefined ? "" : windowSql(window, scope),
  };
  const described: LoweringCall = {
    name: call.name,
    args: call.args,
    type: call.type,
    distinct: call.distinct,
    ignoreNulls: call.ignoreNulls,
    orderBy,
    windowed: window !== undefined,
  };
  const args = call.args.map((arg) => argumentSql(arg, scope));
  return call.lower(args, described, loweringTools(scope.context, scope.names, modifiers));
}

/** What stands between the parentheses of OVER. An empty window needs a blank, so that it is not taken for none. */
function windowSql(window: WindowExpression, scope: ExpressionScope): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${window.partitionBy.map((each) => expressionSql(each, scope)).join(", ")}`);
  }
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${orderSql(window.orderBy, scope)}`);
  const { frame } = window;
  if (frame !== undefined) {
    parts.push(`${frame.unit.toUpperCase()} BETWEEN ${boundSql(frame.start, scope)} AND ${boundSql(frame.end, scope)}`);
  }
  return parts.length === 0 ? " " : parts.join(" ");
}

export function orderSql(order: readonly SortOrder[], scope: ExpressionScope): string {
  return order
    .map(
      (each) => `${orderKey(each.expression, scope)} ${each.direction.toUpperCase()} NULLS ${each.nulls.toUpperCase()}`,
    )
    .join(", ");
}

/** A constant would be taken for a position. */
function orderKey(expression: BoundExpression, scope: ExpressionScope): string {
  const sql = expressionSql(expression, scope);
  if (expression.kind === "literal" || /^'(?:[^']|'')*'$/.test(sql)) return `(${sql} IS NULL)`;
  return orderForm(sql, expression.type, loweringTools(scope.context, scope.names));
}

function boundSql(bound: FrameBound, scope: ExpressionScope): string {
  if (bound.kind === "preceding" || bound.kind === "following") {
    return `${expressionSql(bound.offset, scope)} ${bound.kind.toUpperCase()}`;
  }
  return bound.kind.replace("_", " ").toUpperCase();
}
