import { sqlType, type DataType } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression, Column } from "../bound.ts";
import type { CallSite } from "../functions/function.ts";
import { hasVariant } from "../types/variant-type.ts";
import { failure, type Analysis } from "./analysis.ts";
import { pretty } from "./pretty.ts";

/**
 * Values of the type VARIANT have no order and are equal to nothing (Spark). What would compare them is refused here, with
 * Spark's conditions; operators see to it themselves.
 */
export function refuseVariantArguments(site: CallSite): void {
  const { name } = site;
  const types = site.args.map((arg): DataType => (arg.kind === "unbound_lambda" ? { kind: "void" } : arg.type));
  const found = types.findIndex(hasVariant);
  const type = types[found];
  if (type === undefined) return;
  if (COMPARED.has(name) || types.some((each, index) => COMPARED_AT[name] === index && hasVariant(each))) {
    throw site.error(
      "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
      `Cannot resolve "${name}" due to data type mismatch: The \`${name}\` does not support ordering on type "${sqlType(type)}".`,
    );
  }
  if (HASHES.has(name)) {
    throw site.error(
      "DATATYPE_MISMATCH.HASH_VARIANT_TYPE",
      `Cannot resolve "${name}" due to data type mismatch: Input to the function \`${name}\` cannot contain elements of the "VARIANT" type yet.`,
    );
  }
  const keys = name === "map" ? types.filter((_, index) => index % 2 === 0) : KEYED.has(name) ? types.slice(0, 1) : [];
  if (keys.some(hasVariant)) {
    throw site.error(
      "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
      `Cannot resolve "${name}" due to data type mismatch: The key of map cannot be/contain "VARIANT".`,
    );
  }
  if (PRINTED.has(name)) {
    throw site.error(
      "UNSUPPORTED_FEATURE.FUNCTION",
      `The function ${name} is not supported with values of the type VARIANT: cast them to STRING.`,
    );
  }
}

const COMPARED = new Set([
  "array_contains",
  "array_distinct",
  "array_except",
  "array_intersect",
  "array_max",
  "array_min",
  "array_position",
  "array_remove",
  "array_union",
  "arrays_overlap",
  "decode",
  "greatest",
  "least",
  "max",
  "min",
  "nullif",
  "sort_array",
]);
/** Functions that compare one of their arguments. */
const COMPARED_AT: Readonly<Record<string, number>> = { max_by: 1, min_by: 1 };
const HASHES = new Set(["hash", "xxhash64"]);
const KEYED = new Set(["map_from_arrays"]);
const PRINTED = new Set(["format_string", "printf"]);

/** DISTINCT, UNION, INTERSECT, EXCEPT. */
export function refuseVariantColumns(columns: readonly Column[], span: Span | undefined, analysis: Analysis): void {
  const found = columns.find((column) => hasVariant(column.type));
  if (found === undefined) return;
  throw failure(
    analysis,
    span,
    "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE",
    "Cannot have VARIANT type columns in DataFrame which calls set operations (INTERSECT, EXCEPT, etc.), but the type of " +
      `column \`${found.name}\` is "${sqlType(found.type)}".`,
    { sqlState: "0A000" },
  );
}

/** PARTITION BY of a window. */
export function refuseVariantPartitions(keys: readonly BoundExpression[], analysis: Analysis): void {
  const found = keys.find((key) => hasVariant(key.type));
  if (found === undefined) return;
  throw failure(
    analysis,
    found.span,
    "EXPRESSION_TYPE_IS_NOT_ORDERABLE",
    `Column expression "${pretty(found)}" cannot be sorted because its type "${sqlType(found.type)}" is not orderable.`,
    { sqlState: "42822" },
  );
}

/** GROUP BY. */
export function refuseVariantGroup(key: BoundExpression, span: Span | undefined, analysis: Analysis): void {
  if (!hasVariant(key.type)) return;
  throw failure(
    analysis,
    span,
    "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
    `The expression "${pretty(key)}" cannot be used as a grouping expression because its data type "${sqlType(key.type)}" is not an orderable data type.`,
    { sqlState: "42822" },
  );
}
