import { simpleString, sqlType, STRING, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { OptionTexts } from "../option-texts.ts";
import { textTreeSql } from "../text-tree.ts";
import { schemaOfXml } from "../xml/schema-of-xml.ts";
import { xmlOptions } from "../xml/xml-options.ts";
import { expressions, mismatch, wrongNumber, type BoundFunction, type CallSite, type FunctionRow } from "./function.ts";
import {
  binaryText,
  checkCorruptColumn,
  constantRecord,
  momentText,
  nullableAll,
  optionsOf,
  readerSettings,
  recordText,
  schemaArgument,
  writtenPattern,
} from "./record-arguments.ts";
import { fromJsonText } from "../types/cast-variant.ts";
import { named, scalarBy, textOf } from "./rules.ts";

const category = "xml";

function fromXml(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [xml, schema, options] = args;
  if (xml === undefined || schema === undefined || args.length > 3) throw wrongNumber(call, "[2, 3]");
  const type = nullableAll(schemaArgument(call, schema, (arg) => foldedSchema(call, arg)));
  if (type.kind !== "struct") {
    throw call.error(
      "DATATYPE_MISMATCH.INVALID_XML_SCHEMA",
      `Cannot resolve "from_xml" due to data type mismatch: Input schema "${sqlType(type)}" must be a struct or a variant.`,
    );
  }
  refuseTypes(call, type);
  const given = optionsOf(call, options);
  checkCorruptColumn(call, type, given);
  return {
    args: [recordText(call, xml)],
    type,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) =>
      fromJsonText(`spkjs_from_xml(${sql}, ${readerSettings(type, given, tools)})`, type),
  };
}

const REFUSED = ["variant", "interval_year_month", "interval_day_time", "calendar_interval"];

function refuseTypes(call: CallSite, type: DataType): void {
  if (type.kind === "array") refuseTypes(call, type.element);
  else if (type.kind === "map") {
    refuseTypes(call, type.value);
    if (type.key.kind === "string" && type.value.kind !== "array") return;
    throw refusal(call, type);
  } else if (type.kind === "struct") for (const each of type.fields) refuseTypes(call, each.type);
  else if (REFUSED.includes(type.kind) || (type.kind === "binary" && showsOtherwise(call))) throw refusal(call, type);
}

/** Spark keeps the text of a BINARY as a text, which shows unless binaries are shown as texts. */
function showsOtherwise(call: CallSite): boolean {
  const style = call.context.settings?.get("spark.sql.binaryoutputstyle");
  return style !== undefined && style.toUpperCase() !== "UTF-8";
}

function refusal(call: CallSite, type: DataType): Error {
  return call.error(
    "UNSUPPORTED_FEATURE.FUNCTION",
    `The function ${call.name} is not supported with values of the type ${sqlType(type)}.`,
  );
}

function schemaOf(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [xml, options] = args;
  if (xml === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const given = new OptionTexts(optionsOf(call, options), call.context.timeZone, 0n);
  const schema = schemaOfXml(constantRecord(call, xml, "xml"), xmlOptions(given));
  return {
    args,
    type: STRING,
    nullable: false,
    pretty: ([shown = ""]) => named("schema_of_xml")([shown]),
    lower: (_, __, tools) => tools.text(schema),
  };
}

function foldedSchema(call: CallSite, arg: BoundExpression): string | undefined {
  if (arg.kind !== "call" || arg.name !== "schema_of_xml") return undefined;
  const [xml, options] = arg.args;
  const value = textOf(xml);
  if (typeof value !== "string" || options?.kind === "lambda") return undefined;
  return schemaOfXml(value, xmlOptions(new OptionTexts(optionsOf(call, options), call.context.timeZone, 0n)));
}

function toXml(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [value, options] = args;
  if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const { type } = value;
  if (type.kind !== "struct") throw mismatch(call, 0, '"STRUCT"', simpleString(type));
  const given = optionsOf(call, options);
  refuseWritten(call, type, given.get("attributeprefix") ?? "_");
  return {
    args: [value],
    type: STRING,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) =>
      tools.once(sql, (row) => {
        const tree = textTreeSql(
          row,
          type,
          (leaf, of, name) => leafText(leaf, of, name, given, { call, tools }),
          tools,
        );
        return `CASE WHEN ${row} IS NOT NULL THEN spkjs_to_xml(${tree}, ${readerSettings(type, given, tools)}) END`;
      }),
  };
}

/** Intervals have no text in XML; the keys of a map say only when it is written whether they are attributes. */
function refuseWritten(call: CallSite, type: DataType, prefix: string): void {
  if (type.kind === "array") refuseWritten(call, type.element, prefix);
  else if (type.kind === "map") {
    refuseWritten(call, type.value, prefix);
    if (["date", "timestamp", "timestamp_ntz", "binary"].includes(type.value.kind)) throw refusal(call, type);
  } else if (type.kind === "struct") {
    for (const each of type.fields) {
      refuseWritten(call, each.type, prefix);
      if (each.type.kind === "binary" && each.name.startsWith(prefix)) throw refusal(call, each.type);
    }
  } else if (REFUSED.includes(type.kind)) throw refusal(call, type);
}

/** An attribute has the number that Spark keeps of a date or time. */
function leafText(
  sql: string,
  type: DataType,
  name: string | undefined,
  options: ReadonlyMap<string, string>,
  { call, tools }: { readonly call: CallSite; readonly tools: LoweringTools },
): string {
  const prefix = options.get("attributeprefix") ?? "_";
  const attribute = name !== undefined && name.startsWith(prefix) && name !== (options.get("valuetag") ?? "_VALUE");
  switch (type.kind) {
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      if (!attribute) return momentText(sql, type, writtenPattern(type, options), options.get("timezone"), tools);
      return type.kind === "date"
        ? `CAST(CAST(epoch(${sql}) AS BIGINT) // 86400 AS VARCHAR)`
        : `CAST(epoch_us(${sql}) AS VARCHAR)`;
    case "binary":
      return binaryText(sql, "HEX_DISCRETE", call, tools);
    default:
      return tools.cast(sql, type, STRING);
  }
}

export const xml: readonly FunctionRow[] = [
  scalarBy("from_xml", category, fromXml),
  scalarBy("to_xml", category, toXml),
  scalarBy("schema_of_xml", category, schemaOf),
];
