import type { DataType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { CastMode } from "../bound.ts";
import type { Cast, CastTools } from "./cast-tools.ts";
import { structNames } from "./duckdb-type.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";

/** Arrays, maps and structs: element by element. */
export function castNested(
  sql: string,
  from: DataType,
  to: DataType,
  mode: CastMode,
  tools: CastTools,
  cast: Cast,
): string {
  const x = quoteIdentifier(tools.fresh("x"));
  if (from.kind === "array" && to.kind === "array") {
    const element = cast(x, from.element, to.element, mode, tools);
    return element === x ? sql : `list_transform(${sql}, lambda ${x}: ${element})`;
  }
  if (from.kind === "map" && to.kind === "map") {
    const key = cast(`${x}."key"`, from.key, to.key, mode, tools);
    const value = cast(`${x}."value"`, from.value, to.value, mode, tools);
    return `map_from_entries(list_transform(map_entries(${sql}), lambda ${x}: {'key': ${key}, 'value': ${value}}))`;
  }
  if (from.kind === "struct" && to.kind === "struct") {
    const [names, targets] = [structNames(from.fields), structNames(to.fields)];
    return tools.once(sql, (value) => {
      const fields = from.fields.map((each, index) => {
        const target = to.fields[index] ?? unreachable("A struct was cast to one with fewer fields.");
        const inner = cast(`${value}.${quoteIdentifier(names[index] ?? "")}`, each.type, target.type, mode, tools);
        return `${quoteString(targets[index] ?? "")}: ${inner}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    });
  }
  return unreachable("A nested type was cast to another kind of type.", { from, to });
}
