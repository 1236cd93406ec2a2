import { addCoupon, couponsOf, emptyHll, emptyRegisters, recount, type HllRegisters, type HllSketch } from "./hll.ts";

/** A union of HLL sketches: none has more than `2^maxLgK` registers in the result, and the coarsest decides. */
export class HllUnion {
  readonly maxLgK: number;
  #gadget: HllSketch;

  constructor(maxLgK: number) {
    this.maxLgK = maxLgK;
    this.#gadget = emptyHll(maxLgK);
  }

  get lgK(): number {
    return this.#gadget.lgK;
  }

  get sketch(): HllSketch {
    return this.#gadget;
  }

  /** `source` is not used afterwards by anyone else. */
  add(source: HllSketch): void {
    const gadget = this.#gadget;
    if (source.mode !== "hll") {
      const replaces = isEmpty(gadget) && source.mode === "set" && source.lgK === gadget.lgK;
      this.#gadget = replaces ? source : merged(gadget, source);
      return;
    }
    if (gadget.mode !== "hll") {
      this.#gadget = merged(source.lgK > this.maxLgK ? coarser(source, this.maxLgK) : source, gadget);
      return;
    }
    const target = source.lgK < gadget.lgK ? coarser(gadget, source.lgK) : gadget;
    const mask = target.registers.length - 1;
    source.registers.forEach((value, slot) => {
      target.registers[slot & mask] = Math.max(target.registers[slot & mask] ?? 0, value);
    });
    recount(target);
    target.outOfOrder = true;
    target.hip = 0;
    this.#gadget = target;
  }
}

function isEmpty(sketch: HllSketch): boolean {
  return sketch.mode !== "hll" && sketch.count === 0;
}

function merged(target: HllSketch, source: HllSketch): HllSketch {
  return couponsOf(source).reduce(addCoupon, target);
}

function coarser(sketch: HllRegisters, lgK: number): HllRegisters {
  const target = emptyRegisters(lgK);
  merged(target, sketch);
  target.outOfOrder = sketch.outOfOrder;
  target.hip = sketch.hip;
  return target;
}
