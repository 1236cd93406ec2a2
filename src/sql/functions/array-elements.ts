import { array, BOOLEAN, INT, LONG, simpleString, type DataType, sqlType, type MapType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";

import { isIntegral } from "../types/kinds.ts";
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
import { anyArray, int, integral, anArray } from "./params.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { scalarBy, typeAt } from "./rules.ts";
import { tightestCommonType, widerTypeWithoutString } from "../types/common-type.ts";

import { anyNullable, containsNull, elementOf, nullOrUnknown } from "./array-types.ts";

const category = "array";

/** An array and a value, brought to one element type. */
function withElement(call: CallSite, arrayIndex = 0, valueIndex = 1): BoundExpression[] {
  const args = expressions(call);
  const [list, value] = [args[arrayIndex], args[valueIndex]];
  if (list === undefined || value === undefined) throw wrongNumber(call, "2");
  const listType = anyArray.accept(list.type, call.context.ansi);
  if (listType === undefined) throw mismatch(call, arrayIndex, anyArray.expected, simpleString(list.type));
  if (list.type.kind === "void" || (value.type.kind === "void" && call.name === "array_contains"))
    throw nullTyped(call);
  const wider = TIGHT.has(call.name) ? tightestCommonType : widerTypeWithoutString;
  const common = wider(elementOf(listType), value.type, false);
  if (common === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
      `Cannot resolve "${call.name}" due to data type mismatch: Input to \`${call.name}\` should have been "ARRAY" followed by a value with same element type, but it's ["${simpleString(list.type).toUpperCase()}", "${simpleString(value.type).toUpperCase()}"].`,
    );
  }
  return args.map((arg, index) => {
    if (index === arrayIndex) return coerce(arg, array(common, containsNull(listType)), call);
    return index === valueIndex ? coerce(arg, common, call) : arg;
  });
}

/** They take no value for which the elements would have to become decimals with more digits. */
const TIGHT = new Set(["array_position", "array_remove", "array_insert"]);
const NO_NULL = new Set(["array_contains", "array_position"]);

function nullTyped(call: CallSite): Error {
  if (!NO_NULL.has(call.name)) return mismatch(call, 0, anyArray.expected, "void");
  return call.error(
    "DATATYPE_MISMATCH.NULL_TYPE",
    `Cannot resolve "${call.name}" due to data type mismatch: Null typed values cannot be used as arguments of \`${call.name}\`.`,
  );
}

function elementRow(
  names: string | readonly [string, ...string[]],
  lower: string,
  type: (args: readonly BoundExpression[]) => DataType,
  nullable: (args: readonly BoundExpression[]) => boolean,
): FunctionRow {
  return scalarBy(names, category, (call) => {
    const args = withElement(call);
    if (args.length !== 2) throw wrongNumber(call, "2");
    return {
      args,
      type: type(args),
      nullable: nullable(args),
      lower: ([list = "NULL", value = "NULL"]) => lower.replaceAll("$1", () => list).replaceAll("$2", () => value),
    };
  });
}

/** `element_at`, `try_element_at`: from 1, negative from the end; or the value of a key. */
function elementAt(safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    const [base, key] = expressions(call);
    if (base === undefined || key === undefined || call.args.length !== 2) throw wrongNumber(call, "2");
    if (base.type.kind === "map") return mapValue(call, base, key);
    const listType = anArray.accept(base.type, true);
    if (listType === undefined) throw mismatch(call, 0, '("ARRAY" or "MAP")', simpleString(base.type));
    const index = isIntegral(key.type) && key.type.kind !== "long" ? key : undefined;
    if (index === undefined) throw mismatch(call, 1, '"INT"', simpleString(key.type));
    return {
      args: [base, coerce(index, INT, call)],
      type: elementOf(listType),
      nullable: true,
      lower: (args, _, { ansi }) => `spk_element_at${ansi && !safe ? "_ansi" : ""}(${args.join(", ")})`,
    };
  };
}

