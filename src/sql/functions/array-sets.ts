import { array, BOOLEAN, sqlType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";

import { coerce, expressions, wrongNumber, type CallSite, type FunctionRow } from "./function.ts";
import { template } from "./template.ts";

import { scalarBy, typeAt } from "./rules.ts";
import { widerTypeWithoutString } from "../types/common-type.ts";

import { anyNullable, containsNull, elementOf } from "./array-types.ts";

const category = "array";

/** Two arrays of one type. */
function setRow(name: string, lower: string, nulls: (a: boolean, b: boolean) => boolean): FunctionRow {
  return scalarBy(name, category, (call) => {
    const args = sameArrays(call);
    const [left, right] = args.map((arg) => containsNull(arg.type));
    return {
      args,
      type: array(elementOf(typeAt(args, 0)), nulls(left ?? true, right ?? true)),
      nullable: anyNullable(args),
      lower: template(lower),
    };
  });
}

/** Two arrays, brought to one type. */
function sameArrays(call: CallSite): BoundExpression[] {
  const args = expressions(call);
  const [left, right] = args;
  if (left === undefined || right === undefined || args.length !== 2) throw wrongNumber(call, "2");
  const common =
    left.type.kind === "array" && right.type.kind === "array"
      ? widerTypeWithoutString(left.type, right.type, false)
      : undefined;
  if (common === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
      `Cannot resolve "${call.name}" due to data type mismatch: Input to function \`${call.name}\` should have been two "ARRAY" with same element type, but it's ["${sqlType(left.type)}", "${sqlType(right.type)}"].`,
    );
  }
  return args.map((arg) => coerce(arg, common, call));
}

/** Functions of two arrays of one type. */
export const arraySets: readonly FunctionRow[] = [
  setRow(
    "array_union",
    "spk_array_distinct(CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_concat($1, $2) END)",
    (a, b) => a || b,
  ),
  setRow("array_intersect", "spk_array_intersect($1, $2)", (a, b) => a && b),
  setRow("array_except", "spk_array_except($1, $2)", (a) => a),
  scalarBy("arrays_overlap", category, (call) => {
    const args = sameArrays(call);
    return {
      args,
      type: BOOLEAN,
      nullable: anyNullable(args) || args.some((arg) => containsNull(arg.type)),
      lower: template("spk_arrays_overlap($1, $2)"),
    };
  }),
];
