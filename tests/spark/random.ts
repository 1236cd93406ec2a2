import fc from "fast-check";

/** Choices that follow from a seed. */
export class Random {
  readonly #numbers: Iterator<number>;

  constructor(seed: number) {
    const [numbers] = fc.sample(fc.infiniteStream(fc.noBias(fc.nat())), { seed, numRuns: 1 });
    if (numbers === undefined) throw new TypeError("No numbers.");
    this.#numbers = numbers;
  }

  /** From 0, below `limit`. */
  below(limit: number): number {
    const { value } = this.#numbers.next();
    return (typeof value === "number" ? value : 0) % limit;
  }

  chance(probability: number): boolean {
    return this.below(1000) < probability * 1000;
  }

  pick<T>(from: readonly T[]): T {
    const item = from[this.below(from.length)];
    if (item === undefined) throw new RangeError("Nothing to pick from.");
    return item;
  }

  /** From `least` to `most` of what `make` gives. */
  some<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }

  shuffled<T>(from: readonly T[]): T[] {
    const rest = [...from];
    return from.map(() => rest.splice(this.below(rest.length), 1)).flat();
  }
}
