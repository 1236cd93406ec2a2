/** Bytes that grow at their end. */
export class Bytes {
  #held = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(more: Uint8Array): void {
    this.#reserve(more.length);
    this.#held.set(more, this.#length);
    this.#length += more.length;
  }

  /** As `push`, for so few that a call of `set` costs more than a loop. */
  pushFew(source: Uint8Array, start: number, count: number): void {
    this.#reserve(count);
    const held = this.#held;
    const to = this.#length;
    for (let index = 0; index < count; index += 1) held[to + index] = source[start + index] ?? 0;
    this.#length = to + count;
  }

  /** The bytes, without what was kept free; once. */
  take(): ArrayBuffer {
    return this.#held.buffer.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#held.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#held.length * 2));
    larger.set(this.#held.subarray(0, this.#length));
    this.#held = larger;
  }
}

/** Bits that grow at their end, the lowest of a byte first; as a validity bitmap none are kept until one is unset. */
export class Bits {
  #held: Uint8Array | undefined;
  #length = 0;
  #set = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes bits of a bitmap, from a bit on; of none, they are all set. */
  pushRange(source: Uint8Array | undefined, start: number, count: number): void {
    if (source === undefined || allSet(source, start, count)) return this.#pushSet(count);
    const held = this.#room(count);
    const end = this.#length + count;
    if (((start | this.#length) & 7) === 0) {
      const [from, to, bytes] = [start >> 3, this.#length >> 3, (count + 7) >> 3];
      held.set(source.subarray(from, from + bytes), to);
      const rest = end & 7;
      if (rest > 0) held[end >> 3] = (held[end >> 3] ?? 0) & ((1 << rest) - 1);
      for (let index = to; index < to + bytes; index += 1) this.#set += ONES[held[index] ?? 0] ?? 0;
    } else {
      for (let bit = start, to = this.#length; to < end; bit += 1, to += 1) {
        if (((source[bit >> 3] ?? 0) >> (bit & 7)) & 1) {
          held[to >> 3] = (held[to >> 3] ?? 0) | (1 << (to & 7));
          this.#set += 1;
        }
      }
    }
    this.#length = end;
  }

  /** Takes bytes of which each is 0 or 1. */
  pushFlags(source: Uint8Array, start: number, count: number): void {
    const held = this.#room(count);
    for (let row = start, to = this.#length; row < start + count; row += 1, to += 1) {
      if ((source[row] ?? 0) !== 0) {
        held[to >> 3] = (held[to >> 3] ?? 0) | (1 << (to & 7));
        this.#set += 1;
      }
    }
    this.#length += count;
  }

  bits(): Uint8Array {
    return this.#room(0).slice(0, (this.#length + 7) >> 3);
  }

  /** As Arrow says which values there are. */
  take(): { readonly length: number; readonly nullCount: number; readonly nullBitmap: Uint8Array | null } {
    const nullCount = this.#length - this.#set;
    return { length: this.#length, nullCount, nullBitmap: nullCount === 0 ? null : this.bits() };
  }

  #pushSet(count: number): void {
    if (this.#held !== undefined) fill(this.#room(count), this.#length, count);
    this.#length += count;
    this.#set += count;
  }

  /** Room for more bits, unset; the first time all before are set. */
  #room(more: number): Uint8Array {
    const bytes = (this.#length + more + 7) >> 3;
    const old = this.#held;
    if (old !== undefined && bytes <= old.length) return old;
    const held = new Uint8Array(Math.max(bytes, (old?.length ?? 128) * 2));
    if (old === undefined) fill(held, 0, this.#length);
    else held.set(old);
    this.#held = held;
    return held;
  }
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

function allSet(source: Uint8Array, start: number, count: number): boolean {
  let bit = start;
  const end = start + count;
  for (; bit < end && (bit & 7) !== 0; bit += 1) if ((((source[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) return false;
  for (; bit + 8 <= end; bit += 8) if (source[bit >> 3] !== 255) return false;
  for (; bit < end; bit += 1) if ((((source[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) return false;
  return true;
}

function fill(held: Uint8Array, start: number, count: number): void {
  let bit = start;
  const end = start + count;
  for (; bit < end && (bit & 7) !== 0; bit += 1) held[bit >> 3] = (held[bit >> 3] ?? 0) | (1 << (bit & 7));
  const whole = end >> 3;
  if (bit < end && bit >> 3 < whole) {
    held.fill(255, bit >> 3, whole);
    bit = whole << 3;
  }
  for (; bit < end; bit += 1) held[bit >> 3] = (held[bit >> 3] ?? 0) | (1 << (bit & 7));
}
