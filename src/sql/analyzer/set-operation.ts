import type { DataType } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import type { SetOperation } from "../ast/query.ts";
import type { BoundPlan, Column, SetPlan } from "../bound.ts";
import { widerType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import { hasMap } from "../types/kinds.ts";
import { failure, newColumn } from "./analysis.ts";
import { collationIn } from "../collation/collation.ts";
import type { BoundRelation, Env } from "./env.ts";
import { projectTo, renewed } from "./project.ts";
import { refuseVariantColumns } from "./variant-use.ts";

/** UNION, INTERSECT, EXCEPT: by position, each column in the common type of both sides, named by the left one. */
export function bindSetOperation(node: SetOperation, env: Env): BoundRelation {
  const left = env.binders.query(node.left, env);
  const right = env.binders.query(node.right, env);
  return combined(node.operator, node.all, left.plan, right.plan, node.span, env);
}

export function combined(
  operator: SetPlan["operator"],
  all: boolean,
  left: BoundPlan,
  right: BoundPlan,
  span: Span,
  env: Env,
): BoundRelation {
  const { analysis } = env;
  const shown = `${operator.toUpperCase()}${all ? " ALL" : ""}`;
  if (left.columns.length !== right.columns.length) {
    throw failure(
      analysis,
      span,
      "NUM_COLUMNS_MISMATCH",
      `${shown} can only be performed on inputs with the same number of columns, but the first input has ${left.columns.length} columns and the second input has ${right.columns.length} columns.`,
    );
  }
  const types = left.columns.map((column, index): DataType => {
    const other = right.columns[index];
    const type = other && widerType(column.type, other.type, analysis.statement.context.ansi);
    const differ =
      column.type.kind !== "void" &&
      other?.type.kind !== "void" &&
      collationIn(column.type) !== (other && collationIn(other.type));
    if (type !== undefined && !differ) return type;
    throw failure(
      analysis,
      span,
      "INCOMPATIBLE_COLUMN_TYPE",
      `${shown} can only be performed on tables with compatible column types. Column ${index + 1} of the second table is "${other === undefined ? "" : displayType(other.type)}" type which is not compatible with "${displayType(column.type)}" at the same column of the first table.`,
    );
  });
  if (!all || operator !== "union") {
    refuseVariantColumns([...left.columns, ...right.columns], span, analysis);
    const bad = types.findIndex((type) => hasMap(type));
    if (bad >= 0) {
      throw failure(
        analysis,
        span,
        "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE",
        `Cannot have MAP type columns in DataFrame which calls set operations (INTERSECT, EXCEPT, etc.), but the type of column \`${left.columns[bad]?.name ?? ""}\` is "${displayType(types[bad] ?? { kind: "void" })}".`,
      );
    }
  }
  const [first, second] = [projectTo(left, types, analysis), projectTo(right, types, analysis)];
  const renamed = renewed(left.columns, analysis);
  const columns = types.map((type, index): Column => {
    const [a, b] = [left.columns[index], right.columns[index]];
    const nullable =
      operator === "union"
        ? (a?.nullable ?? true) || (b?.nullable ?? true)
        : (a?.nullable ?? true) && (operator === "except" || (b?.nullable ?? true));
    return { ...(renamed[index] ?? newColumn(analysis, "", type, nullable)), type, nullable };
  });
  const plan: SetPlan = { kind: "set", operator, all, left: first, right: second, columns };
  return { plan, scope: { visible: columns.map((column) => ({ column, qualifier: [] })), hidden: [] } };
}
