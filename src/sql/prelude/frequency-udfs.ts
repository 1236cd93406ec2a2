import { array, INT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import { capacityFor, javaLongHash, javaTextHash, mostFrequent } from "../sketch/frequent-items.ts";
import { unread } from "../sketch/sketch-error.ts";
import type { Value } from "../../core/value.ts";
import { asBigint, asNumber, asText, udf, type Udf } from "./udf.ts";

/** Positions, from 1, of the most frequent of the given items; 0 stands for the nulls. */
export const frequencyUdfs: readonly Udf[] = [
  ranked("int", LONG, asNumber),
  ranked("long", LONG, (item) => javaLongHash(asBigint(item))),
  ranked("text", STRING, (item) => javaTextHash(asText(item))),
];

function ranked(name: string, type: DataType, hashCode: (item: Value) => number): Udf {
  return udf(
    `spkjs_most_frequent_${name}`,
    [array(type), array(LONG), LONG, INT, INT],
    array(INT),
    (given, givenCounts, nulls, k, maxTracked) => {
      const items = elements(given);
      const counts = elements(givenCounts).map(asBigint);
      if (items.length > capacityFor(asNumber(maxTracked))) {
        throw unread("approx_top_k", "more different items than are tracked: Spark's result hangs on their order");
      }
      const order = mostFrequent(items.map(hashCode), counts);
      const positions = order.map((item) => item + 1);
      const many = asBigint(nulls);
      if (many > 0n) {
        const at = order.findIndex((item) => many > (counts[item] ?? 0n));
        positions.splice(at < 0 ? positions.length : at, 0, 0);
      }
      return positions.slice(0, asNumber(k));
    },
    { nulls: "pass" },
  );
}

function elements(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}
