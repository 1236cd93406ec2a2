import { BOOLEAN, INT, sqlType, STRING, VARIANT, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { BoundExpression } from "../bound.ts";
import { parseDataType, parseSchema } from "../parser/parse.ts";
import { castToVariant, fromVariant } from "../types/cast-variant.ts";
import { isVariantType } from "../types/variant-type.ts";
import {
  aggregate,
  bindSignature,
  expressionAt,
  scalar,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { scalarBy, textOf } from "./rules.ts";

const category = "variant";

/** A VARIANT and nothing else. */
export const onlyVariant: Param = only('"VARIANT"', VARIANT);
/** A string and nothing else: other values are not made one. */
export const onlyString: Param = only('"STRING"', STRING);

function only(expected: string, type: DataType): Param {
  return { expected, accept: (from) => (from.kind === type.kind || from.kind === "void" ? type : undefined) };
}

export function cannotCast(call: CallSite, from: DataType, to: DataType): BoathouseError {
  return call.error(
    "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
    `Cannot resolve "${call.name}" due to data type mismatch: cannot cast "${sqlType(from)}" to "${sqlType(to)}".`,
  );
}

/** The type that a constant text names, or the struct whose columns it lists. */
function namedType(call: CallSite, arg: BoundExpression): DataType {
  const text = textOf(arg);
  if (typeof text !== "string") {
    throw call.error("INVALID_SCHEMA.NON_STRING_LITERAL", "The input schema must be a string literal and not null.");
  }
  let type: DataType;
  try {
    type = parseDataType(text);
  } catch (error) {
    type = columnsOf(text) ?? rethrown(call, error);
  }
  if (type.kind !== "string" || type.length === undefined) return type;
  throw call.error(
    "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING",
    "The char/varchar type can't be used in the table schema. Use STRING instead.",
  );
}

function columnsOf(text: string): DataType | undefined {
  try {
    return parseSchema(text);
  } catch {
    return undefined;
  }
}

function rethrown(call: CallSite, error: unknown): never {
  if (error instanceof BoathouseError) throw call.error(error.code, error.message);
  throw error;
}

/** May a key stand twice in an object of JSON? */
function allowsRepeats(call: CallSite): boolean {
  return call.context.settings?.get("spark.sql.variant.allowduplicatekeys")?.toLowerCase() === "true";
}

/** `variant_get(v, path[, type])`. */
function variantGet(call: CallSite): BoundFunction {
  if (call.args.length < 2 || call.args.length > 3) throw wrongNumber(call, "[2, 3]");
  const type = call.args.length === 2 ? VARIANT : namedType(call, expressionAt(call, 2));
  const two = { ...call, args: call.args.slice(0, 2) };
  const bound = bindSignature(two, { params: [onlyVariant, onlyString], returns: type, nullable: true }, "");
  if (!isVariantType(type)) throw cannotCast(call, VARIANT, type);
  return {
    ...bound,
    lower: ([value = "NULL", path = "NULL"], { name }, tools) =>
      fromVariant(value, path, type, {
        try: name.startsWith("try_"),
        timeZone: tools.timeZone,
        functionName: name,
      }),
  };
}

function toVariantObject(call: CallSite): BoundFunction {
  if (call.args.length !== 1) throw wrongNumber(call, "1");
  const value = expressionAt(call, 0);
  if (!["struct", "array", "map"].includes(value.type.kind) || !isVariantType(value.type))
    throw cannotCast(call, value.type, VARIANT);
  return {
    args: [value],
    type: VARIANT,
    nullable: value.nullable,
    lower: ([sql = "NULL"], _, tools) => castToVariant(sql, value.type, tools),
  };
}

/** Functions of the type VARIANT (`variant/encoding.ts` says what its values are). */
export const variants: readonly FunctionRow[] = [
  scalarBy("parse_json", category, (call) =>
    bindSignature(call, { params: [onlyString], returns: VARIANT }, `spkjs_variant_parse($1, ${allowsRepeats(call)})`),
  ),
  scalarBy("try_parse_json", category, (call) =>
    bindSignature(
      call,
      { params: [onlyString], returns: VARIANT, nullable: true },
      `spkjs_variant_try_parse($1, ${allowsRepeats(call)})`,
    ),
  ),
  scalar(
    "is_variant_null",
    category,
    { params: [onlyVariant], returns: BOOLEAN, nullable: false },
    "spkjs_variant_is_null($1)",
  ),
  scalar("is_valid_variant", category, { params: [onlyVariant], returns: BOOLEAN }, "spkjs_variant_is_valid($1)"),
  scalar("schema_of_variant", category, { params: [onlyVariant], returns: STRING }, "spkjs_variant_schema($1)"),
  aggregate(
    "schema_of_variant_agg",
    category,
    { params: [onlyVariant], returns: STRING, nullable: false },
    "spkjs_variant_merged_schema(list!(DISTINCT spkjs_variant_type($1)))",
  ),
  scalarBy(["variant_get", "try_variant_get"], category, variantGet),
  scalarBy("to_variant_object", category, toVariantObject),
  {
    kind: "generator",
    names: ["variant_explode", "variant_explode_outer"],
    category,
    parameters: ["input"],
    onlyInFrom: true,
    bind: (call) => {
      const { args } = bindSignature(call, { params: [onlyVariant], returns: VARIANT }, "");
      const outer = call.name.endsWith("_outer");
      return {
        args,
        outer,
        columns: [
          { name: "pos", type: INT, nullable: outer },
          { name: "key", type: STRING, nullable: true },
          { name: "value", type: VARIANT, nullable: outer },
        ],
        lower: ([value = "NULL"]) => ({
          list: `spkjs_variant_explode(${value})`,
          columns: (item) => [`${item}."pos"`, `${item}."key"`, `${item}."value"`],
        }),
      };
    },
  },
];
