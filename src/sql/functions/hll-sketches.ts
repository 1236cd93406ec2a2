import { BINARY, LONG } from "../../core/data-type.ts";
import { MAX_LG_K, MIN_LG_K } from "../sketch/hll.ts";
import { aggregateBy } from "./aggregates.ts";
import { bool, filled, integer } from "./defaults.ts";
import { bindSignature, scalar, type BoundFunction, type CallSite, type FunctionRow } from "./function.ts";
import { binary, boolean, int, strictly } from "./params.ts";
import { scalarBy, typeAt } from "./rules.ts";
import { distinctList, itemOf, sizeAt } from "./sketch-arguments.ts";

const category = "sketch";
const bytes = strictly(binary);
const item = itemOf(["int", "INT"], ["long", "BIGINT"], ["string", "STRING"], ["binary", "BINARY"]);

const LG_K = {
  name: "lgConfigK",
  least: MIN_LG_K,
  most: MAX_LG_K,
  notConstant: "HLL_K_MUST_BE_CONSTANT",
  outOfRange: "HLL_INVALID_LG_K",
};

/**
 * HLL sketches in the bytes of Apache DataSketches. Where the registers depend on the order of updates only in their HIP
 * estimate, sketches made here say that they are out of order, as Spark's are when several tasks had a part in them.
 */
function sketchAgg(given: CallSite): BoundFunction {
  const call = filled(given, 2, [integer(12)]);
  const bound = bindSignature(
    call,
    { params: [item, strictly(int)], returns: BINARY, nullable: false },
    ([value = "NULL"], site, tools) => {
      const kind = typeAt(site.args, 0).kind;
      const form = kind === "string" ? "text" : kind === "binary" ? "bytes" : "long";
      const coupon = `spkjs_hll_coupon_${form}(${form === "long" ? `CAST(${value} AS BIGINT)` : value})`;
      return `spkjs_hll_sketch(${distinctList(coupon, site, tools)}, ${lgK})`;
    },
  );
  const lgK = sizeAt(call, 1, LG_K);
  return bound;
}

function union(given: CallSite): BoundFunction {
  return bindSignature(
    filled(given, 3, [bool(false)]),
    { params: [bytes, bytes, strictly(boolean)], returns: BINARY },
    "spkjs_hll_union($1, $2, $3)",
  );
}

function unionAgg(given: CallSite): BoundFunction {
  return bindSignature(
    filled(given, 2, [bool(false)]),
    { params: [bytes, strictly(boolean)], returns: BINARY, nullable: false },
    "spkjs_hll_union_all(list!($1), any_value!($2))",
  );
}

export const hllSketches: readonly FunctionRow[] = [
  aggregateBy("hll_sketch_agg", sketchAgg),
  scalar("hll_sketch_estimate", category, { params: [bytes], returns: LONG }, "spkjs_hll_estimate($1)"),
  scalarBy("hll_union", category, union),
  aggregateBy("hll_union_agg", unionAgg),
];
