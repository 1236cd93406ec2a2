import { field, STRING, struct, type DataType } from "../../core/data-type.ts";
import { schemaToJson } from "../../core/schema-json.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import type { CastTools } from "./cast-tools.ts";
import { duckDbType, structNames } from "./duckdb-type.ts";

/** SQL of a VARIANT (`variant/encoding.ts`) that holds a value; null for null. Objects are made of structs and maps. */
export function castToVariant(sql: string, from: DataType, tools: CastTools): string {
  switch (from.kind) {
    case "variant":
      return sql;
    case "byte":
    case "short":
    case "int":
    case "long":
      return `spkjs_variant_of_long(CAST(${sql} AS BIGINT))`;
    case "decimal":
      return `spkjs_variant_of_decimal(CAST(${sql} AS VARCHAR))`;
    case "date":
      return `spkjs_variant_of_date(CAST(${sql} - DATE '1970-01-01' AS BIGINT))`;
    case "timestamp":
    case "timestamp_ntz":
      return `spkjs_variant_of_${from.kind}(epoch_us(${sql}))`;
    case "array": {
      const x = quoteIdentifier(tools.fresh("x"));
      return `spkjs_variant_array(list_transform(${sql}, lambda ${x}: ${castToVariant(x, from.element, tools)}))`;
    }
    case "map": {
      const x = quoteIdentifier(tools.fresh("x"));
      const value = castToVariant(`${x}."value"`, from.value, tools);
      const entries = `list_transform(map_entries(${sql}), lambda ${x}: {'key': ${x}."key", 'value': ${value}})`;
      return `spkjs_variant_object(${entries})`;
    }
    case "struct": {
      const names = structNames(from.fields);
      return tools.once(sql, (row) => {
        const entries = from.fields.map((each, index) => {
          const value = castToVariant(`${row}.${quoteIdentifier(names[index] ?? "")}`, each.type, tools);
          return `{'key': ${quoteString(each.name)}, 'value': ${value}}`;
        });
        return `CASE WHEN ${row} IS NOT NULL THEN spkjs_variant_object([${entries.join(", ")}]) END`;
      });
    }
    case "void":
      return "CAST(NULL AS BLOB)";
    default:
      return `spkjs_variant_of_${from.kind}(${sql})`;
  }
}

/**
 * SQL of what stands at `path` (SQL of a text) in a VARIANT, converted to a type; null where nothing or a null stands
 * there. `functionName` is the one that errors name.
 */
export function fromVariant(
  sql: string,
  path: string,
  to: DataType,
  options: { readonly try: boolean; readonly timeZone: string; readonly functionName: string },
): string {
  const plan = JSON.stringify({
    schema: schemaToJson(struct([field("value", to)])),
    zone: options.timeZone,
    try: options.try,
    name: options.functionName,
  });
  const call = (form: string): string => `spkjs_variant_get_${form}(${sql}, ${path}, ${quoteString(plan)})`;
  switch (to.kind) {
    case "variant":
    case "binary":
      return call("bytes");
    case "string":
      return call("text");
    case "decimal":
      return `CAST(${call("text")} AS ${duckDbType(to)})`;
    case "boolean":
      return call("boolean");
    case "long":
      return call("long");
    case "byte":
    case "short":
    case "int":
      return `CAST(${call("long")} AS ${duckDbType(to)})`;
    case "float":
    case "double":
      return `CAST(${call("double")} AS ${duckDbType(to)})`;
    case "date":
      return `(DATE '1970-01-01' + CAST(${call("long")} AS INTEGER))`;
    case "timestamp":
      return `make_timestamptz(${call("long")})`;
    case "timestamp_ntz":
      return `make_timestamp(${call("long")})`;
    default:
      return fromJsonText(call("nested"), to);
  }
}

/** SQL of a value from JSON text in which bytes stand as DuckDB writes them as text: `\xAA\x00`. */
export function fromJsonText(sql: string, to: DataType): string {
  if (to.kind === "variant") return `CAST((CAST(${sql} AS JSON) ->> '$') AS BLOB)`;
  const json = `CAST(CAST(${sql} AS JSON) AS ${duckDbType(bytesAsText(to))})`;
  return hasBytes(to) ? `CAST(${json} AS ${duckDbType(to)})` : json;
}

/** DuckDB takes the characters of a JSON string for bytes, as they are. */
function bytesAsText(type: DataType): DataType {
  switch (type.kind) {
    case "array":
      return { ...type, element: bytesAsText(type.element) };
    case "map":
      return { ...type, key: bytesAsText(type.key), value: bytesAsText(type.value) };
    case "struct":
      return { ...type, fields: type.fields.map((each) => ({ ...each, type: bytesAsText(each.type) })) };
    case "binary":
    case "variant":
      return STRING;
    default:
      return type;
  }
}

function hasBytes(type: DataType): boolean {
  return duckDbType(type).includes("BLOB");
}
