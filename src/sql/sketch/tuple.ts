import { leastTheta, NO_LIMIT, type ThetaSketch } from "./theta.ts";

/** Tuple sketches of Apache DataSketches: theta sketches whose hashes carry a number each, a double or an int. */
export interface TupleSketch {
  readonly theta: bigint;
  /** In ascending order of their hashes. */
  readonly entries: readonly TupleEntry[];
  readonly empty: boolean;
}

export interface TupleEntry {
  readonly hash: bigint;
  readonly summary: number;
  readonly mode: TupleMode;
}

export type TupleKind = "double" | "integer";
/** How numbers of the same key become one; in DataSketches' order. */
export type TupleMode = "sum" | "min" | "max" | "alwaysone";
export const TUPLE_MODES: readonly TupleMode[] = ["sum", "min", "max", "alwaysone"];

/** How summaries of a kind are combined. */
export interface Summaries {
  readonly kind: TupleKind;
  readonly mode: TupleMode;
}

/** The sketch of pairs of a hash and a number, in any order. */
export function tupleOf(pairs: Iterable<readonly [bigint, number]>, rule: Summaries, lgNominal: number): TupleSketch {
  const found = new Map<bigint, number>();
  for (const [hash, value] of pairs) {
    found.set(hash, updated(found.get(hash) ?? initialSummary(rule), value, rule));
  }
  const entries = Array.from(found, ([hash, summary]) => ({ hash, summary, mode: rule.mode }));
  return limited(entries, NO_LIMIT, lgNominal, entries.length === 0);
}

export function tupleUnion(sketches: readonly TupleSketch[], rule: Summaries, lgNominal: number): TupleSketch {
  const theta = leastTheta(sketches);
  const found = new Map<bigint, TupleEntry>();
  for (const { entries } of sketches) {
    for (const entry of entries) {
      if (entry.hash >= theta) continue;
      const before = found.get(entry.hash);
      found.set(entry.hash, before === undefined ? entry : combined(before, entry, rule));
    }
  }
  const empty = sketches.every((each) => each.empty);
  return limited([...found.values()], theta, lgNominal, empty);
}

/** Of at least one sketch. Without a common hash the result is not empty, other than that of theta sketches. */
export function tupleIntersection(sketches: readonly TupleSketch[], rule: Summaries): TupleSketch {
  if (sketches.some((each) => each.empty)) return { theta: NO_LIMIT, entries: [], empty: true };
  const theta = leastTheta(sketches);
  const [first, ...others] = sketches;
  const entries = others.reduce<readonly TupleEntry[]>((kept, { entries: next }) => {
    const known = new Map(next.map((entry) => [entry.hash, entry]));
    return kept.flatMap((entry) => {
      const other = known.get(entry.hash);
      return other === undefined ? [] : [combined(entry, other, rule)];
    });
  }, first?.entries ?? []);
  return { theta, entries: entries.filter((entry) => entry.hash < theta), empty: false };
}

/** What is in `a` and not in `b`, with the numbers of `a`. */
export function tupleDifference(a: TupleSketch, b: TupleSketch): TupleSketch {
  if (a.empty || b.empty) return a;
  const theta = leastTheta([a, b]);
  const without = new Set(b.entries.map((entry) => entry.hash));
  const entries = a.entries.filter(({ hash }) => hash < theta && !without.has(hash));
  return { theta, entries, empty: entries.length === 0 && theta === NO_LIMIT };
}

/** A theta sketch as a tuple sketch: each hash with the number that changes nothing. */
export function tupleOfTheta(sketch: ThetaSketch, rule: Summaries): TupleSketch {
  const summary = initialSummary(rule);
  const entries = Array.from(sketch.hashes, (hash) => ({ hash, summary, mode: rule.mode }));
  return { theta: sketch.theta, entries, empty: sketch.empty };
}

export function tupleTheta(sketch: TupleSketch): number {
  return Number(sketch.theta) / 2 ** 63;
}

export function tupleEstimate(sketch: TupleSketch): number {
  return sketch.theta === NO_LIMIT ? sketch.entries.length : sketch.entries.length / tupleTheta(sketch);
}

/** The numbers of all entries as one; 0 of none. */
export function tupleSummary(sketch: TupleSketch, mode: TupleMode): number {
  const numbers = sketch.entries.map((entry) => entry.summary);
  if (mode === "alwaysone") return numbers.length;
  if (mode === "sum") return numbers.reduce((sum, each) => sum + each, 0);
  if (numbers.length === 0) return 0;
  return numbers.reduce((a, b) => (mode === "min" ? Math.min(a, b) : Math.max(a, b)));
}

function initialSummary({ kind, mode }: Summaries): number {
  if (mode === "sum") return 0;
  if (mode === "alwaysone") return 1;
  if (kind === "double") return mode === "min" ? Infinity : -Infinity;
  return mode === "min" ? 2 ** 31 - 1 : -(2 ** 31);
}

function updated(before: number, value: number, { kind, mode }: Summaries): number {
  if (mode === "sum") return kind === "integer" ? (before + value) | 0 : before + value;
  if (mode === "min") return value < before ? value : before;
  if (mode === "max") return value > before ? value : before;
  return 1;
}

function combined(a: TupleEntry, b: TupleEntry, rule: Summaries): TupleEntry {
  const first = updated(initialSummary(rule), a.summary, rule);
  return { hash: a.hash, summary: updated(first, b.summary, rule), mode: rule.mode };
}

function limited(entries: TupleEntry[], theta: bigint, lgNominal: number, empty: boolean): TupleSketch {
  const sorted = entries.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  const limit = sorted[2 ** lgNominal];
  if (limit === undefined) return { theta, entries: sorted, empty };
  return { theta: limit.hash, entries: sorted.slice(0, 2 ** lgNominal), empty };
}
