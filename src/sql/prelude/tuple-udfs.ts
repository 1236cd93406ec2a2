import { array, BINARY, DOUBLE, field, INT, LONG, STRING, struct } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { invalidBuffer } from "../sketch/sketch-error.ts";
import { readTheta } from "../sketch/theta-bytes.ts";
import { readTuple, writeTuple } from "../sketch/tuple-bytes.ts";
import {
  TUPLE_MODES,
  tupleDifference,
  tupleEstimate,
  tupleIntersection,
  tupleOf,
  tupleOfTheta,
  tupleSummary,
  tupleTheta,
  tupleUnion,
  type Summaries,
  type TupleKind,
  type TupleMode,
  type TupleSketch,
} from "../sketch/tuple.ts";
import { asBigint, asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

/** Tuple sketches, made of the hashes of theta sketches. */
export const tupleUdfs: readonly Udf[] = [...functionsOf("double"), ...functionsOf("integer")];

function functionsOf(kind: TupleKind): Udf[] {
  const number = kind === "double" ? DOUBLE : INT;
  const write = (sketch: TupleSketch): Uint8Array => writeTuple(sketch, kind);
  const tuple = (bytes: Value | undefined, name: string): TupleSketch => {
    const sketch = readTuple(asBytes(bytes), kind);
    if (sketch === undefined) throw invalidBuffer("TUPLE", name);
    return sketch;
  };
  const theta = (bytes: Value | undefined, name: string, rule: Summaries): TupleSketch => {
    const sketch = readTheta(asBytes(bytes));
    if (sketch === undefined) throw invalidBuffer("THETA", name);
    return tupleOfTheta(sketch, rule);
  };
  const ruled = (mode: Value | undefined): Summaries => ({ kind, mode: modeOf(mode) });
  const all = (list: Value | undefined, name: string): TupleSketch[] =>
    elements(list).flatMap((bytes) => (bytes === null ? [] : [tuple(bytes, name)]));
  return [
    udf(
      `spkjs_tuple_sketch_${kind}`,
      [array(struct([field("h", LONG), field("v", number)])), INT, STRING],
      BINARY,
      (pairs, lgNominal, mode) => write(tupleOf(pairsIn(pairs), ruled(mode), asNumber(lgNominal))),
      { nulls: "pass" },
    ),
    udf(`spkjs_tuple_estimate_${kind}`, [BINARY], DOUBLE, (bytes) =>
      tupleEstimate(tuple(bytes, `tuple_sketch_estimate_${kind}`)),
    ),
    udf(`spkjs_tuple_theta_${kind}`, [BINARY], DOUBLE, (bytes) =>
      tupleTheta(tuple(bytes, `tuple_sketch_theta_${kind}`)),
    ),
    udf(`spkjs_tuple_summary_${kind}`, [BINARY, STRING], kind === "double" ? DOUBLE : LONG, (bytes, mode) => {
      const summary = tupleSummary(tuple(bytes, `tuple_sketch_summary_${kind}`), modeOf(mode));
      return kind === "double" ? summary : BigInt(summary);
    }),
    udf(`spkjs_tuple_union_${kind}`, [BINARY, BINARY, INT, STRING], BINARY, (a, b, lgNominal, mode) => {
      const name = `tuple_union_${kind}`;
      return write(tupleUnion([tuple(a, name), tuple(b, name)], ruled(mode), asNumber(lgNominal)));
    }),
    udf(`spkjs_tuple_union_theta_${kind}`, [BINARY, BINARY, INT, STRING], BINARY, (a, b, lgNominal, mode) => {
      const [name, rule] = [`tuple_union_theta_${kind}`, ruled(mode)];
      return write(tupleUnion([tuple(a, name), theta(b, name, rule)], rule, asNumber(lgNominal)));
    }),
    udf(`spkjs_tuple_intersection_${kind}`, [BINARY, BINARY, STRING], BINARY, (a, b, mode) => {
      const name = `tuple_intersection_${kind}`;
      return write(tupleIntersection([tuple(a, name), tuple(b, name)], ruled(mode)));
    }),
    udf(`spkjs_tuple_intersection_theta_${kind}`, [BINARY, BINARY, STRING], BINARY, (a, b, mode) => {
      const [name, rule] = [`tuple_intersection_theta_${kind}`, ruled(mode)];
      return write(tupleIntersection([tuple(a, name), theta(b, name, rule)], rule));
    }),
    udf(`spkjs_tuple_difference_${kind}`, [BINARY, BINARY], BINARY, (a, b) => {
      const name = `tuple_difference_${kind}`;
      return write(tupleDifference(tuple(a, name), tuple(b, name)));
    }),
    udf(`spkjs_tuple_difference_theta_${kind}`, [BINARY, BINARY], BINARY, (a, b) => {
      const name = `tuple_difference_theta_${kind}`;
      return write(tupleDifference(tuple(a, name), theta(b, name, { kind, mode: "sum" })));
    }),
    udf(
      `spkjs_tuple_union_all_${kind}`,
      [array(BINARY), INT, STRING],
      BINARY,
      (sketches, lgNominal, mode) =>
        write(tupleUnion(all(sketches, `tuple_union_agg_${kind}`), ruled(mode), asNumber(lgNominal))),
      { nulls: "pass" },
    ),
    udf(
      `spkjs_tuple_intersection_all_${kind}`,
      [array(BINARY), STRING],
      BINARY,
      (sketches, mode) => {
        const found = all(sketches, `tuple_intersection_agg_${kind}`);
        if (found.length > 0) return write(tupleIntersection(found, ruled(mode)));
        throw new BoathouseError(
          "INTERNAL_ERROR",
          "getResult() with no intervening intersections is not a legal result.",
        );
      },
      { nulls: "pass" },
    ),
  ];
}

function elements(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function* pairsIn(value: Value | undefined): Generator<readonly [bigint, number]> {
  for (const pair of elements(value)) {
    if (typeof pair !== "object" || pair === null || Array.isArray(pair) || pair instanceof Uint8Array) continue;
    const { h, v } = pair as { readonly [field: string]: Value };
    if (h !== null && h !== undefined && v !== null && v !== undefined) yield [asBigint(h), asNumber(v)];
  }
}

function modeOf(value: Value | undefined): TupleMode {
  return TUPLE_MODES.find((mode) => mode === asText(value)) ?? "sum";
}
