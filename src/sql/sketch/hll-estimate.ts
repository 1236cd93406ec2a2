import type { HllRegisters, HllSketch } from "./hll.ts";
import { COMPOSITE_STEPS, COMPOSITE_X, COUPON_X, COUPON_Y } from "./hll-tables.ts";
import { interpolate } from "./interpolate.ts";

/** How many different values went into a sketch, as DataSketches estimates it. */
export function hllEstimate(sketch: HllSketch): number {
  if (sketch.mode !== "hll") return couponEstimate(sketch.count);
  return sketch.outOfOrder ? compositeEstimate(sketch) : sketch.hip;
}

/** Few coupons are counted; a few collide in 26 bits. */
export function couponEstimate(count: number): number {
  return Math.max(
    interpolate(COUPON_X, (index) => COUPON_Y[index] ?? 0, count),
    count,
  );
}

/** The estimate from registers alone: right in whatever order they were raised. */
function compositeEstimate(sketch: HllRegisters): number {
  const { lgK } = sketch;
  const k = 2 ** lgK;
  const raw = (correction(lgK) * k * k) / (sketch.kxq0 + sketch.kxq1);
  const xs = (COMPOSITE_X[lgK - 4] ?? "").split(" ").map(Number);
  const step = COMPOSITE_STEPS[lgK - 4] ?? 1;
  const last = xs.length - 1;
  const [least = 0, most = 0] = [xs[0], xs[last]];
  if (raw < least) return 0;
  if (raw > most) return raw * ((step * last) / most);
  const adjusted = interpolate(xs, (index) => step * index, raw);
  if (adjusted > 3 * k) return adjusted;
  const zeros = sketch.least === 0 ? sketch.atLeast : 0;
  const linear = zeros === 0 ? k * Math.log(k / 0.5) : k * (harmonic(k) - harmonic(zeros));
  const crossover = lgK === 4 ? 0.718 : lgK === 5 ? 0.672 : 0.64;
  return (adjusted + linear) / 2 > crossover * k ? adjusted : linear;
}

function correction(lgK: number): number {
  if (lgK === 4) return 0.673;
  if (lgK === 5) return 0.697;
  return lgK === 6 ? 0.709 : 0.7213 / (1 + 1.079 / 2 ** lgK);
}

const EXACT = [
  0,
  1,
  1.5,
  11 / 6,
  25 / 12,
  137 / 60,
  49 / 20,
  363 / 140,
  761 / 280,
  7129 / 2520,
  7381 / 2520,
  83711 / 27720,
  86021 / 27720,
  1145993 / 360360,
  1171733 / 360360,
  1195757 / 360360,
  2436559 / 720720,
  42142223 / 12252240,
  14274301 / 4084080,
  275295799 / 77597520,
  55835135 / 15519504,
  18858053 / 5173168,
  19093197 / 5173168,
  444316699 / 118982864,
  1347822955 / 356948592,
];

/** The sum of 1/i for i from 1 to n. */
function harmonic(n: number): number {
  const exact = EXACT[n];
  if (exact !== undefined) return exact;
  const square = 1 / (n * n);
  let sum = Math.log(n) + 0.5772156649015329 + 1 / (2 * n);
  let power = square;
  sum -= power * (1 / 12);
  power *= square;
  sum += power * (1 / 120);
  power *= square;
  sum -= power * (1 / 252);
  power *= square;
  return sum + power * (1 / 240);
}
