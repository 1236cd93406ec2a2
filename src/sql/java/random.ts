import { murmur3Bytes } from "./hash.ts";

/** Spark's XORShiftRandom: what `rand(seed)` draws from in one partition. */
export class XorShiftRandom {
  #seed: bigint;
  #next: number | undefined;

  constructor(seed: bigint) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, seed);
    const low = murmur3Bytes(bytes, 0x3c074a61, "trailing");
    const high = murmur3Bytes(bytes, low, "trailing");
    this.#seed = (BigInt(high) << 32n) | (BigInt(low) & 0xffffffffn);
  }

  nextDouble(): number {
    return Number((BigInt(this.#bits(26)) << 27n) + BigInt(this.#bits(27))) * 2 ** -53;
  }

  /** Java's polar method (`Random.nextGaussian`). */
  nextGaussian(): number {
    if (this.#next !== undefined) {
      const value = this.#next;
      this.#next = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * this.nextDouble() - 1;
      const b = 2 * this.nextDouble() - 1;
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const multiplier = Math.sqrt((-2 * Math.log(square)) / square);
      this.#next = b * multiplier;
      return a * multiplier;
    }
  }

  #bits(count: number): number {
    let next = this.#seed ^ BigInt.asIntN(64, this.#seed << 21n);
    next ^= BigInt.asUintN(64, next) >> 35n;
    next ^= BigInt.asIntN(64, next << 4n);
    this.#seed = BigInt.asIntN(64, next);
    return Number(BigInt.asUintN(count, this.#seed));
  }
}
