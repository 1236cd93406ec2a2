import type { DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { structNames } from "./duckdb-type.ts";

type Tools = Pick<LoweringTools, "fresh" | "once" | "text">;

/** Can a value hold nulls? Spark puts these before everything else, at every depth; DuckDB puts them behind. */
export function hasInnerNulls(type: DataType): boolean {
  if (type.kind === "array") return type.containsNull || hasInnerNulls(type.element);
  return type.kind === "struct" && type.fields.some((each) => each.nullable || hasInnerNulls(each.type));
}

/** SQL of a value that DuckDB orders as Spark orders that of `sql`. */
export function orderForm(sql: string, type: DataType, tools: Tools): string {
  if (!hasInnerNulls(type)) return sql;
  if (type.kind === "array") {
    const item = `"${tools.fresh("o")}"`;
    return `list_transform(${sql}, lambda ${item}: ${part(item, type.element, type.containsNull, tools)})`;
  }
  if (type.kind !== "struct") return sql;
  const names = structNames(type.fields);
  return tools.once(sql, (value) => {
    const parts = type.fields.map((each, index) => {
      const field = `struct_extract(${value}, ${tools.text(names[index] ?? "")})`;
      return `'f${index}': ${part(field, each.type, each.nullable, tools)}`;
    });
    return `CASE WHEN ${value} IS NOT NULL THEN {${parts.join(", ")}} END`;
  });
}

function part(sql: string, type: DataType, nullable: boolean, tools: Tools): string {
  const value = orderForm(sql, type, tools);
  return nullable ? `{'n': ${sql} IS NOT NULL, 'v': ${value}}` : value;
}

/** A list in order, by the forms of its elements; `nulls` says where those that are null go. */
export function sortedByForm(
  sql: string,
  element: DataType,
  order: { readonly direction: "ASC" | "DESC"; readonly nulls: "FIRST" | "LAST" },
  tools: Tools,
): string {
  const { direction, nulls } = order;
  const item = `"${tools.fresh("o")}"`;
  const last = (direction === "ASC") === (nulls === "LAST");
  const flag = `${item} ${last ? "IS NULL" : "IS NOT NULL"}`;
  const entries = `list_transform(${sql}, lambda ${item}: {'n': ${flag}, 'k': ${orderForm(item, element, tools)}, 'v': ${item}})`;
  return `list_transform(list_sort(${entries}, '${direction}'), lambda ${item}: struct_extract(${item}, 'v'))`;
}
