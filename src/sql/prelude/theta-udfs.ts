import { array, BINARY, DOUBLE, INT, LONG, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { doubleBytes, intsBytes, longBytes, longsBytes, textBytes } from "../sketch/item-bytes.ts";
import { invalidBuffer } from "../sketch/sketch-error.ts";
import { readTheta, writeTheta } from "../sketch/theta-bytes.ts";
import {
  thetaDifference,
  thetaEstimate,
  thetaHash,
  thetaIntersection,
  thetaOf,
  thetaUnion,
  type ThetaSketch,
} from "../sketch/theta.ts";
import { asBigint, asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

/** Theta sketches. A value becomes its hash row by row, so that DuckDB keeps each once and nothing but numbers. */
export const thetaUdfs: readonly Udf[] = [
  udf("spkjs_theta_hash_long", [LONG], LONG, (value) => thetaHash(longBytes(asBigint(value)))),
  udf("spkjs_theta_hash_double", [DOUBLE], LONG, (value) => thetaHash(doubleBytes(asNumber(value)))),
  udf("spkjs_theta_hash_text", [STRING], LONG, (value) => hash(textBytes(asText(value)))),
  udf("spkjs_theta_hash_bytes", [BINARY], LONG, (value) => hash(asBytes(value))),
  // Spark reads a null among primitive elements as 0.
  udf("spkjs_theta_hash_longs", [array(LONG)], LONG, (list) => hash(longsBytes(elements(list).map(asBigint)))),
  udf("spkjs_theta_hash_ints", [array(INT)], LONG, (list) => hash(intsBytes(elements(list).map(asNumber)))),
  udf(
    "spkjs_theta_sketch",
    [array(LONG), INT],
    BINARY,
    (hashes, lgNominal) => {
      const known = elements(hashes).filter((each) => each !== null);
      return writeTheta(thetaOf(BigInt64Array.from(known.map(asBigint)), asNumber(lgNominal)));
    },
    { nulls: "pass" },
  ),
  udf("spkjs_theta_estimate", [BINARY], LONG, (bytes) =>
    BigInt(Math.round(thetaEstimate(sketchIn(bytes, "theta_sketch_estimate")))),
  ),
  udf("spkjs_theta_union", [BINARY, BINARY, INT], BINARY, (a, b, lgNominal) =>
    writeTheta(thetaUnion([sketchIn(a, "theta_union"), sketchIn(b, "theta_union")], size(lgNominal, "theta_union"))),
  ),
  udf("spkjs_theta_intersection", [BINARY, BINARY], BINARY, (a, b) =>
    writeTheta(thetaIntersection([sketchIn(a, "theta_intersection"), sketchIn(b, "theta_intersection")])),
  ),
  udf("spkjs_theta_difference", [BINARY, BINARY], BINARY, (a, b) =>
    writeTheta(thetaDifference(sketchIn(a, "theta_difference"), sketchIn(b, "theta_difference"))),
  ),
  udf(
    "spkjs_theta_union_all",
    [array(BINARY), INT],
    BINARY,
    (sketches, lgNominal) => writeTheta(thetaUnion(sketchesIn(sketches, "theta_union_agg"), asNumber(lgNominal))),
    { nulls: "pass" },
  ),
  udf(
    "spkjs_theta_intersection_all",
    [array(BINARY)],
    BINARY,
    (sketches) => {
      const all = sketchesIn(sketches, "theta_intersection_agg");
      if (all.length === 0) throw nothingToIntersect();
      return writeTheta(thetaIntersection(all));
    },
    { nulls: "pass" },
  ),
];

/** Nothing at all is not counted. */
function hash(bytes: Uint8Array): bigint | null {
  return bytes.length === 0 ? null : thetaHash(bytes);
}

function elements(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function size(lgNominal: Value | undefined, name: string): number {
  const value = asNumber(lgNominal);
  if (value >= 4 && value <= 26) return value;
  throw new BoathouseError(
    "THETA_INVALID_LG_NOM_ENTRIES",
    `Invalid call to \`${name}\`; the \`lgNomEntries\` value must be between 4 and 26, inclusive: ${value}.`,
    { sqlState: "22546" },
  );
}

function sketchIn(bytes: Value | undefined, name: string): ThetaSketch {
  const sketch = readTheta(asBytes(bytes));
  if (sketch === undefined) throw invalidBuffer("THETA", name);
  return sketch;
}

function sketchesIn(list: Value | undefined, name: string): ThetaSketch[] {
  return elements(list).flatMap((bytes) => (bytes === null ? [] : [sketchIn(bytes, name)]));
}

/** DataSketches' own error: without a sketch the result would be everything. */
function nothingToIntersect(): BoathouseError {
  return new BoathouseError(
    "INTERNAL_ERROR",
    "Calling getResult() with no intervening intersections would represent the infinite set, which is not a legal result.",
  );
}
