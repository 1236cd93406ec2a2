import type { BoundExpression, BoundPlan, CallExpression, SubqueryExpression } from "../bound.ts";
import { duckDbType } from "../types/duckdb-type.ts";
import { columnName } from "./column-name.ts";

/** What a subquery needs of the expression around it. */
export interface SubqueryScope {
  /** SQL of its plan, without parentheses. */
  query(plan: BoundPlan): string;
  sql(expression: BoundExpression): string;
}

/**
 * A subquery as a value. `IN (SELECT …)` is never null there: Spark asks of every row whether it has a match, and for
 * `NOT IN` whether it has one or might have one (`RewritePredicateSubquery`). A literal NULL is looked for in SQL's own way.
 */
export function subquerySql(expression: SubqueryExpression, scope: SubqueryScope): string {
  const plain = withoutRows(expression.plan);
  if (plain !== undefined && expression.form === "scalar") return scope.sql(plain);
  if (expression.form === "exists") return `EXISTS (${scope.query(expression.plan)})`;
  if (expression.form === "scalar") return `CAST((${scope.query(expression.plan)}) AS ${duckDbType(expression.type)})`;
  return known(inSql(expression, scope), expression);
}

/** What `(SELECT expression)` gives: DuckDB's planning takes twice as long for each level of subqueries in subqueries. */
function withoutRows(plan: BoundPlan): BoundExpression | undefined {
  if (plan.kind !== "project" || plan.input.kind !== "one_row" || plan.items.length !== 1) return undefined;
  const [item] = plan.items;
  return item === undefined || item.expression.kind === "window" ? undefined : item.expression;
}

/** A condition of which only what is true counts: its conjuncts can be joins. */
export function conditionSql(condition: BoundExpression, scope: SubqueryScope): string {
  if (isCall(condition, "and")) {
    return `(${condition.args.map((arg) => (arg.kind === "lambda" ? "NULL" : conditionSql(arg, scope))).join(" AND ")})`;
  }
  if (isIn(condition)) return inSql(condition, scope);
  const operand = negatedBy(condition);
  return operand !== undefined && isIn(operand) ? notInSql(operand, scope) : scope.sql(condition);
}

/** NOT over an IN of a subquery, which looks for what might match; undefined where there is none. */
export function negationSql(expression: CallExpression, scope: SubqueryScope): string | undefined {
  const operand = negatedBy(expression);
  return operand === undefined || !holdsIn(operand) ? undefined : negation(operand, scope);
}

function negation(operand: BoundExpression, scope: SubqueryScope): string {
  if (isIn(operand)) return known(notInSql(operand, scope), operand);
  const inner = negatedBy(operand);
  if (inner !== undefined) return scope.sql(inner);
  const word = isCall(operand, "and") ? "OR" : "AND";
  if (operand.kind === "call" && holdsIn(operand)) {
    return `(${operand.args.map((arg) => (arg.kind === "lambda" ? "NULL" : negation(arg, scope))).join(` ${word} `)})`;
  }
  return `(NOT ${scope.sql(operand)})`;
}

/** Is there an IN below nothing but AND, OR and NOT? */
function holdsIn(expression: BoundExpression): boolean {
  if (isIn(expression)) return true;
  const inner = negatedBy(expression);
  if (inner !== undefined) return holdsIn(inner);
  return (
    (isCall(expression, "and") || isCall(expression, "or")) &&
    expression.args.some((arg) => arg.kind !== "lambda" && holdsIn(arg))
  );
}

function isIn(expression: BoundExpression): expression is SubqueryExpression {
  return expression.kind === "subquery" && expression.form === "in";
}

function isCall(expression: BoundExpression, name: string): expression is CallExpression {
  return expression.kind === "call" && expression.name === name;
}

function negatedBy(expression: BoundExpression): BoundExpression | undefined {
  if (!isCall(expression, "not") && !isCall(expression, "!")) return undefined;
  const [operand] = expression.args;
  return operand === undefined || operand.kind === "lambda" ? undefined : operand;
}

function known(sql: string, { values }: SubqueryExpression): string {
  const [value, ...others] = values;
  return value !== undefined && others.length === 0 && isNull(value) ? sql : `coalesce(${sql}, false)`;
}

function isNull(value: BoundExpression): boolean {
  return value.kind === "cast" ? isNull(value.operand) : value.kind === "literal" && value.value === null;
}

/** True where a row is equal. */
function inSql(expression: SubqueryExpression, scope: SubqueryScope): string {
  const { values, plan } = expression;
  const [first, ...others] = values;
  if (first !== undefined && others.length === 0) return `(${scope.sql(first)} IN (${scope.query(plan)}))`;
  return `EXISTS (SELECT 1 FROM (${scope.query(plan)}) WHERE ${equalities(expression, scope)})`;
}

/** True where every row differs for certain. */
function notInSql(expression: SubqueryExpression, scope: SubqueryScope): string {
  const { values, plan } = expression;
  if (values.length === 1) return `(NOT ${inSql(expression, scope)})`;
  const equal = equalities(expression, scope);
  return `(NOT EXISTS (SELECT 1 FROM (${scope.query(plan)}) WHERE (${equal}) IS DISTINCT FROM false))`;
}

function equalities({ values, plan }: SubqueryExpression, scope: SubqueryScope): string {
  return values
    .map((value, index) => {
      const column = plan.columns[index];
      return `${scope.sql(value)} = ${column === undefined ? "NULL" : columnName(column.id)}`;
    })
    .join(" AND ");
}
