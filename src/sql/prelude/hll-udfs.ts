import { array, BINARY, BOOLEAN, INT, LONG, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { readHll, writeHll } from "../sketch/hll-bytes.ts";
import { hllEstimate } from "../sketch/hll-estimate.ts";
import { addCoupon, couponOf, emptyHll, recount, type HllSketch } from "../sketch/hll.ts";
import { HllUnion } from "../sketch/hll-union.ts";
import { longBytes, textBytes } from "../sketch/item-bytes.ts";
import { invalidBuffer, unread } from "../sketch/sketch-error.ts";
import { asBigint, asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

/** HLL sketches. A value becomes a coupon row by row, so that DuckDB keeps each once and nothing but numbers. */
export const hllUdfs: readonly Udf[] = [
  udf("spkjs_hll_coupon_long", [LONG], INT, (value) => couponOf(longBytes(asBigint(value)))),
  udf("spkjs_hll_coupon_text", [STRING], INT, (value) => coupon(textBytes(asText(value)))),
  udf("spkjs_hll_coupon_bytes", [BINARY], INT, (value) => coupon(asBytes(value))),
  udf("spkjs_hll_sketch", [array(INT), INT], BINARY, (coupons, lgK) => writeHll(sketchOf(coupons, asNumber(lgK))), {
    nulls: "pass",
  }),
  udf("spkjs_hll_estimate", [BINARY], LONG, (bytes) =>
    BigInt(Math.round(hllEstimate(sketchIn(bytes, "hll_sketch_estimate")))),
  ),
  udf("spkjs_hll_union", [BINARY, BINARY, BOOLEAN], BINARY, (first, second, different) => {
    const name = "hll_union";
    const [a, b] = [sketchIn(first, name), sketchIn(second, name)];
    if (different !== true && a.lgK !== b.lgK) throw differentLgK(name, a.lgK, b.lgK);
    const union = new HllUnion(Math.min(a.lgK, b.lgK));
    union.add(a);
    union.add(b);
    return writeHll(union.sketch);
  }),
  udf(
    "spkjs_hll_union_all",
    [array(BINARY), BOOLEAN],
    BINARY,
    (sketches, different) => {
      const name = "hll_union_agg";
      let union: HllUnion | undefined;
      for (const bytes of Array.isArray(sketches) ? sketches : []) {
        if (!(bytes instanceof Uint8Array)) continue;
        const sketch = sketchIn(bytes, name);
        union ??= new HllUnion(sketch.lgK);
        if (different !== true && union.lgK !== sketch.lgK) throw differentLgK(name, union.lgK, sketch.lgK);
        union.add(sketch);
      }
      return writeHll(union?.sketch ?? emptyHll(12));
    },
    { nulls: "pass" },
  ),
];

/** Nothing at all is not counted. */
function coupon(bytes: Uint8Array): number | null {
  return bytes.length === 0 ? null : couponOf(bytes);
}

/**
 * Of coupons in any order. Registers are then out of order, as in Spark when it merges what several tasks have seen: the
 * estimate does not hang on the order of rows.
 */
function sketchOf(coupons: Value | undefined, lgK: number): HllSketch {
  let sketch: HllSketch = emptyHll(lgK);
  for (const each of Array.isArray(coupons) ? coupons : []) {
    if (each !== null) sketch = addCoupon(sketch, Number(each));
  }
  if (sketch.mode === "hll") {
    recount(sketch);
    sketch.outOfOrder = true;
    sketch.hip = 0;
  }
  return sketch;
}

function sketchIn(bytes: Value | undefined, name: string): HllSketch {
  const sketch = readHll(asBytes(bytes));
  if (sketch === undefined) throw invalidBuffer("HLL", name);
  if (typeof sketch === "string") throw unread(name, `registers of the kind ${sketch}`);
  return sketch;
}

function differentLgK(name: string, left: number, right: number): BoathouseError {
  return new BoathouseError(
    "HLL_UNION_DIFFERENT_LG_K",
    `Sketches have different \`lgConfigK\` values: ${left} and ${right}. Set the \`allowDifferentLgConfigK\` parameter to true to call \`${name}\` with different \`lgConfigK\` values.`,
    { sqlState: "22000" },
  );
}
