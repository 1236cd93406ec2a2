import { sqlType, type StructField } from "../../core/data-type.ts";
import type { Expression, NamedExpression } from "../ast/expression.ts";
import type { InlineTable, Query, Select } from "../ast/query.ts";
import { parseExpression } from "../parser/parse.ts";
import type { Relation } from "../resolver.ts";
import { unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";
import { isDefault, isGenerated, isIdentity } from "./store.ts";

/** The query of an INSERT and the columns that it fills, in order. */
export interface Filling {
  readonly query: Query;
  readonly fields: readonly StructField[];
}

/**
 * Columns for which VALUES or SELECT give nothing but the word DEFAULT, and that get their values by themselves, are not
 * given. In SELECT the word becomes the column's default.
 */
export function withoutDefaulted({ query, fields }: Filling, target: Relation, env: Env): Filling {
  const { body } = query;
  if (body.kind === "inline_table") return inValues(body, { query, fields }, target, env);
  if (body.kind === "select") return inSelect(body, { query, fields });
  return { query, fields };
}

/** The values of a row of VALUES. */
export function cellsOf(row: Expression): readonly Expression[] {
  return row.kind === "struct" && row.syntax === "row" ? row.fields.map((field) => field.expression) : [row];
}

function inValues(body: InlineTable, { query, fields }: Filling, target: Relation, env: Env): Filling {
  const kept = fields.map((field, index) => !fills(field) || !body.rows.every((row) => isDefault(cellsOf(row)[index])));
  if (kept.every(Boolean)) return { query, fields };
  const left = fields.filter((_, index) => kept[index]);
  if (left.length > 0) {
    const rows = body.rows.map((row): Expression => {
      return row.kind === "struct" ? { ...row, fields: row.fields.filter((_, index) => kept[index] !== false) } : row;
    });
    return { query: { ...query, body: { ...body, rows } }, fields: left };
  }
  // A row has to give something: the default of another column.
  const other = target.schema.fields.find((field) => !fills(field));
  if (other === undefined) throw unsupported(env.analysis, body.span, "INSERT of nothing but identity values");
  const rows = body.rows.map((row) => cellsOf(row)[0] ?? row);
  return { query: { ...query, body: { ...body, rows } }, fields: [other] };
}

function inSelect(body: Select, { query, fields }: Filling): Filling {
  const first = body.items.findIndex(({ expression }) => expression.kind === "star");
  const isWord = (item: NamedExpression, index: number): boolean =>
    isDefault(item.expression) && (first < 0 || index < first) && fields[index] !== undefined;
  if (!body.items.some(isWord)) return { query, fields };
  const isLeft = body.items.map((item, index) => {
    const field = fields[index];
    return isWord(item, index) && field !== undefined && fills(field);
  });
  const items = body.items.flatMap((item, index): NamedExpression[] => {
    const field = fields[index];
    if (isLeft[index] === true) return [];
    return field !== undefined && isWord(item, index) ? [{ ...item, expression: defaultOf(field) }] : [item];
  });
  if (items.length === 0) return { query, fields };
  return {
    query: { ...query, body: { ...body, items } },
    fields: fields.filter((_, index) => isLeft[index] !== true),
  };
}

function defaultOf({ type, metadata }: StructField): Expression {
  const text = metadata?.["CURRENT_DEFAULT"];
  return parseExpression(typeof text === "string" ? `CAST((${text}) AS ${sqlType(type)})` : "NULL");
}

function fills(field: StructField): boolean {
  return isGenerated(field) || isIdentity(field);
}
