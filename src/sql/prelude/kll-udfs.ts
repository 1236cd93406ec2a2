import { array, BINARY, BOOLEAN, DOUBLE, FLOAT, INT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import { javaDouble, javaFloat } from "../java/number.ts";
import { kllCount, readKll, writeKll } from "../sketch/kll-bytes.ts";
import {
  DEFAULT_K,
  kllMerge,
  kllOf,
  kllQuantile,
  kllRank,
  kllSummary,
  type KllItem,
  type KllKind,
  type KllSketch,
} from "../sketch/kll.ts";
import { kllError, unread } from "../sketch/sketch-error.ts";
import { asBigint, asBytes, asNumber, udf, type Udf } from "./udf.ts";

const TYPES: Readonly<Record<KllKind, DataType>> = { bigint: LONG, float: FLOAT, double: DOUBLE };

/** KLL sketches that still have every value. */
export const kllUdfs: readonly Udf[] = [...functionsOf("bigint"), ...functionsOf("float"), ...functionsOf("double")];

function functionsOf(kind: KllKind): Udf[] {
  const type = TYPES[kind];
  const write = (sketch: KllSketch): Uint8Array => writeKll(sketch, kind);
  const sketchIn = (bytes: Value | undefined, name: string): KllSketch => {
    const sketch = readKll(asBytes(bytes), kind);
    if (sketch === undefined) throw kllError("KLL_SKETCH_INVALID_INPUT", name, "the input is no valid KLL sketch");
    return sketch === "estimated" ? tooMany(name) : sketch;
  };
  const filledIn = (bytes: Value | undefined, name: string): KllSketch => {
    const sketch = sketchIn(bytes, name);
    if (sketch.items.length === 0) throw kllError("KLL_SKETCH_INVALID_INPUT", name, "the sketch must not be empty");
    return sketch;
  };
  const itemOf = (value: Value): KllItem => (kind === "bigint" ? asBigint(value) : asNumber(value));
  return [
    udf(
      `spkjs_kll_sketch_${kind}`,
      [array(type), INT],
      BINARY,
      (values, k) => {
        const items = elements(values).flatMap((value) => (value === null ? [] : [itemOf(value)]));
        return write(kllOf(items, asNumber(k)) ?? tooMany(`kll_sketch_agg_${kind}`));
      },
      { nulls: "pass" },
    ),
    udf(`spkjs_kll_n_${kind}`, [BINARY], LONG, (bytes) => {
      const name = `kll_sketch_get_n_${kind}`;
      const count = kllCount(asBytes(bytes));
      if (count === undefined) throw kllError("KLL_SKETCH_INVALID_INPUT", name, "the input is no valid KLL sketch");
      return BigInt(count);
    }),
    udf(`spkjs_kll_text_${kind}`, [BINARY], STRING, (bytes) =>
      kllSummary(sketchIn(bytes, `kll_sketch_to_string_${kind}`), kind, (item) => shown(item, kind)),
    ),
    udf(`spkjs_kll_merge_${kind}`, [BINARY, BINARY], BINARY, (left, right) => {
      const name = `kll_sketch_merge_${kind}`;
      const [into, from] = [readKll(asBytes(left), kind), readKll(asBytes(right), kind)];
      if (into === undefined || from === undefined) {
        throw kllError(
          "KLL_SKETCH_INCOMPATIBLE_MERGE",
          name,
          "the sketches cannot be merged: they have different types",
        );
      }
      if (into === "estimated" || from === "estimated") return tooMany(name);
      return write(kllMerge(into, from) ?? tooMany(name));
    }),
    udf(
      `spkjs_kll_merge_all_${kind}`,
      [array(BINARY), INT, BOOLEAN],
      BINARY,
      (sketches, k, fixed) => {
        const name = `kll_merge_agg_${kind}`;
        const all = elements(sketches).flatMap((bytes) => (bytes === null ? [] : [sketchIn(bytes, name)]));
        const size = fixed === true ? asNumber(k) : (all[0]?.k ?? DEFAULT_K);
        let merged: KllSketch = { k: size, items: [] };
        for (const sketch of all) merged = kllMerge(merged, sketch) ?? tooMany(name);
        // With a size of its own Spark merges what its tasks made into one more sketch.
        return write(fixed === true ? { k: size, items: merged.items.toReversed() } : merged);
      },
      { nulls: "pass" },
    ),
    udf(`spkjs_kll_quantile_${kind}`, [BINARY, array(DOUBLE)], array(type), (bytes, ranks) => {
      const name = `kll_sketch_get_quantile_${kind}`;
      const sketch = filledIn(bytes, name);
      return elements(ranks).map((rank) => {
        if (rank === null) return null;
        const at = asNumber(rank);
        if (at >= 0 && at <= 1) return kllQuantile(sketch, at) ?? null;
        throw kllError(
          "KLL_SKETCH_INVALID_QUANTILE_RANGE",
          name,
          `the quantile value ${javaDouble(at)} is invalid: it must be between 0.0 and 1.0 (inclusive)`,
        );
      });
    }),
    udf(`spkjs_kll_rank_${kind}`, [BINARY, array(type)], array(DOUBLE), (bytes, values) => {
      const sketch = filledIn(bytes, `kll_sketch_get_rank_${kind}`);
      return elements(values).map((value) => (value === null ? null : kllRank(sketch, itemOf(value))));
    }),
  ];
}

function elements(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function shown(item: KllItem, kind: KllKind): string {
  if (typeof item === "bigint") return String(item);
  return kind === "float" ? javaFloat(item) : javaDouble(item);
}

function tooMany(name: string): never {
  throw unread(name, "a sketch that has seen more than k values: what Spark keeps of them is random. Give a larger k");
}
