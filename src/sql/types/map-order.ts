import type { DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { structNames } from "./duckdb-type.ts";
import { hasMap } from "./kinds.ts";

/** SQL of a value with the entries of every map in it in the order of the keys: equal maps become the same (Spark's `MapSort`). */
export function sortedMaps(sql: string, type: DataType, tools: Pick<LoweringTools, "fresh" | "once" | "text">): string {
  if (!hasMap(type)) return sql;
  if (type.kind === "array") {
    const item = `"${tools.fresh("m")}"`;
    return `list_transform(${sql}, lambda ${item}: ${sortedMaps(item, type.element, tools)})`;
  }
  if (type.kind === "struct") {
    const names = structNames(type.fields);
    return tools.once(sql, (value) => {
      const parts = type.fields.map((each, index) => {
        const name = tools.text(names[index] ?? "");
        return `${name}: ${sortedMaps(`struct_extract(${value}, ${name})`, each.type, tools)}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${parts.join(", ")}} END`;
    });
  }
  if (type.kind !== "map") return sql;
  if (!hasMap(type.key) && !hasMap(type.value)) return `map_from_entries(list_sort(map_entries(${sql})))`;
  const entry = `"${tools.fresh("m")}"`;
  const key = sortedMaps(`struct_extract(${entry}, 'key')`, type.key, tools);
  const value = sortedMaps(`struct_extract(${entry}, 'value')`, type.value, tools);
  const entries = `list_transform(map_entries(${sql}), lambda ${entry}: {'key': ${key}, 'value': ${value}})`;
  return `map_from_entries(list_sort(${entries}))`;
}
