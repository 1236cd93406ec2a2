import type { DataType } from "../../core/data-type.ts";
import type { BoundExpression, CallExpression } from "../bound.ts";
import { collationIn, hasString, withCollation } from "./collation.ts";
import { strongest } from "./context.ts";
import { collationKeySql } from "./key.ts";

/** What compares by its bytes as the expression does by its collation; the expression itself where that is the same. */
export function keyed(expression: BoundExpression): BoundExpression {
  const { type } = expression;
  if (collationIn(type) === undefined) return expression;
  return {
    ...wrapped("collation_key", expression, withCollation(type, undefined)),
    lower: ([sql = "NULL"], _, tools) => collationKeySql(sql, type, tools),
  };
}

/** The same values without a collation, for a function that does not look at it. */
export function plain(expression: BoundExpression): BoundExpression {
  if (collationIn(expression.type) === undefined) return expression;
  const type = withCollation(expression.type, undefined);
  return expression.kind === "literal" ? { ...expression, type } : wrapped("without_collation", expression, type);
}

/** The same values under another collation: what a literal is beside a column. It shows in names. */
export function recollated(expression: BoundExpression, name: string | undefined): BoundExpression {
  const type: DataType = withCollation(expression.type, name);
  if (collationIn(expression.type) === name || !hasString(expression.type)) return expression;
  if (expression.kind !== "literal") return wrapped("with_collation", expression, type);
  const text = typeof expression.value === "string" && type.kind === "string" ? expression.value : undefined;
  if (text === undefined || name === undefined) return { ...expression, type };
  return { ...expression, type, shown: `'${text}' collate ${name}` };
}

/** Values that become one, under the collation that they make together. */
export function oneCollation(values: readonly BoundExpression[]): readonly BoundExpression[] {
  if (values.every((value) => collationIn(value.type) === undefined)) return values;
  const name = strongest(values)?.name;
  return values.map((value) => (hasString(value.type) ? recollated(value, name) : value));
}

function wrapped(name: string, expression: BoundExpression, type: DataType): CallExpression {
  return {
    kind: "call",
    name,
    args: [expression],
    type,
    nullable: expression.nullable,
    deterministic: true,
    lower: ([sql = "NULL"]) => sql,
    pretty: ([shown = ""]) => shown,
    span: expression.span,
  };
}
