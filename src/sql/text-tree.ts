import type { DataType } from "../core/data-type.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { LoweringTools } from "./lowering.ts";
import { quoteIdentifier } from "./quote.ts";
import { structNames } from "./types/duckdb-type.ts";

/** A value whose leaves are texts, as the formats that write text want them. */
export type TextTree =
  | null
  | string
  | { readonly fields: readonly TextTree[] }
  | { readonly items: readonly TextTree[] }
  | { readonly entries: readonly (readonly [key: TextTree, value: TextTree])[] };

/** SQL of the text of a leaf; null for null. `field` is its name, where it is a field of a struct. */
export type LeafSql = (sql: string, type: DataType, field?: string) => string;

/** SQL of JSON text that `parseTextTree` reads. */
export function textTreeSql(sql: string, type: DataType, leaf: LeafSql, tools: LoweringTools, name?: string): string {
  switch (type.kind) {
    case "struct":
      return tools.once(sql, (value) => {
        const names = structNames(type.fields);
        const fields = type.fields.map((each, index) =>
          textTreeSql(`${value}.${quoteIdentifier(names[index] ?? "")}`, each.type, leaf, tools, each.name),
        );
        return `CASE WHEN ${value} IS NULL THEN 'null' ELSE '{"fields":[' || concat_ws(',', ${fields.join(", ")}) || ']}' END`;
      });
    case "array": {
      const x = quoteIdentifier(tools.fresh("x"));
      const items = `list_transform(${sql}, lambda ${x}: ${textTreeSql(x, type.element, leaf, tools)})`;
      return `coalesce('{"items":[' || array_to_string(${items}, ',') || ']}', 'null')`;
    }
    case "map": {
      const x = quoteIdentifier(tools.fresh("x"));
      const [key, value] = [
        textTreeSql(`${x}."key"`, type.key, leaf, tools),
        textTreeSql(`${x}."value"`, type.value, leaf, tools),
      ];
      const entries = `list_transform(map_entries(${sql}), lambda ${x}: '[' || ${key} || ',' || ${value} || ']')`;
      return `coalesce('{"entries":[' || array_to_string(${entries}, ',') || ']}', 'null')`;
    }
    case "void":
      return "'null'";
    default:
      return `coalesce(CAST(to_json(${leaf(sql, type, name)}) AS VARCHAR), 'null')`;
  }
}

export function parseTextTree(text: string): TextTree {
  return treeOf(JSON.parse(text) as Json);
}

function treeOf(json: Json): TextTree {
  if (json === null || typeof json === "string") return json;
  if (!isJsonObject(json)) throw new TypeError("Not the JSON of a text tree.");
  if (Array.isArray(json["fields"])) return { fields: json["fields"].map(treeOf) };
  if (Array.isArray(json["items"])) return { items: json["items"].map(treeOf) };
  const entries = Array.isArray(json["entries"]) ? json["entries"] : [];
  return {
    entries: entries.map((each) => {
      const [key = null, value = null] = Array.isArray(each) ? each : [];
      return [treeOf(key), treeOf(value)] as const;
    }),
  };
}
