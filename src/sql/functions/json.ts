import { array, field, INT, simpleString, STRING, struct, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { schemaFromJson, schemaToJson } from "../../core/schema-json.ts";
import type { BoundArgument, BoundExpression, LoweringTools } from "../bound.ts";
import { strftimePattern } from "../java/native-pattern.ts";
import { readJson } from "../json/json-text.ts";
import { schemaOfJson } from "../json/schema-of-json.ts";
import { parseDataType, parseSchema } from "../parser/parse.ts";
import { fromJsonText } from "../types/cast-variant.ts";
import { structNames } from "../types/duckdb-type.ts";
import { quoteIdentifier } from "../quote.ts";
import {
  coerce,
  expressions,
  mismatch,
  scalar,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { text, onlyText } from "./params.ts";
import { literalOf, scalarBy, textOf } from "./rules.ts";

const category = "json";

/** `map('key', 'value', …)` of constants as options, names in lower case. */
function optionsOf(call: CallSite, arg: BoundExpression | undefined): Map<string, string> {
  const options = new Map<string, string>();
  if (arg === undefined) return options;
  const items: readonly BoundArgument[] = arg.kind === "call" && arg.name === "map" ? arg.args : [];
  const known = items.length > 0 || (arg.kind === "call" && arg.name === "map");
  if (!known)
    throw call.error("INVALID_OPTIONS.NON_MAP_FUNCTION", "Invalid options: Must use the `map()` function for options.");
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [name, value] = [textOf(items[index]), textOf(items[index + 1])];
    if (typeof name !== "string" || typeof value !== "string") {
      throw call.error(
        "INVALID_OPTIONS.NON_STRING_TYPE",
        "Invalid options: A type of keys and values in `map()` must be string.",
      );
    }
    options.set(name.toLowerCase(), value);
  }
  return options;
}

/** A schema argument: DDL of columns or of one type, or `schema_of_json('…')`. */
function schemaArgument(call: CallSite, arg: BoundExpression | undefined): DataType {
  const ddl = arg === undefined ? undefined : (textOf(arg) ?? foldedSchema(arg));
  if (typeof ddl !== "string") {
    throw call.error("INVALID_SCHEMA.NON_STRING_LITERAL", "The input schema must be a string literal and not null.");
  }
  const fromJson = ddl.trimStart().startsWith("{") ? jsonSchema(ddl) : undefined;
  if (fromJson !== undefined) return fromJson;
  try {
    return /^\s*(?:struct|array|map)\s*</i.test(ddl) ? parseDataType(ddl) : parseSchema(ddl);
  } catch (error) {
    if (!(error instanceof BoathouseError)) throw error;
    try {
      return parseDataType(ddl);
    } catch {
      throw call.error("INVALID_SCHEMA.PARSE_ERROR", `The input schema "${ddl}" is not a valid schema string.`);
    }
  }
}

/** Spark also takes its own JSON form of a schema. */
function jsonSchema(text: string): DataType | undefined {
  try {
    return schemaFromJson(`{"type":"struct","fields":[{"name":"value","type":${text},"nullable":true,"metadata":{}}]}`)
      .fields[0]?.type;
  } catch {
    return undefined;
  }
}

function foldedSchema(arg: BoundExpression): string | undefined {
  if (arg.kind !== "call" || arg.name !== "schema_of_json") return undefined;
  const json = textOf(arg.args[0]);
  const node = typeof json === "string" ? readJson(json) : undefined;
  return node === undefined ? undefined : schemaOfJson(node);
}

function fromJson(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [json, schema, options] = args;
  if (json === undefined || schema === undefined || args.length > 3) throw wrongNumber(call, "[2, 3]");
  const type = nullableAll(schemaArgument(call, schema));
  const given = optionsOf(call, options);
  const unknown = [...given.keys()].find((name) => !JSON_OPTIONS.has(name));
  if (unknown !== undefined)
    throw call.error("UNSUPPORTED_FEATURE.OPTION", `The option ${unknown} of from_json is not supported.`);
  const value = text.accept(json.type, call.context.ansi);
  if (value === undefined || (json.type.kind !== "string" && json.type.kind !== "void"))
    throw mismatch(call, 0, '"STRING"', simpleString(json.type));
  refuseBinary(call, type);
  return {
    args: [coerce(json, STRING, call)],
    type,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) => {
      const settings = JSON.stringify({ timezone: tools.timeZone, ...Object.fromEntries(given) });
      const wrapped = schemaToJson(struct([field("value", type)]));
      const normal = `spkjs_from_json(${sql}, ${tools.text(wrapped)}, ${tools.text(settings)})`;
      return fromJsonText(normal, type);
    },
  };
}

const JSON_OPTIONS = new Set([
  "mode",
  "dateformat",
  "timestampformat",
  "timestampntzformat",
  "allownumericleadingzeros",
  "allowunquotedfieldnames",
  "allowcomments",
  "allowsinglequotes",
  "allownonnumericnumbers",
  "timezone",
]);

function nullableAll(type: DataType): DataType {
  if (type.kind === "array") return array(nullableAll(type.element));
  if (type.kind === "map")
    return { ...type, key: nullableAll(type.key), value: nullableAll(type.value), valueContainsNull: true };
  return type.kind === "struct" ? struct(type.fields.map((each) => field(each.name, nullableAll(each.type)))) : type;
}

function refuseBinary(call: CallSite, type: DataType): void {
  if (type.kind === "array") refuseBinary(call, type.element);
  else if (type.kind === "map") refuseBinary(call, type.value);
  else if (type.kind === "struct") for (const each of type.fields) refuseBinary(call, each.type);
  else if (
    ["binary", "time", "interval_year_month", "interval_day_time", "calendar_interval", "void"].includes(type.kind)
  ) {
    throw call.error(
      "UNSUPPORTED_FEATURE.FUNCTION",
      `The function ${call.name} is not supported with values of the type ${simpleString(type).toUpperCase()}.`,
    );
  }
}

