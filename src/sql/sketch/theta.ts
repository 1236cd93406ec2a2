import { murmur128 } from "./murmur3.ts";

/**
 * Theta sketches of Apache DataSketches: hashes of 63 bits below a limit, in ascending order. While no more than `2^lgK`
 * different values are seen the limit is `NO_LIMIT` and the sketch exact; beyond, it has the `2^lgK` least hashes and
 * the next one as the limit, whatever the order of the values was.
 */
export interface ThetaSketch {
  readonly theta: bigint;
  readonly hashes: BigInt64Array;
  /** Whether nothing was ever seen; a sketch without hashes may have seen something. */
  readonly empty: boolean;
}

export const NO_LIMIT = (1n << 63n) - 1n;
export const MIN_LG_NOMINAL = 4;
export const MAX_LG_NOMINAL = 26;

export const EMPTY_THETA: ThetaSketch = { theta: NO_LIMIT, hashes: new BigInt64Array(), empty: true };

/** The hash of the bytes of a value. */
export function thetaHash(bytes: Uint8Array): bigint {
  return murmur128(bytes)[0] >> 1n;
}

/** The sketch of hashes in any order, none of them twice. */
export function thetaOf(hashes: BigInt64Array, lgNominal: number): ThetaSketch {
  return limited(hashes.toSorted(), NO_LIMIT, lgNominal, hashes.length === 0);
}

export function thetaUnion(sketches: readonly ThetaSketch[], lgNominal: number): ThetaSketch {
  const theta = leastTheta(sketches);
  const all = new Set<bigint>();
  for (const sketch of sketches) for (const hash of sketch.hashes) if (hash < theta) all.add(hash);
  return limited(
    BigInt64Array.from(all).sort(),
    theta,
    lgNominal,
    sketches.every((each) => each.empty),
  );
}

/** Of at least one sketch. */
export function thetaIntersection(sketches: readonly ThetaSketch[]): ThetaSketch {
  if (sketches.some((each) => each.empty)) return EMPTY_THETA;
  const theta = leastTheta(sketches);
  const [first, ...others] = sketches;
  const sets = others.map((each) => new Set(each.hashes));
  return settled(
    (first?.hashes ?? new BigInt64Array()).filter((hash) => hash < theta && sets.every((set) => set.has(hash))),
    theta,
  );
}

/** What is in `a` and not in `b`. */
export function thetaDifference(a: ThetaSketch, b: ThetaSketch): ThetaSketch {
  if (a.empty || b.empty) return a;
  const theta = leastTheta([a, b]);
  const without = new Set(b.hashes);
  return settled(
    a.hashes.filter((hash) => hash < theta && !without.has(hash)),
    theta,
  );
}

export function thetaEstimate(sketch: ThetaSketch): number {
  return sketch.hashes.length * (2 ** 63 / Number(sketch.theta));
}

export function leastTheta(sketches: readonly { readonly theta: bigint }[]): bigint {
  return sketches.reduce((least, { theta }) => (theta < least ? theta : least), NO_LIMIT);
}

function limited(sorted: BigInt64Array, theta: bigint, lgNominal: number, empty: boolean): ThetaSketch {
  const limit = sorted[2 ** lgNominal];
  if (limit === undefined) return { theta, hashes: sorted, empty };
  return { theta: limit, hashes: sorted.slice(0, 2 ** lgNominal), empty };
}

function settled(hashes: BigInt64Array, theta: bigint): ThetaSketch {
  return { theta, hashes, empty: hashes.length === 0 && theta === NO_LIMIT };
}
