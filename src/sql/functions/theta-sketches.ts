import { BINARY, LONG } from "../../core/data-type.ts";
import type { DataType } from "../../core/data-type.ts";
import { MAX_LG_NOMINAL, MIN_LG_NOMINAL } from "../sketch/theta.ts";
import { aggregateBy } from "./aggregates.ts";
import { filled, integer } from "./defaults.ts";
import {
  aggregate,
  bindSignature,
  scalar,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { binary, int, strictly } from "./params.ts";
import { scalarBy, typeAt } from "./rules.ts";
import { distinctList, itemOf, sizeAt, type SizeRule } from "./sketch-arguments.ts";

const category = "sketch";
const bytes = strictly(binary);
const simple = itemOf(
  ["binary", "BINARY"],
  ["double", "DOUBLE"],
  ["float", "FLOAT"],
  ["int", "INT"],
  ["long", "BIGINT"],
  ["string", "STRING"],
);

/** What theta and tuple sketches count. */
export const thetaItem: Param = {
  expected: '("ARRAY<INT>" or "ARRAY<BIGINT>" or "BINARY" or "DOUBLE" or "FLOAT" or "INT" or "BIGINT" or "STRING")',
  accept: (type, ansi) => (isNumbers(type) ? type : simple.accept(type, ansi)),
};

function isNumbers(type: DataType): boolean {
  return type.kind === "array" && (type.element.kind === "int" || type.element.kind === "long");
}

const LG_NOMINAL: SizeRule = {
  name: "lgNomEntries",
  least: MIN_LG_NOMINAL,
  most: MAX_LG_NOMINAL,
  notConstant: "THETA_LG_NOM_ENTRIES_MUST_BE_CONSTANT",
  outOfRange: "THETA_INVALID_LG_NOM_ENTRIES",
};

/** SQL of the hash of a value, null where there is nothing to count. */
export function thetaHashSql(value: string, type: DataType): string {
  if (type.kind === "array") return `spkjs_theta_hash_${type.element.kind === "int" ? "ints" : "longs"}(${value})`;
  if (type.kind === "string") return `spkjs_theta_hash_text(${value})`;
  if (type.kind === "binary") return `spkjs_theta_hash_bytes(${value})`;
  if (type.kind === "int" || type.kind === "long") return `spkjs_theta_hash_long(CAST(${value} AS BIGINT))`;
  return `spkjs_theta_hash_double(CAST(${value} AS DOUBLE))`;
}

/** Theta sketches in the bytes of Apache DataSketches: the same ones, in whatever order the values come. */
function sketchAgg(given: CallSite): BoundFunction {
  const call = filled(given, 2, [integer(12)]);
  const bound = bindSignature(
    call,
    { params: [thetaItem, strictly(int)], returns: BINARY, nullable: false },
    ([value = "NULL"], site, tools) => {
      const hash = thetaHashSql(value, typeAt(site.args, 0));
      return `spkjs_theta_sketch(${distinctList(hash, site, tools)}, ${lgNominal})`;
    },
  );
  const lgNominal = sizeAt(call, 1, LG_NOMINAL);
  return bound;
}

function unionAgg(given: CallSite): BoundFunction {
  const call = filled(given, 2, [integer(12)]);
  const bound = bindSignature(
    call,
    { params: [bytes, strictly(int)], returns: BINARY, nullable: false },
    ([value = "NULL"], site, tools) => `spkjs_theta_union_all(${distinctList(value, site, tools)}, ${lgNominal})`,
  );
  const lgNominal = sizeAt(call, 1, LG_NOMINAL);
  return bound;
}

function union(given: CallSite): BoundFunction {
  return bindSignature(
    filled(given, 3, [integer(12)]),
    { params: [bytes, bytes, strictly(int)], returns: BINARY },
    "spkjs_theta_union($1, $2, $3)",
  );
}

const twoSketches = { params: [bytes, bytes], returns: BINARY };

export const thetaSketches: readonly FunctionRow[] = [
  aggregateBy("theta_sketch_agg", sketchAgg),
  scalar("theta_sketch_estimate", category, { params: [bytes], returns: LONG }, "spkjs_theta_estimate($1)"),
  scalarBy("theta_union", category, union),
  scalar("theta_intersection", category, twoSketches, "spkjs_theta_intersection($1, $2)"),
  scalar("theta_difference", category, twoSketches, "spkjs_theta_difference($1, $2)"),
  aggregateBy("theta_union_agg", unionAgg),
  aggregate(
    "theta_intersection_agg",
    "aggregate",
    { params: [bytes], returns: BINARY, nullable: false },
    "spkjs_theta_intersection_all(list!($1))",
  ),
];
