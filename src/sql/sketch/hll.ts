import { couponEstimate } from "./hll-estimate.ts";
import { murmur128 } from "./murmur3.ts";

/**
 * HLL sketches of Apache DataSketches (family HLL, registers of eight bits): a list of up to seven coupons, then a hash
 * set of them, then registers. A coupon has an address in its low 26 bits and a value from 1 to 63 above them.
 */
export type HllSketch = HllCoupons | HllRegisters;

export interface HllCoupons {
  readonly mode: "list" | "set";
  readonly lgK: number;
  lgSize: number;
  count: number;
  /** Empty slots are 0. */
  slots: Int32Array;
}

export interface HllRegisters {
  readonly mode: "hll";
  readonly lgK: number;
  readonly registers: Uint8Array;
  /** Whether sketches were merged: then the order of updates is lost, and with it the HIP estimate. */
  outOfOrder: boolean;
  hip: number;
  /** Sums of 2^-register, below 32 and from 32 on. */
  kxq0: number;
  kxq1: number;
  /** The least register, known after `recount` alone and 0 until then, and how many have it. */
  least: number;
  atLeast: number;
}

export const MIN_LG_K = 4;
export const MAX_LG_K = 21;

const ADDRESS = (1 << 26) - 1;
const LIST_LG_SIZE = 3;
const SET_LG_SIZE = 5;

/** The coupon of the bytes of a value. */
export function couponOf(bytes: Uint8Array): number {
  const [low, high] = murmur128(bytes);
  const leading = high === 0n ? 64 : 64 - high.toString(2).length;
  return ((Math.min(leading, 62) + 1) << 26) | Number(low & BigInt(ADDRESS));
}

export function emptyHll(lgK: number): HllCoupons {
  return { mode: "list", lgK, lgSize: LIST_LG_SIZE, count: 0, slots: new Int32Array(1 << LIST_LG_SIZE) };
}

/** Adds a coupon; the sketch given is changed, or replaced by one of the next form. */
export function addCoupon(sketch: HllSketch, coupon: number): HllSketch {
  if (sketch.mode === "hll") {
    raise(sketch, coupon);
    return sketch;
  }
  if (sketch.mode === "list") return addToList(sketch, coupon);
  return addToSet(sketch, coupon);
}

/** Every coupon of a sketch, in its own order. */
export function couponsOf(sketch: HllSketch): number[] {
  if (sketch.mode !== "hll") return [...sketch.slots].filter((coupon) => coupon !== 0);
  const coupons: number[] = [];
  sketch.registers.forEach((value, slot) => {
    if (value !== 0) coupons.push((value << 26) | slot);
  });
  return coupons;
}

export function emptyRegisters(lgK: number): HllRegisters {
  const size = 1 << lgK;
  return {
    mode: "hll",
    lgK,
    registers: new Uint8Array(size),
    outOfOrder: false,
    hip: 0,
    kxq0: size,
    kxq1: 0,
    least: 0,
    atLeast: size,
  };
}

function addToList(sketch: HllCoupons, coupon: number): HllSketch {
  if (sketch.slots.subarray(0, sketch.count).includes(coupon)) return sketch;
  sketch.slots[sketch.count] = coupon;
  sketch.count += 1;
  if (sketch.count < sketch.slots.length) return sketch;
  if (sketch.lgK < 8) return promoted(sketch);
  let set: HllSketch = {
    mode: "set",
    lgK: sketch.lgK,
    lgSize: SET_LG_SIZE,
    count: 0,
    slots: new Int32Array(1 << SET_LG_SIZE),
  };
  for (const each of sketch.slots) set = addCoupon(set, each);
  return set;
}

function addToSet(sketch: HllCoupons, coupon: number): HllSketch {
  if (!insert(sketch.slots, sketch.lgSize, coupon)) return sketch;
  sketch.count += 1;
  if (4 * sketch.count <= 3 * sketch.slots.length) return sketch;
  if (sketch.lgSize === sketch.lgK - 3) return promoted(sketch);
  const larger = new Int32Array(2 * sketch.slots.length);
  for (const each of sketch.slots) if (each !== 0) insert(larger, sketch.lgSize + 1, each);
  sketch.lgSize += 1;
  sketch.slots = larger;
  return sketch;
}

/** Whether the coupon was not there. */
function insert(slots: Int32Array, lgSize: number, coupon: number): boolean {
  const mask = slots.length - 1;
  const stride = ((coupon & ADDRESS) >>> lgSize) | 1;
  let probe = coupon & mask;
  for (;;) {
    const found = slots[probe] ?? 0;
    if (found === coupon) return false;
    if (found === 0) {
      slots[probe] = coupon;
      return true;
    }
    probe = (probe + stride) & mask;
  }
}

function promoted(sketch: HllCoupons): HllRegisters {
  const registers = emptyRegisters(sketch.lgK);
  for (const coupon of couponsOf(sketch)) raise(registers, coupon);
  registers.hip = couponEstimate(sketch.count);
  return registers;
}

function raise(sketch: HllRegisters, coupon: number): void {
  const slot = coupon & (sketch.registers.length - 1);
  const value = coupon >>> 26;
  const before = sketch.registers[slot] ?? 0;
  if (value <= before) return;
  sketch.registers[slot] = value;
  sketch.hip += sketch.registers.length / (sketch.kxq0 + sketch.kxq1);
  if (before < 32) sketch.kxq0 -= 2 ** -before;
  else sketch.kxq1 -= 2 ** -before;
  if (value < 32) sketch.kxq0 += 2 ** -value;
  else sketch.kxq1 += 2 ** -value;
  if (before === 0) sketch.atLeast -= 1;
}

/** Sets what can be told from the registers alone, as DataSketches does after a merge. */
export function recount(sketch: HllRegisters): void {
  sketch.kxq0 = sketch.registers.length;
  sketch.kxq1 = 0;
  sketch.least = sketch.registers.reduce((least, value) => Math.min(least, value), 64);
  sketch.atLeast = 0;
  for (const value of sketch.registers) {
    if (value === sketch.least) sketch.atLeast += 1;
    // As DataSketches has it: the 1 of an empty register is taken from the sum that the value goes to.
    if (value < 32) sketch.kxq0 += 2 ** -value - 1;
    else sketch.kxq1 += 2 ** -value - 1;
  }
}
