/**
 * KLL sketches of Apache DataSketches over longs, floats or doubles, as long as they have seen no more than `k` values:
 * until then they keep every value and their answers are exact. Beyond, DataSketches throws values away at random.
 */
export interface KllSketch {
  readonly k: number;
  /** In the order in which they are stored; `bigint` for longs. */
  readonly items: readonly KllItem[];
}

export type KllItem = bigint | number;
export type KllKind = "bigint" | "float" | "double";

export const MIN_K = 8;
export const MAX_K = 65535;
export const DEFAULT_K = 200;

/** Undefined when there are more values than the sketch holds. */
export function kllOf(values: readonly KllItem[], k: number): KllSketch | undefined {
  const items = values.filter((value) => !Number.isNaN(value));
  return items.length > k ? undefined : { k, items };
}

/** The first with the values of the second: those stand before its own, the last one first. */
export function kllMerge(into: KllSketch, from: KllSketch): KllSketch | undefined {
  return kllOf([...from.items.toReversed(), ...into.items], into.k);
}

/** The value at a normalized rank from 0 to 1, the rank included. Of at least one value. */
export function kllQuantile(sketch: KllSketch, rank: number): KllItem | undefined {
  const sorted = sketch.items.toSorted(ascending);
  const natural = Math.ceil(Math.round(rank * sorted.length * 1e6) / 1e6);
  return sorted[Math.max(natural, 1) - 1];
}

/** Which part of the values is at most this one. */
export function kllRank(sketch: KllSketch, value: KllItem): number {
  return sketch.items.filter((item) => item <= value).length / sketch.items.length;
}

export function ascending(a: KllItem, b: KllItem): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const ITEM_BYTES: Readonly<Record<KllKind, number>> = { bigint: 8, float: 4, double: 8 };

/** The summary that DataSketches prints. `shown` writes a value as Java does. */
export function kllSummary(sketch: KllSketch, kind: KllKind, shown: (item: KllItem) => string): string {
  const { k, items } = sketch;
  const sorted = items.toSorted(ascending);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const size = ITEM_BYTES[kind];
  const compact = items.length === 0 ? 8 : items.length === 1 ? 8 + size : 24 + (items.length + 2) * size;
  const lines: readonly (readonly [string, string | number | boolean])[] = [
    ["K", k],
    ["Dynamic min K", k],
    ["M", 8],
    ["N", items.length],
    ["Epsilon", `${percent(2.296 / k ** 0.9723)}%`],
    ["Epsilon PMF", `${percent(2.446 / k ** 0.9433)}%`],
    ["Empty", items.length === 0],
    ["Estimation Mode", false],
    ["Levels", 1],
    ["Level 0 Sorted", false],
    ["Capacity Items", k],
    ["Retained Items", items.length],
    ["Free Space", k - items.length],
    ["ReadOnly", false],
    ["Updatable Storage Bytes", 28 + (k + 2) * size],
    ["Compact Storage Bytes", compact],
    ["Min Item", least === undefined ? "NaN" : shown(least)],
    ["Max Item", most === undefined ? "NaN" : shown(most)],
  ];
  const name = { bigint: "KllLongsSketch", float: "KllFloatsSketch", double: "KllDoublesSketch" }[kind];
  const body = lines.map(([label, value]) => `   ${label.padEnd(23)}: ${value}\n`).join("");
  return `\n### Kll${name} Summary:\n${body}### End sketch summary\n`;
}

function percent(share: number): string {
  return (share * 100).toFixed(3);
}
