/** A seeded source of randomness (the sfc32 generator): the same seed gives the same sample on every machine. */
export class Random {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c = 0xb7e15162;
  #counter = 1;

  constructor(seed: number) {
    this.#a ^= seed;
    this.#b ^= Math.imul(seed, 0x85ebca6b);
    for (let round = 0; round < 16; round += 1) this.#next();
  }

  /** In [0, 1). */
  unit(): number {
    return this.#next() / 2 ** 32;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.unit() * items.length)] ?? items[0];
  }

  /** Around `mean`, by the sum of uniform draws; cut to the bounds. */
  normal(mean: number, deviation: number, low: number, high: number): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw += 1) sum += this.unit();
    return Math.max(low, Math.min(high, Math.round(mean + sum * deviation)));
  }

  #next(): number {
    const mixed = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + mixed;
    this.#c |= 0;
    return mixed >>> 0;
  }
}

/** Draws by weight: built once, drawn from many times. */
export class Weighted<T> {
  readonly #items: readonly (readonly [T, number])[];
  readonly #total: number;

  constructor(items: readonly [readonly [T, number], ...(readonly [T, number])[]]) {
    this.#items = items;
    this.#total = items.reduce((sum, [, weight]) => sum + weight, 0);
  }

  draw(random: Random): T {
    let rest = random.unit() * this.#total;
    let last: T | undefined;
    for (const [item, weight] of this.#items) {
      last = item;
      rest -= weight;
      if (rest < 0) return item;
    }
    if (last === undefined) throw new Error("nothing to draw from");
    return last;
  }

  /** Up to `count` different items, in the order drawn. */
  drawSome(random: Random, count: number): T[] {
    const drawn = new Set<T>();
    for (let attempt = 0; drawn.size < count && attempt < count * 8; attempt += 1) drawn.add(this.draw(random));
    return [...drawn];
  }
}