/** A map's keys and another key, brought to one type. */
export function keyType(call: CallSite, { key, value }: MapType, other: DataType): DataType {
  const common = widerTypeWithoutString(key, other, false);
  if (common !== undefined) return common;
  throw call.error(
    "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
    `Cannot resolve "${call.name}" due to data type mismatch: Input to \`${call.name}\` should have been "MAP" followed by a value with same key type, but it's ["${sqlType({ kind: "map", key, value, valueContainsNull: true })}", "${sqlType(other)}"].`,
  );
}

function mapValue(call: CallSite, base: BoundExpression, key: BoundExpression): BoundFunction {
  if (base.type.kind !== "map") throw mismatch(call, 0, '"MAP"', simpleString(base.type));
  const common = keyType(call, base.type, key.type);
  return {
    args: [coerce(base, { ...base.type, key: common }, call), coerce(key, common, call)],
    type: base.type.value,
    nullable: true,
    lower: ([map = "NULL", wanted = "NULL"]) => `map_extract(${map}, ${wanted})[1]`,
  };
}

/** `array[i]` from 0; `map[key]`. */
function subscript(call: CallSite): BoundFunction {
  const [base, key] = expressions(call);
  if (base === undefined || key === undefined) throw wrongNumber(call, "2");
  const pretty = ([a = "", b = ""]: readonly string[]): string => `${a}[${b}]`;
  if (base.type.kind === "map") {
    const wanted = implicitCast(key.type, base.type.key, call.context.ansi);
    return { ...mapValue(call, base, wanted === undefined ? key : coerce(key, wanted, call)), pretty };
  }
  if (base.type.kind !== "array") {
    throw call.error(
      "INVALID_EXTRACT_BASE_FIELD_TYPE",
      `Can't extract a value from a value of type "${simpleString(base.type).toUpperCase()}". Need a complex type [STRUCT, ARRAY, MAP].`,
    );
  }
  const index = integral.accept(key.type, call.context.ansi);
  if (index === undefined) throw mismatch(call, 1, integral.expected, simpleString(key.type));
  return {
    args: [base, coerce(key, index, call)],
    type: base.type.element,
    nullable: true,
    pretty,
    lower: (args, _, { ansi }) => `spk_item${ansi ? "_ansi" : ""}(${args.join(", ")})`,
  };
}

/** Functions of an array and one of its elements; `map[key]` among them. */
export const arrayElements: readonly FunctionRow[] = [
  scalarBy("[]", category, subscript),
  scalarBy("element_at", "collection", elementAt(false)),
  scalarBy("try_element_at", "collection", elementAt(true)),
  scalar(
    "get",
    category,
    { params: [anArray, int], returns: (args) => elementOf(typeAt(args, 0)), nullable: true },
    "spk_item($1, $2)",
  ),
  elementRow("array_contains", "spk_array_contains($1, $2)", () => BOOLEAN, nullOrUnknown),
  elementRow("array_position", "spk_array_position($1, $2)", () => LONG, anyNullable),
  elementRow("array_remove", "spk_array_remove($1, $2)", (args) => typeAt(args, 0), anyNullable),
  elementRow(
    "array_append",
    "CASE WHEN $1 IS NOT NULL THEN list_append($1, $2) END",
    (args) => array(elementOf(typeAt(args, 0)), true),
    (args) => args[0]?.nullable ?? true,
  ),
  elementRow(
    "array_prepend",
    "CASE WHEN $1 IS NOT NULL THEN list_prepend($2, $1) END",
    (args) => array(elementOf(typeAt(args, 0)), true),
    (args) => args[0]?.nullable ?? true,
  ),
  scalarBy("array_insert", category, (call) => {
    if (call.args.length !== 3) throw wrongNumber(call, "3");
    const args = withElement(call, 0, 2);
    const [list, position, value] = args;
    if (list === undefined || position === undefined || value === undefined) throw wrongNumber(call, "3");
    if (!(isIntegral(position.type) && position.type.kind !== "long") && position.type.kind !== "void") {
      throw mismatch(call, 1, '"INT"', sqlType(position.type));
    }
    return {
      args: [list, coerce(position, INT, call), value],
      type: array(elementOf(list.type), true),
      nullable: list.nullable || position.nullable,
      lower: (sql) => `spk_array_insert(${sql.join(", ")})`,
    };
  }),
];
