import { BINARY, DOUBLE, LONG } from "../../core/data-type.ts";
import type { BoundArgument } from "../bound.ts";
import { MAX_LG_NOMINAL, MIN_LG_NOMINAL } from "../sketch/theta.ts";
import { TUPLE_MODES, type TupleKind } from "../sketch/tuple.ts";
import { aggregateBy } from "./aggregates.ts";
import { filled, integer, string } from "./defaults.ts";
import {
  bindSignature,
  expressionAt,
  scalar,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { binary, double, int, onlyText, strictly } from "./params.ts";
import { integerOf, isFoldable, notFoldable, scalarBy, textOf, typeAt, uncomputed } from "./rules.ts";
import { thetaHashSql, thetaItem } from "./theta-sketches.ts";

const category = "sketch";
const bytes = strictly(binary);
const size = strictly(int);

interface Shape {
  readonly params: readonly Param[];
  /** Whether the size and the mode may follow, in this order. */
  readonly size?: true;
  readonly mode?: true;
}

/** Binds a call with its defaults; the size and the mode must be known, and go into the SQL as they are. */
function bound(
  given: CallSite,
  shape: Shape,
  lower: (values: readonly string[], options: string, aggregate: Aggregate, args: readonly BoundArgument[]) => string,
): BoundFunction {
  const defaults = [...(shape.size ? [integer(12)] : []), ...(shape.mode ? [string("sum")] : [])];
  const count = shape.params.length + defaults.length;
  const call = filled(given, count, defaults);
  const params = [...shape.params, ...(shape.size ? [size] : []), ...(shape.mode ? [onlyText] : [])];
  const result = bindSignature(
    call,
    { params, returns: BINARY, ...(given.name.includes("_agg_") ? { nullable: false } : {}) },
    (args, site, tools) => lower(args, options, (name, list) => tools.aggregate(name, list), site.args),
  );
  const options = [
    ...(shape.size ? [String(sizeAt(call, shape.params.length))] : []),
    ...(shape.mode ? [`'${modeAt(call, count - 1)}'`] : []),
  ].join(", ");
  return result;
}

type Aggregate = (name: string, args: readonly string[]) => string;

function sizeAt(call: CallSite, index: number): number {
  const given = expressionAt(call, index);
  if (!isFoldable(given)) throw notFoldable(call, index, "lgNomEntries");
  const value = integerOf(given);
  if (value === undefined) throw uncomputed(call, "lgNomEntries");
  if (value === null) throw unexpectedNull(call, "lgNomEntries");
  if (value >= MIN_LG_NOMINAL && value <= MAX_LG_NOMINAL) return value;
  throw failure(
    call,
    `Invalid call to \`${call.name}\`; the \`lgNomEntries\` value must be between ${MIN_LG_NOMINAL} and ${MAX_LG_NOMINAL}, inclusive: ${value}.`,
  );
}

function modeAt(call: CallSite, index: number): string {
  const given = expressionAt(call, index);
  if (!isFoldable(given)) throw notFoldable(call, index, "mode");
  const value = textOf(given);
  if (value === undefined) throw uncomputed(call, "mode");
  if (value === null) throw unexpectedNull(call, "mode");
  const mode = TUPLE_MODES.find((each) => each === value.toLowerCase());
  if (mode !== undefined) return mode;
  throw failure(
    call,
    `Invalid call to \`${call.name}\`; the \`mode\` value must be one of ${TUPLE_MODES.join(", ")}: ${value}.`,
  );
}

function unexpectedNull(call: CallSite, name: string): Error {
  return call.error(
    "DATATYPE_MISMATCH.UNEXPECTED_NULL",
    `Cannot resolve "${call.name}" due to data type mismatch: The ${name} must not be null.`,
  );
}

function failure(call: CallSite, hint: string): Error {
  return call.error(
    "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
    `Cannot resolve "${call.name}" due to data type mismatch: ${hint}`,
  );
}

function rowsOf(kind: TupleKind): FunctionRow[] {
  const summary = kind === "double" ? double : int;
  const sql = kind === "double" ? "DOUBLE" : "INTEGER";
  const combine = (name: string, options: Omit<Shape, "params">): FunctionRow =>
    scalarBy(`tuple_${name}_${kind}`, category, (call) =>
      bound(call, { params: [bytes, bytes], ...options }, ([a, b], more) => {
        return `spkjs_tuple_${name}_${kind}(${[a, b, more].filter((each) => each !== "").join(", ")})`;
      }),
    );
  return [
    aggregateBy(`tuple_sketch_agg_${kind}`, (call) =>
      bound(
        call,
        { params: [thetaItem, summary], size: true, mode: true },
        ([key = "NULL", value = "NULL"], more, aggregate, args) => {
          const pair = `{'h': ${thetaHashSql(key, typeAt(args, 0))}, 'v': CAST(${value} AS ${sql})}`;
          return `spkjs_tuple_sketch_${kind}(${aggregate("list", [pair])}, ${more})`;
        },
      ),
    ),
    aggregateBy(`tuple_union_agg_${kind}`, (call) =>
      bound(call, { params: [bytes], size: true, mode: true }, ([sketch = "NULL"], more, aggregate) => {
        return `spkjs_tuple_union_all_${kind}(${aggregate("list", [sketch])}, ${more})`;
      }),
    ),
    aggregateBy(`tuple_intersection_agg_${kind}`, (call) =>
      bound(call, { params: [bytes], mode: true }, ([sketch = "NULL"], more, aggregate) => {
        return `spkjs_tuple_intersection_all_${kind}(${aggregate("list", [sketch])}, ${more})`;
      }),
    ),
    scalar(
      `tuple_sketch_estimate_${kind}`,
      category,
      { params: [bytes], returns: DOUBLE },
      `spkjs_tuple_estimate_${kind}($1)`,
    ),
    scalar(
      `tuple_sketch_theta_${kind}`,
      category,
      { params: [bytes], returns: DOUBLE },
      `spkjs_tuple_theta_${kind}($1)`,
    ),
    scalarBy(`tuple_sketch_summary_${kind}`, category, (call) => ({
      ...bound(
        call,
        { params: [bytes], mode: true },
        ([sketch], more) => `spkjs_tuple_summary_${kind}(${sketch}, ${more})`,
      ),
      type: kind === "double" ? DOUBLE : LONG,
    })),
    combine("union", { size: true, mode: true }),
    combine("union_theta", { size: true, mode: true }),
    combine("intersection", { mode: true }),
    combine("intersection_theta", { mode: true }),
    combine("difference", {}),
    combine("difference_theta", {}),
  ];
}

/** Tuple sketches in the form of Apache DataSketches, with double and int summaries. */
export const tupleSketches: readonly FunctionRow[] = [...rowsOf("double"), ...rowsOf("integer")];
