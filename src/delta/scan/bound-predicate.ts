import type { BoundExpression } from "../../sql/bound.ts";
import { allOf, UNKNOWN, type Comparison, type Constant, type Predicate } from "./predicate.ts";
import { literalSql } from "../../sql/generator/literal.ts";
import { sameType } from "../../core/data-type.ts";

/**
 * What file pruning can use of a condition over one table. What it cannot say becomes `unknown`, which excludes nothing:
 * the condition itself is evaluated on the rows in any case.
 */
export function deltaPredicate(condition: BoundExpression): Predicate {
  switch (condition.kind) {
    case "literal":
      return condition.value === true ? { kind: "true" } : condition.value === false ? { kind: "false" } : UNKNOWN;
    case "call":
      return callPredicate(condition.name.toLowerCase(), condition.args.filter(isExpression));
    default:
      return UNKNOWN;
  }
}

function callPredicate(name: string, args: readonly BoundExpression[]): Predicate {
  const [left, right] = args;
  if (left === undefined) return UNKNOWN;
  switch (name) {
    case "and":
      return allOf(args.map(deltaPredicate));
    case "or":
      return { kind: "or", operands: args.map(deltaPredicate) };
    case "not":
    case "!":
      return { kind: "not", operand: deltaPredicate(left) };
    case "isnull":
    case "isnotnull": {
      const column = pathOf(left);
      return column === undefined ? UNKNOWN : { kind: name === "isnull" ? "isNull" : "isNotNull", column };
    }
    case "in": {
      const column = pathOf(left);
      const values = args.slice(1).map((each) => constantOf(each, left));
      if (column === undefined || !values.every((each) => each !== undefined)) return UNKNOWN;
      return { kind: "in", column, values };
    }
    case "startswith": {
      const column = pathOf(left);
      const isText = right?.kind === "literal" && typeof right.value === "string";
      return column === undefined || !isText ? UNKNOWN : { kind: "startsWith", column, prefix: String(right.value) };
    }
    default:
      return right === undefined ? UNKNOWN : comparison(name, left, right);
  }
}

const OPERATORS: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "==": "=",
  "<=>": "<=>",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

const SWAPPED: Readonly<Record<Comparison, Comparison>> = {
  "=": "=",
  "<=>": "<=>",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function comparison(name: string, left: BoundExpression, right: BoundExpression): Predicate {
  const op = OPERATORS[name];
  if (op === undefined) return UNKNOWN;
  const column = pathOf(left);
  const value = column === undefined ? undefined : constantOf(right, left);
  if (column !== undefined && value !== undefined) return { kind: "compare", column, op, value };
  const other = pathOf(right);
  const constant = other === undefined ? undefined : constantOf(left, right);
  if (other === undefined || constant === undefined) return UNKNOWN;
  return { kind: "compare", column: other, op: SWAPPED[op], value: constant };
}

/** The path of a column, or of a field inside it, as it is stored. */
function pathOf(expression: BoundExpression): string[] | undefined {
  if (expression.kind === "column") return [expression.column.name];
  if (expression.kind !== "field") return undefined;
  const outer = pathOf(expression.operand);
  const { type } = expression.operand;
  const name = type.kind === "struct" ? type.fields[expression.index]?.name : undefined;
  return outer === undefined || name === undefined ? undefined : [...outer, name];
}

/** A constant of the column's own type. A conversion in between could change the order, so it is not looked through. */
function constantOf(expression: BoundExpression, column: BoundExpression): Constant | undefined {
  if (expression.kind !== "literal" || !sameType(expression.type, column.type)) return undefined;
  return { sql: literalSql(expression.value, expression.type) };
}

function isExpression(argument: { readonly kind: string }): argument is BoundExpression {
  return argument.kind !== "lambda";
}
