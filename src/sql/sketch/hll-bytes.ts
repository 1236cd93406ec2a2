import { addCoupon, emptyHll, MAX_LG_K, MIN_LG_K, recount, type HllRegisters, type HllSketch } from "./hll.ts";

/** The serial form of HLL sketches ("updatable" in DataSketches' words). Little-endian; eight bytes of preamble. */
const VERSION = 1;
const FAMILY = 7;
const HLL_8 = 2 << 2;
const EMPTY = 4;
const COMPACT = 8;
const OUT_OF_ORDER = 16;
const REBUILD = 32;
const LIST_START = 8;
const SET_START = 12;
const REGISTERS_START = 40;

export function writeHll(sketch: HllSketch): Uint8Array {
  if (sketch.mode === "hll") {
    const bytes = new Uint8Array(REGISTERS_START + sketch.registers.length);
    const flags = sketch.outOfOrder ? OUT_OF_ORDER : 0;
    bytes.set([10, VERSION, FAMILY, sketch.lgK, 0, flags, sketch.least, HLL_8 | 2]);
    const view = new DataView(bytes.buffer);
    view.setFloat64(8, sketch.hip, true);
    view.setFloat64(16, sketch.kxq0, true);
    view.setFloat64(24, sketch.kxq1, true);
    view.setInt32(32, sketch.atLeast, true);
    bytes.set(sketch.registers, REGISTERS_START);
    return bytes;
  }
  const list = sketch.mode === "list";
  const start = list ? LIST_START : SET_START;
  const bytes = new Uint8Array(start + 4 * sketch.slots.length);
  const flags = sketch.count === 0 ? EMPTY : 0;
  const head = [list ? 2 : 3, VERSION, FAMILY, sketch.lgK, sketch.lgSize, flags, list ? sketch.count : 0];
  bytes.set([...head, HLL_8 | (list ? 0 : 1)]);
  const view = new DataView(bytes.buffer);
  if (!list) view.setInt32(8, sketch.count, true);
  sketch.slots.forEach((coupon, index) => view.setInt32(start + 4 * index, coupon, true));
  return bytes;
}

/** The sketch, undefined when the bytes are none, or the name of a kind of registers that is not read here. */
export function readHll(bytes: Uint8Array): HllSketch | "HLL_4" | "HLL_6" | undefined {
  const [ints = 0, version, family, lgK = 0, lgSize = 0, flags = 0, listCount = 0, kind = 0] = bytes;
  const mode = kind & 3;
  const wanted = [2, 3, 10][mode];
  if (bytes.length < 8 || (ints & 63) !== wanted || bytes.length < 4 * wanted) return undefined;
  if (version !== VERSION || family !== FAMILY || lgK < MIN_LG_K || lgK > MAX_LG_K) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (mode === 2) return kind >> 2 === 2 ? readRegisters(view, lgK, flags) : kind >> 2 === 1 ? "HLL_6" : "HLL_4";
  const list = mode === 0;
  const start = list ? LIST_START : SET_START;
  const count = list ? listCount : view.getInt32(8, true);
  const compact = (flags & COMPACT) !== 0;
  const stored = compact || list ? count : 1 << lgSize;
  if (count < 0 || bytes.length < start + 4 * stored || (list && count > 7)) return undefined;
  const coupons = Array.from({ length: stored }, (_, index) => view.getInt32(start + 4 * index, true));
  if (list) {
    const sketch = emptyHll(lgK);
    sketch.slots.set(coupons);
    sketch.count = count;
    return sketch;
  }
  return lgK < 8 ? undefined : compact ? filledSet(coupons, lgK) : storedSet(coupons, lgK, lgSize, count);
}

function readRegisters(view: DataView, lgK: number, flags: number): HllSketch | undefined {
  const size = 1 << lgK;
  if (view.byteLength < REGISTERS_START + size) return undefined;
  const registers = new Uint8Array(view.buffer, view.byteOffset + REGISTERS_START, size).map((each) => each & 63);
  const sketch: HllRegisters = {
    mode: "hll",
    lgK,
    registers,
    outOfOrder: (flags & OUT_OF_ORDER) !== 0,
    hip: view.getFloat64(8, true),
    kxq0: view.getFloat64(16, true),
    kxq1: view.getFloat64(24, true),
    least: view.getUint8(6),
    atLeast: view.getInt32(32, true),
  };
  if ((flags & REBUILD) !== 0) recount(sketch);
  return sketch;
}

function storedSet(coupons: readonly number[], lgK: number, lgSize: number, count: number): HllSketch | undefined {
  const used = coupons.filter((coupon) => coupon !== 0).length;
  if (used !== count || count >= coupons.length || lgSize > lgK - 3) return undefined;
  return { mode: "set", lgK, lgSize, count, slots: Int32Array.from(coupons) };
}

/** A set that was stored without its empty slots. */
function filledSet(coupons: readonly number[], lgK: number): HllSketch {
  let sketch: HllSketch = emptyHll(lgK);
  for (const coupon of coupons) sketch = addCoupon(sketch, coupon);
  return sketch;
}
