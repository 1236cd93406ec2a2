import {
  array,
  simpleString,
  sqlType,
  STRING,
  struct,
  field,
  type DataType,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { schemaFromJson, schemaToJson } from "../../core/schema-json.ts";
import type { BoundArgument, BoundExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { strftimePattern } from "../java/native-pattern.ts";
import { parseDataType, parseSchema } from "../parser/parse.ts";
import { coerce, mismatch, type CallSite } from "./function.ts";
import { text } from "./params.ts";
import { integerOf, literalOf, textOf, isFoldable, uncomputed } from "./rules.ts";

/** What the functions that read and write records (CSV, JSON, XML) share: options, schemas, texts of moments. */

/** `map('key', 'value', …)` of constants as options, names in lower case. */
export function optionsOf(call: CallSite, arg: BoundExpression | undefined): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  if (arg === undefined) return options;
  if (arg.kind !== "call" || arg.name !== "map") {
    throw call.error("INVALID_OPTIONS.NON_MAP_FUNCTION", "Invalid options: Must use the `map()` function for options.");
  }
  const items: readonly BoundArgument[] = arg.args;
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [name, value] = [foldedText(items[index]), foldedText(items[index + 1])];
    if (items[index + 1]?.type.kind !== "string" || typeof name !== "string" || typeof value !== "string") {
      throw call.error(
        "INVALID_OPTIONS.NON_STRING_TYPE",
        `Invalid options: A type of keys and values in \`map()\` must be string, but got "${sqlType(arg.type)}".`,
      );
    }
    options.set(name.toLowerCase(), value);
  }
  return options;
}

/** The text of a constant, or of constants put together. */
export function foldedText(arg: BoundArgument | undefined): string | null | undefined {
  const known = textOf(arg);
  if (known !== undefined || arg?.kind !== "call") return known;
  if (arg.name === "concat" || arg.name === "||") {
    const parts = arg.args.map(foldedText);
    return parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
  }
  if (arg.name !== "chr" && arg.name !== "char") return undefined;
  const code = integerOf(arg.args[0]);
  return typeof code === "number" && code > 0 ? String.fromCharCode(code % 256) : undefined;
}

/** A schema argument: DDL of columns or of one type, JSON of one, or what `schemaOf` says of a `schema_of_…` call. */
export function schemaArgument(
  call: CallSite,
  arg: BoundExpression | undefined,
  schemaOf: (arg: BoundExpression) => string | undefined,
): DataType {
  const ddl = arg === undefined ? undefined : (foldedText(arg) ?? schemaOf(arg));
  if (typeof ddl !== "string" || (arg?.kind === "literal" && arg.type.kind !== "string")) {
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
      throw call.error(
        /^\s*[A-Za-z_]\w*\s*$/.test(ddl) ? "UNSUPPORTED_DATATYPE" : "PARSE_SYNTAX_ERROR",
        `The input schema "${ddl}" is not a valid schema string: ${error.message}`,
        {
          schema: ddl,
        },
      );
    }
  }
}

/** Spark also takes its own JSON form of a schema. */
function jsonSchema(json: string): DataType | undefined {
  try {
    return schemaFromJson(`{"type":"struct","fields":[{"name":"value","type":${json},"nullable":true,"metadata":{}}]}`)
      .fields[0]?.type;
  } catch {
    return undefined;
  }
}

/** What is read from a text can be null everywhere, whatever its schema says. */
export function nullableAll(type: DataType): DataType {
  if (type.kind === "array") return array(nullableAll(type.element));
  if (type.kind === "map")
    return { ...type, key: nullableAll(type.key), value: nullableAll(type.value), valueContainsNull: true };
  return type.kind === "struct" ? struct(type.fields.map((each) => field(each.name, nullableAll(each.type)))) : type;
}

/** The text that is read: a STRING or NULL, nothing is converted to it. */
export function recordText(call: CallSite, arg: BoundExpression): BoundExpression {
  const type = text.accept(arg.type, call.context.ansi);
  if (type === undefined || (arg.type.kind !== "string" && arg.type.kind !== "void")) {
    throw mismatch(call, 0, '"STRING"', simpleString(arg.type));
  }
  return coerce(arg, { kind: "string" }, call);
}

