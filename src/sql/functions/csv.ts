import { simpleString, sqlType, STRING, type DataType, type StructType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { csvOptions } from "../csv/csv-options.ts";
import { schemaOfCsv } from "../csv/schema-of-csv.ts";
import { OptionTexts } from "../option-texts.ts";
import { textTreeSql } from "../text-tree.ts";
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
  settings,
  writtenPattern,
} from "./record-arguments.ts";
import { fromJsonText } from "../types/cast-variant.ts";
import { named, scalarBy, textOf } from "./rules.ts";

const category = "csv";

function fromCsv(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [csv, schema, options] = args;
  if (csv === undefined || schema === undefined || args.length > 3) throw wrongNumber(call, "[2, 3]");
  const type = nullableAll(schemaArgument(call, schema, (arg) => foldedSchema(call, arg)));
  if (type.kind !== "struct") {
    throw call.error(
      "INVALID_SCHEMA.NON_STRUCT_TYPE",
      `The input schema "${sqlType(type)}" is not a valid schema string. The input expression should be evaluated to struct type.`,
    );
  }
  for (const each of type.fields) refuseType(call, each.type);
  const given = optionsOf(call, options);
  checkCorruptColumn(call, type, given);
  return {
    args: [recordText(call, csv)],
    type,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) =>
      fromJsonText(`spkjs_from_csv(${sql}, ${readerSettings(type, given, tools)})`, type),
  };
}

function refuseType(call: CallSite, type: DataType): void {
  if (["array", "map", "struct", "variant", "void", "time"].includes(type.kind)) {
    throw call.error("UNSUPPORTED_DATATYPE", `Unsupported data type "${sqlType(type)}".`);
  }
  if (type.kind === "string" && type.length !== undefined) {
    throw call.error(
      "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING",
      "The char/varchar type can't be used in the table schema.",
    );
  }
  if (["interval_year_month", "interval_day_time", "calendar_interval"].includes(type.kind)) {
    throw call.error(
      "UNSUPPORTED_FEATURE.FUNCTION",
      `The function from_csv is not supported with values of the type ${sqlType(type)}.`,
    );
  }
}

function schemaOf(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [csv, options] = args;
  if (csv === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const value = constantRecord(call, csv, "csv");
  const given = optionsOf(call, options);
  const { timeZone } = call.context;
  const schema = schemaOfCsv(value, csvOptions(new OptionTexts(given, timeZone, 0n)));
  return {
    args,
    type: STRING,
    nullable: false,
    pretty: ([shown = ""]) => named("schema_of_csv")([shown]),
    lower: (_, __, tools) => tools.text(schema),
  };
}

function foldedSchema(call: CallSite, arg: BoundExpression): string | undefined {
  if (arg.kind !== "call" || arg.name !== "schema_of_csv") return undefined;
  const [csv, options] = arg.args;
  const value = textOf(csv);
  if (typeof value !== "string" || options?.kind === "lambda") return undefined;
  const given = new OptionTexts(optionsOf(call, options), call.context.timeZone, 0n);
  return schemaOfCsv(value, csvOptions(given));
}

function toCsv(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [value, options] = args;
  if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  const { type } = value;
  if (type.kind !== "struct") {
    throw ["array", "map", "variant"].includes(type.kind)
      ? call.error(
          "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
          `The input of \`to_csv\` can't be "${sqlType(type)}" type data.`,
        )
      : mismatch(call, 0, '"STRUCT"', simpleString(type));
  }
  if (hasVariant(type)) {
    throw call.error(
      "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
      `The input of \`to_csv\` can't be "${sqlType(type)}" type data.`,
    );
  }
  const given = optionsOf(call, options);
  return {
    args: [value],
    type: STRING,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) =>
      tools.once(sql, (row) => {
        const tree = textTreeSql(
          row,
          type,
          (leaf, leafType) => {
            if (leafType.kind === "binary") return binaryText(leaf, "UTF-8", call, tools);
            return ["date", "timestamp", "timestamp_ntz"].includes(leafType.kind)
              ? momentText(leaf, leafType, writtenPattern(leafType, given), given.get("timezone"), tools)
              : tools.cast(leaf, leafType, STRING);
          },
          tools,
        );
        return `CASE WHEN ${row} IS NOT NULL THEN spkjs_to_csv(${tree}, ${settings(given, tools)}) END`;
      }),
  };
}

function hasVariant(type: StructType): boolean {
  return type.fields.some(
    (each) => each.type.kind === "variant" || (each.type.kind === "struct" && hasVariant(each.type)),
  );
}

export const csv: readonly FunctionRow[] = [
  scalarBy("from_csv", category, fromCsv),
  scalarBy("to_csv", category, toCsv),
  scalarBy("schema_of_csv", category, schemaOf),
];
