import type { DataType } from "../../core/data-type.ts";
import type { InlineTable } from "../ast/query.ts";
import type { BoundExpression } from "../bound.ts";
import { collationIn } from "../collation/collation.ts";
import { castTo } from "../types/cast-expression.ts";
import { commonType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import { failure, newColumn } from "./analysis.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { EMPTY_SCOPE } from "./scope.ts";

/** `VALUES (1, 'a'), (2, 'b')`: columns col1, col2 … of the common types. */
export function bindInlineTable(node: InlineTable, env: Env): BoundRelation {
  const inner = inClause(env, EMPTY_SCOPE, { clause: "VALUES" });
  const rows = node.rows.map((row): BoundExpression[] => {
    const cells = row.kind === "struct" && row.syntax === "row" ? row.fields.map((field) => field.expression) : [row];
    return cells.map((cell) => bind(cell, inner));
  });
  const width = rows[0]?.length ?? 0;
  rows.forEach((row, index) => {
    if (row.length === width) return;
    throw failure(
      env.analysis,
      node.rows[index]?.span ?? node.span,
      "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
      `Invalid inline table: expected ${width} columns but found ${row.length} columns in row ${index}.`,
    );
  });
  const { ansi } = env.analysis.statement.context;
  const columns = Array.from({ length: width }, (_, index) => {
    const cells = rows.map((row) => row[index]).filter((cell) => cell !== undefined);
    const type = commonType(
      cells.map((cell) => cell.type),
      ansi,
    );
    const collations = new Set(
      cells.filter((cell) => cell.type.kind === "string").map((cell) => collationIn(cell.type)),
    );
    if (type === undefined || collations.size > 1)
      throw incompatible(
        node,
        index,
        cells.map((cell) => cell.type),
        env,
      );
    return newColumn(
      env.analysis,
      `col${index + 1}`,
      type,
      cells.some((cell) => cell.nullable),
    );
  });
  const converted = rows.map((row) =>
    row.map((cell, index) => castTo(cell, columns[index]?.type ?? cell.type, ansi ? "ansi" : "legacy")),
  );
  return {
    plan: { kind: "values", rows: converted, columns },
    scope: { visible: columns.map((column) => ({ column, qualifier: [] })), hidden: [] },
  };
}

function incompatible(node: InlineTable, index: number, types: readonly DataType[], env: Env): Error {
  const shown = [...new Set(types.map(displayType))].map((type) => `"${type}"`).join(", ");
  return failure(
    env.analysis,
    node.span,
    "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
    `Invalid inline table: found incompatible types in the column \`col${index + 1}\`: ${shown}.`,
  );
}
