import { sameType, type DataType, type StructField } from "../../core/data-type.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { variantFromGroup } from "../../sql/variant/group-sql.ts";

/**
 * SQL that gives a value of type `from` as type `to`, where every value of `from` has one: the same type, a wider number, a
 * struct with other fields (missing ones are null). Undefined when there is no such way.
 */
export function fitType(source: string, from: DataType, to: DataType, depth = 0): string | undefined {
  // What DuckDB calls a VARIANT is none of ours; what is one comes as a group.
  if (from.kind === "variant") return undefined;
  if (to.kind === "variant") return isVariantGroup(from) ? variantFromGroup(source) : undefined;
  if (from.kind === "struct" && to.kind === "struct") return fitStruct(source, from.fields, to.fields, depth);
  if (from.kind === "array" && to.kind === "array") {
    const element = fitType(`e${depth}`, from.element, to.element, depth + 1);
    if (element === undefined || element === `e${depth}`) return element === undefined ? undefined : source;
    return `list_transform(${source}, lambda e${depth}: ${element})`;
  }
  if (from.kind === "map" && to.kind === "map") {
    const key = fitType(`m${depth}.key`, from.key, to.key, depth + 1);
    const value = fitType(`m${depth}.value`, from.value, to.value, depth + 1);
    if (key === undefined || value === undefined) return undefined;
    if (key === `m${depth}.key` && value === `m${depth}.value`) return source;
    return `map_from_entries(list_transform(map_entries(${source}), lambda m${depth}: struct_pack("key" := ${key}, "value" := ${value})))`;
  }
  if (sameType(from, to) || (from.kind === "string" && to.kind === "string")) return source;
  return widens(from, to) ? `${source}::${duckDbType(to)}` : undefined;
}

function isVariantGroup(type: DataType): boolean {
  if (type.kind !== "struct" || type.fields.length !== 2) return false;
  return ["value", "metadata"].every((name) =>
    type.fields.some((each) => each.name === name && each.type.kind === "binary"),
  );
}

/** The type that holds the values of both, or undefined. Structs get the fields of both. */
function mergeTypes(a: DataType, b: DataType): DataType | undefined {
  if (sameType(a, b)) return a;
  if (a.kind === "struct" && b.kind === "struct") {
    const fields = mergeFields(a.fields, b.fields);
    return fields === undefined ? undefined : { kind: "struct", fields };
  }
  if (a.kind === "array" && b.kind === "array") {
    const element = mergeTypes(a.element, b.element);
    return element === undefined ? undefined : { ...a, element };
  }
  if (a.kind === "map" && b.kind === "map") {
    const [key, value] = [mergeTypes(a.key, b.key), mergeTypes(a.value, b.value)];
    return key === undefined || value === undefined ? undefined : { ...a, key, value };
  }
  if (widens(a, b)) return b;
  return widens(b, a) ? a : undefined;
}

export function mergeFields(a: readonly StructField[], b: readonly StructField[]): StructField[] | undefined {
  const merged = [...a];
  for (const each of b) {
    const index = merged.findIndex((known) => known.name.toLowerCase() === each.name.toLowerCase());
    const known = merged[index];
    if (known === undefined) {
      merged.push(each);
      continue;
    }
    const type = mergeTypes(known.type, each.type);
    if (type === undefined) return undefined;
    merged[index] = { ...known, type };
  }
  return merged;
}

function fitStruct(
  source: string,
  from: readonly StructField[],
  to: readonly StructField[],
  depth: number,
): string | undefined {
  const same = from.length === to.length && from.every((each, index) => each.name === to[index]?.name);
  let unchanged = same;
  const parts: string[] = [];
  for (const wanted of to) {
    const found = from.find((each) => each.name.toLowerCase() === wanted.name.toLowerCase());
    const path = found === undefined ? undefined : `(${source}).${quoteIdentifier(found.name)}`;
    const value =
      found === undefined || path === undefined
        ? `NULL::${duckDbType(wanted.type)}`
        : fitType(path, found.type, wanted.type, depth + 1);
    if (value === undefined) return undefined;
    unchanged &&= value === path;
    parts.push(`${quoteIdentifier(wanted.name)} := ${value}`);
  }
  return unchanged ? source : `CASE WHEN ${source} IS NOT NULL THEN struct_pack(${parts.join(", ")}) END`;
}

const WHOLE = ["byte", "short", "int", "long"];

function widens(from: DataType, to: DataType): boolean {
  if (from.kind === "void") return true;
  const wide = WHOLE.indexOf(to.kind);
  if (wide >= 0) return WHOLE.includes(from.kind) && WHOLE.indexOf(from.kind) < wide;
  if (to.kind === "double") return ["byte", "short", "int", "float"].includes(from.kind);
  if (to.kind === "decimal") {
    if (from.kind === "decimal") {
      return from.scale <= to.scale && from.precision - from.scale <= to.precision - to.scale;
    }
    const digits = { byte: 3, short: 5, int: 10, long: 20 }[from.kind as string];
    return digits !== undefined && to.precision - to.scale >= digits;
  }
  return to.kind === "timestamp_ntz" && from.kind === "date";
}