function toJson(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [value, options] = args;
  if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  if (!["struct", "array", "map", "variant"].includes(value.type.kind))
    throw mismatch(call, 0, '"STRUCT", "ARRAY" or "MAP"', simpleString(value.type));
  refuseBinary(call, value.type);
  const given = optionsOf(call, options);
  const unknown = [...given.keys()].find(
    (name) => !["timestampformat", "dateformat", "ignorenullfields"].includes(name),
  );
  if (unknown !== undefined)
    throw call.error("UNSUPPORTED_FEATURE.OPTION", `The option ${unknown} of to_json is not supported.`);
  return {
    args: [value],
    type: STRING,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) => jsonOf(sql, value.type, given, tools),
  };
}

/** SQL of the JSON text of a value; null for null. */
function jsonOf(sql: string, type: DataType, options: ReadonlyMap<string, string>, tools: LoweringTools): string {
  switch (type.kind) {
    case "struct":
      return tools.once(sql, (value) => {
        const names = structNames(type.fields);
        const keepNulls = options.get("ignorenullfields")?.toLowerCase() === "false";
        const fields = type.fields.map((each, index) => {
          const json = jsonOf(`${value}.${quoteIdentifier(names[index] ?? "")}`, each.type, options, tools);
          return `${tools.text(`${JSON.stringify(each.name)}:`)} || ${keepNulls ? `coalesce(${json}, 'null')` : json}`;
        });
        return `CASE WHEN ${value} IS NOT NULL THEN '{' || concat_ws(',', ${fields.join(", ")}) || '}' END`;
      });
    case "array": {
      const x = quoteIdentifier(tools.fresh("x"));
      return `('[' || array_to_string(list_transform(${sql}, lambda ${x}: coalesce(${jsonOf(x, type.element, options, tools)}, 'null')), ',') || ']')`;
    }
    case "map": {
      const x = quoteIdentifier(tools.fresh("x"));
      const key = `CAST(to_json(${tools.cast(`${x}."key"`, type.key, STRING)}) AS VARCHAR)`;
      const value = `coalesce(${jsonOf(`${x}."value"`, type.value, options, tools)}, 'null')`;
      return `('{' || array_to_string(list_transform(map_entries(${sql}), lambda ${x}: ${key} || ':' || ${value}), ',') || '}')`;
    }
    case "timestamp":
    case "timestamp_ntz":
      return `('"' || ${moment(sql, type, options.get("timestampformat") ?? (type.kind === "timestamp" ? "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" : "yyyy-MM-dd'T'HH:mm:ss.SSS"), tools)} || '"')`;
    case "date":
      return `('"' || ${moment(`CAST(${sql} AS TIMESTAMP)`, { kind: "timestamp_ntz" }, options.get("dateformat") ?? "yyyy-MM-dd", tools)} || '"')`;
    case "string":
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    case "variant":
      return `spkjs_variant_json(${sql}, ${tools.text(tools.timeZone)})`;
    case "float":
    case "double":
      return tools.once(
        sql,
        (value) =>
          `CASE WHEN isfinite(${value}) THEN ${tools.cast(value, type, STRING)} ELSE '"' || ${tools.cast(value, type, STRING)} || '"' END`,
      );
    default:
      return tools.cast(sql, type, STRING);
  }
}

function moment(sql: string, type: DataType, pattern: string, tools: LoweringTools): string {
  const zone = type.kind === "timestamp" ? tools.timeZone : "UTC";
  const native = strftimePattern(pattern);
  if (native !== undefined && type.kind === "timestamp_ntz") return `strftime(${sql}, ${tools.text(native)})`;
  return `spkjs_format_timestamp(epoch_us(${sql}), ${tools.text(pattern)}, ${tools.text(zone)})`;
}

function schemaOf(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [json, options] = args;
  if (json === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const value = literalOf(json)?.value;
  if (typeof value !== "string") {
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      'Cannot resolve "schema_of_json" due to data type mismatch: the input json should be a foldable "STRING" expression.',
    );
  }
  const given = optionsOf(call, options);
  const unknown = [...given.keys()].find((name) => !["allownumericleadingzeros", "primitivesasstring"].includes(name));
  if (unknown !== undefined)
    throw call.error("UNSUPPORTED_FEATURE.OPTION", `The option ${unknown} of schema_of_json is not supported.`);
  const node = readJson(value, { allowNumericLeadingZeros: given.get("allownumericleadingzeros") === "true" });
  if (node === undefined)
    throw call.error(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      `Malformed records are detected in record parsing: ${value}.`,
    );
  const schema = schemaOfJson(node, given.get("primitivesasstring") === "true");
  return { args: [json], type: STRING, nullable: false, lower: (_, __, tools) => tools.text(schema) };
}

export const json: readonly FunctionRow[] = [
  scalarBy("from_json", category, fromJson),
  scalarBy("to_json", category, toJson),
  scalarBy("schema_of_json", category, schemaOf),
  scalar(
    "get_json_object",
    category,
    { params: [onlyText, onlyText], returns: STRING, nullable: true },
    "spkjs_get_json_object($1, $2)",
  ),
  scalar(
    "json_array_length",
    category,
    { params: [onlyText], returns: INT, nullable: true },
    "spkjs_json_array_length($1)",
  ),
  scalar(
    "json_object_keys",
    category,
    { params: [onlyText], returns: array(STRING), nullable: true },
    "spkjs_json_object_keys($1)",
  ),
];
