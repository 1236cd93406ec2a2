import { simpleString } from "../../core/data-type.ts";
import type { BoundArgument, BoundExpression, SortOrder } from "../bound.ts";
import type { LiteralValue } from "../value.ts";

/** Operators whose operands may change places. */
const COMMUTATIVE = new Set(["+", "*", "and", "or", "=", "<=>", "&", "|", "^"]);

/** The same text for expressions that mean the same: what GROUP BY goes by. Expressions that are not deterministic differ. */
export function fingerprint(expression: BoundArgument): string {
  switch (expression.kind) {
    case "literal":
      return `${simpleString(expression.type)}:${valueText(expression.value)}`;
    case "column":
      return `#${expression.column.id}`;
    case "call":
      return expression.deterministic
        ? `${expression.name}(${COMMUTATIVE.has(expression.name) ? expression.args.map(fingerprint).toSorted().join() : list(expression.args)})${simpleString(expression.type)}`
        : `${expression.name}@${expression.span?.start ?? ""}`;
    case "aggregate":
      return `${expression.name}${expression.distinct ? "!" : ""}${expression.ignoreNulls ? "?" : ""}(${list(expression.args)})${
        expression.filter === undefined ? "" : `f${fingerprint(expression.filter)}`
      }${order(expression.orderBy)}`;
    case "window": {
      const { frame } = expression;
      const bounds = frame === undefined ? "" : `${frame.unit}${bound(frame.start)}${bound(frame.end)}`;
      return `${fingerprint(expression.function)}over(${list(expression.partitionBy)}|${order(expression.orderBy)}|${bounds})`;
    }
    case "cast":
      return `cast${expression.mode}(${fingerprint(expression.operand)},${simpleString(expression.type)})`;
    case "case":
      return `case(${expression.branches.map((each) => `${fingerprint(each.when)}:${fingerprint(each.result)}`).join()}|${
        expression.otherwise === undefined ? "" : fingerprint(expression.otherwise)
      })`;
    case "field":
      return `${fingerprint(expression.operand)}.${expression.index}`;
    case "lambda_variable":
      return `$${expression.name.toLowerCase()}`;
    case "lambda":
      return `(${expression.parameters.map((each) => each.name.toLowerCase()).join()})->${fingerprint(expression.body)}`;
    case "alias":
      return `alias${expression.index}`;
    case "generator":
      return `${expression.kind}@${expression.span?.start ?? ""}`;
    case "subquery":
      return `${expression.form}(${list(expression.values)})${expression.key()}`;
  }
}

function list(args: readonly BoundArgument[]): string {
  return args.map(fingerprint).join();
}

function order(items: readonly SortOrder[]): string {
  return items.map((each) => `${fingerprint(each.expression)}${each.direction}${each.nulls}`).join();
}

function bound(each: { readonly kind: string; readonly offset?: BoundExpression }): string {
  return `${each.kind}${each.offset === undefined ? "" : fingerprint(each.offset)}`;
}

function valueText(value: LiteralValue): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return typeof value === "object" ? `${value.months}/${value.days}/${value.micros}` : String(value);
}
