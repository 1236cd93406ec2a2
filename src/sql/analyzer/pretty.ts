import { sqlType, type DataType } from "../../core/data-type.ts";
import type { BoundArgument, BoundExpression, FrameBound, SortOrder, WindowExpression } from "../bound.ts";
import { literalText } from "./literal-text.ts";

/** Spark's text of an expression, as automatic column names have it (`toPrettySQL`): implicit casts do not show. */
export function pretty(expression: BoundArgument): string {
  switch (expression.kind) {
    case "literal":
      return expression.shown ?? literalText(expression.value, expression.type);
    case "column":
      return expression.outer === undefined ? expression.column.name : `outer(${expression.outer})`;
    case "call":
    case "generator": {
      const args = expression.args.map(pretty);
      return expression.pretty?.(args) ?? `${expression.name}(${args.join(", ")})`;
    }
    case "aggregate": {
      const args = expression.args.map(pretty);
      const distinct = expression.distinct ? "DISTINCT " : "";
      const [first = "", ...others] = args;
      const marked = expression.distinct ? [`${distinct}${first}`, ...others] : args;
      const call = expression.pretty?.(marked) ?? `${expression.name}(${marked.join(", ")})`;
      return expression.filter === undefined ? call : `${call} FILTER (WHERE ${pretty(expression.filter)})`;
    }
    case "window":
      return `${pretty(expression.function)} OVER (${windowText(expression)})`;
    case "cast":
      if (!expression.explicit || isNested(expression.type)) return pretty(expression.operand);
      return `${expression.mode === "try" ? "TRY_CAST" : "CAST"}(${pretty(expression.operand)} AS ${sqlType(expression.type)})`;
    case "case": {
      const branches = expression.branches.map(({ when, result }) => ` WHEN ${pretty(when)} THEN ${pretty(result)}`);
      const otherwise = expression.otherwise === undefined ? "" : ` ELSE ${pretty(expression.otherwise)}`;
      return `CASE${branches.join("")}${otherwise} END`;
    }
    case "field":
      return `${pretty(expression.operand)}.${expression.name}`;
    case "lambda_variable":
      return "namedlambdavariable()";
    case "lambda":
      return `lambdafunction(${[expression.body, ...expression.parameters].map(pretty).join(", ")})`;
    case "alias":
      return expression.generated === undefined ? `lateralAliasReference(${expression.name})` : expression.name;
    case "subquery":
      return subqueryText(expression.form, expression.values, expression.outer);
  }
}

/** Casts to these do not show, as in Spark. */
function isNested(type: DataType): boolean {
  return type.kind === "array" || type.kind === "map" || type.kind === "struct";
}

function subqueryText(form: string, values: readonly BoundExpression[], outer: readonly string[]): string {
  if (form === "exists") return `exists(${outer.join(", ")})`;
  if (form === "scalar") return `scalarsubquery(${outer.join(", ")})`;
  const left = values.map(pretty);
  const value =
    left.length === 1 ? left.join("") : `named_struct(${left.map((each) => `${each}, ${each}`).join(", ")})`;
  return `(${value} IN (listquery(${outer.join(", ")})))`;
}

function windowText(window: WindowExpression): string {
  const parts = [];
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${window.partitionBy.map(pretty).join(", ")}`);
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${window.orderBy.map(orderText).join(", ")}`);
  const { frame } = window;
  if (frame !== undefined) {
    parts.push(`${frame.unit.toUpperCase()} BETWEEN ${boundText(frame.start)} AND ${boundText(frame.end)}`);
  } else {
    parts.push(window.shownFrame);
  }
  return parts.join(" ");
}

function orderText(order: SortOrder): string {
  return `${pretty(order.expression)} ${order.direction.toUpperCase()} NULLS ${order.nulls.toUpperCase()}`;
}

function boundText(bound: FrameBound): string {
  if (bound.kind === "preceding" || bound.kind === "following") {
    return `${pretty(bound.offset)} ${bound.kind.toUpperCase()}`;
  }
  return bound.kind.replace("_", " ").toUpperCase();
}
