import { decimal, STRING, type DataType, sqlType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parseNumberPattern, type NumberPattern } from "../java/number-pattern.ts";
import { isNumeric } from "../types/kinds.ts";
import {
  bindSignature,
  expressions,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { decimals, text } from "./params.ts";
import { isFoldable, lookupIn, named, scalarBy, textOf, uncomputed } from "./rules.ts";
import { dateFormats } from "./date-formats.ts";

const category = "string";

/** A NULL for a format that is NULL. */
function nothing(call: CallSite, type: DataType): BoundFunction {
  return {
    args: expressions(call),
    type,
    nullable: true,
    lower: (_, __, tools) => `CAST(NULL AS ${tools.typeName(type)})`,
  };
}

/** The constant format; null when it is NULL. */
function patternOf(call: CallSite): NumberPattern | null {
  const [, format] = expressions(call);
  const pattern = format === undefined ? undefined : textOf(format);
  if (pattern === null) return null;
  if (pattern === undefined) {
    if (format !== undefined && isFoldable(format)) throw uncomputed(call, "format");
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      `Cannot resolve "${call.name}" due to data type mismatch: the input format should be a foldable "STRING" expression.`,
    );
  }
  try {
    return parseNumberPattern(pattern);
  } catch (error) {
    if (error instanceof BoathouseError) throw call.error(error.code, error.message);
    throw error;
  }
}

function toNumber(safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    if (call.args.length !== 2) throw wrongNumber(call, "2");
    const pattern = patternOf(call);
    if (pattern === null) return nothing(call, decimal(10, 0));
    const type = decimal(pattern.precision, pattern.scale);
    return bindSignature(
      call,
      { params: [text, text], returns: type, ...(safe ? { nullable: true } : {}) },
      (args, _, tools) => `CAST(spkjs_to_number(${args.join(", ")}, ${safe}) AS ${tools.typeName(type)})`,
    );
  };
}

/** Numbers by a number format, dates and timestamps as `date_format`, binaries in an encoding. */
function toChar(call: CallSite): BoundFunction {
  const [value, format] = expressions(call);
  if (value === undefined || format === undefined || call.args.length !== 2) throw wrongNumber(call, "2");
  if (["date", "timestamp", "timestamp_ntz"].includes(value.type.kind)) {
    const row = lookupIn(dateFormats, "date_format");
    if (row.kind === "scalar")
      return row.bind({ ...call, error: (condition, message, details) => call.error(condition, message, details) });
  }
  if (format.type.kind !== "string" && format.type.kind !== "void" && value.type.kind === "binary") {
    throw call.error(
      "NON_FOLDABLE_ARGUMENT",
      `The function \`${call.name}\` requires the parameter \`format\` to be a foldable expression of the type "${sqlType(format.type)}", but the actual argument is a non-foldable.`,
    );
  }
  if (value.type.kind === "binary") return encoded(call, textOf(format));
  if (!isNumeric(value.type) && value.type.kind !== "string" && value.type.kind !== "void") {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      `Cannot resolve "${call.name}" due to data type mismatch: the first parameter requires a number, a date, a timestamp or a binary.`,
    );
  }
  if (patternOf(call) === null) return { ...nothing(call, STRING), pretty: named("to_char") };
  return bindSignature(
    call,
    { params: [decimals, text], returns: STRING, pretty: (args) => `to_char(${args.join(", ")})` },
    "spkjs_to_char(CAST($1 AS VARCHAR), $2)",
  );
}

function encoded(call: CallSite, format: string | null | undefined): BoundFunction {
  const [value] = expressions(call);
  const forms: Readonly<Record<string, string>> = { base64: "to_base64", hex: "hex", "utf-8": "decode" };
  if (format === null) {
    throw call.error(
      "INVALID_PARAMETER_VALUE.NULL",
      `The value of parameter(s) \`format\` in \`${call.name}\` is invalid: expects a non-NULL value.`,
    );
  }
  const kind = format?.toLowerCase() ?? "";
  const native = forms[kind];
  const shown = (text: string): string =>
    call.name !== "to_char" ? `${call.name}(${text})` : kind === "base64" ? `base64(${text})` : `hex(${text})`;
  if (format === undefined) {
    const [, given] = expressions(call);
    if (given !== undefined && isFoldable(given)) throw uncomputed(call, "format");
    throw call.error(
      "NON_FOLDABLE_ARGUMENT",
      `The function \`${call.name}\` requires the parameter \`format\` to be a foldable expression of the type "STRING", but the actual argument is a non-foldable.`,
    );
  }
  if (native === undefined || value === undefined) {
    throw call.error(
      "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
      `The value of parameter \`format\` in \`${call.name}\` is invalid: expects one of binary formats 'base64', 'hex', 'utf-8'.`,
    );
  }
  return {
    args: [value],
    type: STRING,
    nullable: value.nullable,
    lower: ([sql = "NULL"]) => `${native}(${sql})`,
    pretty: ([text = ""]) =>
      kind === "utf-8" ? `${call.name === "to_char" ? "decode" : call.name}(${text}, utf-8)` : shown(text),
  };
}

export const numberFormats: readonly FunctionRow[] = [
  scalarBy("to_number", category, toNumber(false)),
  scalarBy("try_to_number", category, toNumber(true)),
  scalarBy(["to_char", "to_varchar"], category, toChar),
];