/** The constant text whose schema `schema_of_…` tells; `what` names it in errors. */
export function constantRecord(call: CallSite, arg: BoundExpression, what: string): string {
  const literal = literalOf(arg);
  const value = foldedText(arg);
  if (arg.type.kind === "void" || value === null || literal?.value === null) {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL",
      `Cannot resolve "${call.name}" due to data type mismatch: The ${what} must not be null.`,
    );
  }
  if (arg.type.kind !== "string") throw mismatch(call, 0, '"STRING"', simpleString(arg.type));
  if (typeof value === "string") return value;
  if (isFoldable(arg)) throw uncomputed(call, what);
  throw call.error(
    "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
    `Cannot resolve "${call.name}" due to data type mismatch: the input \`${what}\` should be a foldable "STRING" expression.`,
  );
}

/** The corrupt record's column must take a text. */
export function checkCorruptColumn(call: CallSite, type: StructType, options: ReadonlyMap<string, string>): void {
  const name = options.get("columnnameofcorruptrecord") ?? "_corrupt_record";
  const column = type.fields.find((each) => each.name === name);
  if (column === undefined || column.type.kind === "string") return;
  throw call.error(
    "INVALID_CORRUPT_RECORD_TYPE",
    `The column \`${name}\` for corrupt records must have the nullable STRING type, but got "${sqlType(column.type)}".`,
  );
}

/** SQL of the arguments behind the text of a function that reads records: the schema, in a struct of one field, and the options. */
export function readerSettings(type: DataType, options: ReadonlyMap<string, string>, tools: LoweringTools): string {
  return `${tools.text(schemaToJson(struct([field("value", type)])))}, ${settings(options, tools)}`;
}

/** SQL of the options, with the session's time zone and the time of the statement. */
export function settings(options: ReadonlyMap<string, string>, tools: LoweringTools): string {
  return tools.text(
    JSON.stringify({ sessionTimeZone: tools.timeZone, now: String(tools.now), options: Object.fromEntries(options) }),
  );
}

/** SQL of the text of a TIMESTAMP, TIMESTAMP_NTZ or DATE by a Java pattern. */
export function momentText(
  sql: string,
  type: DataType,
  pattern: string,
  zone: string | undefined,
  tools: LoweringTools,
): string {
  const local = type.kind !== "timestamp";
  const moment = type.kind === "date" ? `CAST(${sql} AS TIMESTAMP)` : sql;
  const native = local ? strftimePattern(pattern) : undefined;
  if (native !== undefined) return `strftime(${moment}, ${tools.text(native)})`;
  return `spkjs_format_timestamp(epoch_us(${moment}), ${tools.text(pattern)}, ${tools.text(local ? "UTC" : (zone ?? tools.timeZone))})`;
}

/** SQL of the text of a BINARY, by `spark.sql.binaryOutputStyle` or as `style` says where that is not set. */
export function binaryText(sql: string, style: "UTF-8" | "HEX_DISCRETE", call: CallSite, tools: LoweringTools): string {
  const wanted = call.context.settings?.get("spark.sql.binaryoutputstyle")?.toUpperCase() ?? style;
  const bytes = `regexp_extract_all(hex(${sql}), '..')`;
  switch (wanted) {
    case "BASIC": {
      const x = tools.fresh("x");
      const signed = `CAST(CASE WHEN ${x} >= '80' THEN CAST('0x' || ${x} AS INTEGER) - 256 ELSE CAST('0x' || ${x} AS INTEGER) END AS VARCHAR)`;
      return `('[' || array_to_string(list_transform(${bytes}, lambda ${x}: ${signed}), ', ') || ']')`;
    }
    case "HEX":
      return `hex(${sql})`;
    case "HEX_DISCRETE":
      return `('[' || array_to_string(${bytes}, ' ') || ']')`;
    case "BASE64":
      return `to_base64(${sql})`;
    default:
      return tools.cast(sql, { kind: "binary" }, STRING);
  }
}

/** The pattern that Spark writes a moment with where the option names none. */
export function writtenPattern(type: DataType, options: ReadonlyMap<string, string>): string {
  if (type.kind === "date") return options.get("dateformat") ?? "yyyy-MM-dd";
  if (type.kind === "timestamp") return options.get("timestampformat") ?? "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]";
  return options.get("timestampntzformat") ?? "yyyy-MM-dd'T'HH:mm:ss[.SSS]";
}
