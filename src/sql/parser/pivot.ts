import type { NamedExpression } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type { PivotClause, UnpivotClause, UnpivotSet } from "../ast/query.ts";
import type { Cursor } from "./cursor.ts";
import { namedExpression } from "./expression.ts";

/** `PIVOT (aggregates FOR column | (columns) IN (values))`. */
export function pivotClause(c: Cursor): PivotClause {
  const { start } = c;
  c.expect("PIVOT", "(");
  const aggregates = c.list(() => namedExpression(c));
  c.expect("FOR");
  const columns = c.at("(") ? c.parenthesized(() => c.strictIdentifier()) : [c.strictIdentifier("a column")];
  c.expect("IN");
  const values = c.parenthesized((): NamedExpression => {
    const at = c.start;
    const expression = c.rules.expression(c);
    const named = c.accept("AS") || c.atIdentifier();
    const aliases: Identifier[] = named ? [c.strictIdentifier("an alias")] : [];
    return { kind: "named_expression", span: c.span(at), expression, aliases };
  });
  c.expect(")");
  return { kind: "pivot_clause", span: c.span(start), aggregates, columns, values };
}

/** `UNPIVOT [INCLUDE | EXCLUDE NULLS] (value FOR name IN (columns))`. */
export function unpivotClause(c: Cursor): UnpivotClause {
  const { start } = c;
  c.expect("UNPIVOT");
  const word = c.acceptAny("INCLUDE", "EXCLUDE");
  if (word !== undefined) c.expect("NULLS");
  const nulls = word === undefined ? undefined : word === "INCLUDE" ? "include" : "exclude";
  c.expect("(");
  const several = c.at("(");
  const values = several ? c.parenthesized(() => c.identifier()) : [c.identifier("a column")];
  c.expect("FOR");
  const name = c.identifier("a column");
  c.expect("IN");
  const sets = c.parenthesized((): UnpivotSet => {
    const at = c.start;
    const columns = several ? c.parenthesized(() => c.name("a column")) : [c.name("a column")];
    let alias: Identifier | undefined;
    if (c.accept("AS")) alias = unpivotAlias(c);
    else if (c.atIdentifier()) alias = c.strictIdentifier();
    const set: UnpivotSet = { kind: "unpivot_set", span: c.span(at), columns, alias };
    if (columns.length !== values.length) {
      c.raise(
        "UNPIVOT_VALUE_SIZE_MISMATCH",
        `All unpivot value columns must have the same size as there are value column names (${values.length}).`,
        set,
      );
    }
    return set;
  });
  c.expect(")");
  return { kind: "unpivot_clause", span: c.span(start), nulls, values, name, sets };
}

/** A name; Databricks also takes a string. */
function unpivotAlias(c: Cursor): Identifier {
  if (c.token.kind !== "string") return c.strictIdentifier("an alias");
  const { start } = c;
  const name = c.oneString();
  return { kind: "identifier", span: c.span(start), name, quoted: true };
}
