import { array, INT, simpleString, sqlType, STRING, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { jsonOptions, type JsonOptions } from "../json/json-options.ts";
import { schemaOfJson } from "../json/schema-of-json.ts";
import { OptionTexts, refusedOption } from "../option-texts.ts";
import { quoteIdentifier } from "../quote.ts";
import { fromJsonText } from "../types/cast-variant.ts";
import { structNames } from "../types/duckdb-type.ts";
import {
  expressions,
  mismatch,
  scalar,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { onlyText } from "./params.ts";
import {
  checkCorruptColumn,
  constantRecord,
  foldedText,
  momentText,
  nullableAll,
  optionsOf,
  readerSettings,
  recordText,
  schemaArgument,
  writtenPattern,
} from "./record-arguments.ts";
import { named, scalarBy } from "./rules.ts";

const category = "json";

function fromJson(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [json, schema, options] = args;
  if (json === undefined || schema === undefined || args.length > 3) throw wrongNumber(call, "[2, 3]");
  const type = nullableAll(schemaArgument(call, schema, (arg) => foldedSchema(call, arg)));
  refuseTypes(call, type);
  const given = optionsOf(call, options);
  if (type.kind === "struct") checkCorruptColumn(call, type, given);
  return {
    args: [recordText(call, json)],
    type,
    nullable: true,
    pretty: type.kind === "map" ? () => "entries" : undefined,
    lower: ([sql = "NULL"], _, tools) =>
      fromJsonText(`spkjs_from_json(${sql}, ${readerSettings(type, given, tools)})`, type),
  };
}

function refuseTypes(call: CallSite, type: DataType): void {
  if (type.kind === "array") refuseTypes(call, type.element);
  else if (type.kind === "map") {
    refuseTypes(call, type.value);
    if (type.key.kind !== "string") throw refusal(call, type);
  } else if (type.kind === "struct") for (const each of type.fields) refuseTypes(call, each.type);
  else if (type.kind === "string" && type.length !== undefined) {
    throw call.error(
      "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING",
      "The char/varchar type can't be used in the table schema.",
    );
  } else if (type.kind === "time" || type.kind === "void") throw refusal(call, type);
}

function refusal(call: CallSite, type: DataType): Error {
  return call.error(
    "UNSUPPORTED_FEATURE.FUNCTION",
    `The function ${call.name} is not supported with values of the type ${sqlType(type)}.`,
  );
}

function foldedSchema(call: CallSite, arg: BoundExpression): string | undefined {
  if (arg.kind !== "call" || arg.name !== "schema_of_json") return undefined;
  const [json, options] = arg.args;
  const text = foldedText(json);
  if (typeof text !== "string" || options?.kind === "lambda") return undefined;
  return schemaOfJson(text, inferenceOptions(call, optionsOf(call, options)));
}

function inferenceOptions(call: CallSite, given: ReadonlyMap<string, string>): JsonOptions {
  return jsonOptions(new OptionTexts(given, call.context.timeZone, call.context.now), "schema_of_json");
}

function toJson(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [value, options] = args;
  if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  if (value.type.kind === "void") {
    return { args: [value], type: STRING, nullable: true, lower: () => "CAST(NULL AS VARCHAR)" };
  }
  if (!["struct", "array", "map", "variant"].includes(value.type.kind))
    throw mismatch(call, 0, '"STRUCT", "ARRAY" or "MAP"', simpleString(value.type));
  refuseWritten(call, value.type);
  const given = optionsOf(call, options);
  const known = new OptionTexts(given, call.context.timeZone, call.context.now);
  for (const name of ["pretty", "writeNonAsciiCharacterAsCodePoint"]) {
    if (known.scalaFlag(name, false)) throw refusedOption(name);
  }
  known.scalaFlag("ignoreNullFields", true);
  return {
    args: [value],
    type: STRING,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) => jsonOf(sql, value.type, given, tools),
  };
}

function refuseWritten(call: CallSite, type: DataType): void {
  if (type.kind === "array") refuseWritten(call, type.element);
  else if (type.kind === "map") {
    refuseWritten(call, type.value);
    if (["array", "map", "struct", "binary"].includes(type.key.kind)) throw refusal(call, type);
  } else if (type.kind === "struct") for (const each of type.fields) refuseWritten(call, each.type);
  else if (type.kind === "time") throw refusal(call, type);
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
      const key = `CAST(to_json(${keyText(`${x}."key"`, type.key, tools)}) AS VARCHAR)`;
      const value = `coalesce(${jsonOf(`${x}."value"`, type.value, options, tools)}, 'null')`;
      return `('{' || array_to_string(list_transform(map_entries(${sql}), lambda ${x}: ${key} || ':' || ${value}), ',') || '}')`;
    }
    case "date":
    case "timestamp":
    case "timestamp_ntz": {
      const zone = options.get("timezone");
      return `CAST(to_json(${momentText(sql, type, writtenPattern(type, options), zone, tools)}) AS VARCHAR)`;
    }
    case "binary":
      return `('"' || to_base64(${sql}) || '"')`;
    case "interval_year_month":
    case "interval_day_time":
    case "calendar_interval":
      return `CAST(to_json(${tools.cast(sql, type, STRING)}) AS VARCHAR)`;
    case "void":
      return "CAST(NULL AS VARCHAR)";
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

/** A key has the number that Spark keeps of a date or time. */
function keyText(sql: string, type: DataType, tools: LoweringTools): string {
  if (type.kind === "date") return `CAST(CAST(epoch(${sql}) AS BIGINT) // 86400 AS VARCHAR)`;
  if (type.kind === "timestamp" || type.kind === "timestamp_ntz") return `CAST(epoch_us(${sql}) AS VARCHAR)`;
  return tools.cast(sql, type, STRING);
}

function schemaOf(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [json, options] = args;
  if (json === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const text = constantRecord(call, json, "json");
  const schema = schemaOfJson(text, inferenceOptions(call, optionsOf(call, options)));
  return {
    args,
    type: STRING,
    nullable: false,
    pretty: ([shown = ""]) => named("schema_of_json")([shown]),
    lower: (_, __, tools) => tools.text(schema),
  };
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
