import { BINARY, field, struct, type DataType } from "../../core/data-type.ts";
import { quoteIdentifier } from "../quote.ts";
import { structNames } from "../types/duckdb-type.ts";
import { hasVariant } from "../types/variant-type.ts";

/**
 * How values of the type VARIANT stand in Parquet files: as a group of two BLOBs, `value` and `metadata` (Delta's PROTOCOL.md,
 * "Variant Data Type"), without Parquet's VARIANT annotation. In SQL they are one BLOB, the metadata followed by the value
 * (`encoding.ts`).
 * What DuckDB makes of a column with the annotation does not tell a null of JSON from NULL: `delta/scan/variant-layout.ts`.
 */
export function parquetType(type: DataType): DataType {
  if (!hasVariant(type)) return type;
  switch (type.kind) {
    case "variant":
      return struct([field("value", BINARY), field("metadata", BINARY)]);
    case "array":
      return { ...type, element: parquetType(type.element) };
    case "map":
      return { ...type, key: parquetType(type.key), value: parquetType(type.value) };
    case "struct":
      return struct(type.fields.map((each) => ({ ...each, type: parquetType(each.type) })));
    default:
      return type;
  }
}

/** DuckDB SQL of the one BLOB, from the group of a file. */
export function variantFromGroup(group: string): string {
  return `CASE WHEN ${group} IS NOT NULL THEN ${group}.metadata || ${group}."value" END`;
}

/**
 * DuckDB SQL of the group, from the one BLOB. The metadata begins with a byte whose two highest bits say how wide its
 * numbers are, then come the number n of keys and n + 1 offsets, the last of which is the length of the keys.
 */
export function variantToGroup(value: string): string {
  const [v, w, n, m] = ["v", "w", "n", "m"].map((name) => `${name}${value.length}`);
  const width = `CAST('0x' || hex(${v}[1:1]) AS INTEGER) // 64 + 1`;
  const bind = (name: string | undefined, bound: string, sql: string): string =>
    `list_transform([${bound}], lambda ${name ?? ""}: ${sql})[1]`;
  const length = `1 + ${w} * (${n} + 2) + ${number(v ?? "", `1 + ${w} * (${n} + 1)`, w ?? "")}`;
  const group = `{'value': ${v}[${m} + 1:], 'metadata': ${v}[1:${m}]}`;
  const split = bind(w, width, bind(n, number(v ?? "", "1", w ?? ""), bind(m, length, group)));
  return bind(v, value, `CASE WHEN ${v} IS NOT NULL THEN ${split} END`);
}

/** DuckDB SQL of a value as it is written to a file: every variant in it as a group. */
export function toParquet(value: string, type: DataType): string {
  if (!hasVariant(type)) return value;
  const item = `x${value.length}`;
  switch (type.kind) {
    case "variant":
      return variantToGroup(value);
    case "array":
      return `list_transform(${value}, lambda ${item}: ${toParquet(item, type.element)})`;
    case "map": {
      const entry = `{'key': ${item}."key", 'value': ${toParquet(`${item}."value"`, type.value)}}`;
      const entries = `list_transform(map_entries(${value}), lambda ${item}: ${entry})`;
      return `CASE WHEN ${value} IS NOT NULL THEN map_from_entries(${entries}) END`;
    }
    case "struct": {
      const names = structNames(type.fields).map(quoteIdentifier);
      const fields = type.fields.map(
        (each, index) => `${names[index] ?? ""}: ${toParquet(`${value}.${names[index] ?? ""}`, each.type)}`,
      );
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    }
    default:
      return value;
  }
}

/** The number of so many bytes, the lowest first, that follow the first `offset` ones. */
function number(bytes: string, offset: string, width: string): string {
  const digits = [3, 2, 1, 0].map(
    (at) => `CASE WHEN ${width} > ${at} THEN hex(${bytes}[${offset} + ${at + 1}:${offset} + ${at + 1}]) ELSE '' END`,
  );
  return `CAST('0x' || ${digits.join(" || ")} AS INTEGER)`;
}
