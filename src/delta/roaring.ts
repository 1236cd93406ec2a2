/**
 * The values of a serialised 64-bit roaring bitmap in Delta's form: magic number, then the portable format
 * (PROTOCOL.md, "Deletion Vector Format"; https://github.com/RoaringBitmap/RoaringFormatSpec). Ascending.
 *
 * Throws `SyntaxError` or `RangeError` for what is no such bitmap.
 */
export function decodeRoaring(bytes: Buffer): bigint[] {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new SyntaxError(`unknown magic number ${bytes.readUInt32LE(0)}`);
  const values: bigint[] = [];
  const reader = new Reader(bytes, 4);
  const buckets = Number(reader.long());
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const high = BigInt(reader.int()) << 32n;
    readBitmap(reader, (low) => values.push(high + BigInt(low)));
  }
  return values;
}

const MAGIC = 1_681_511_377;
const COOKIE_WITHOUT_RUNS = 12_346;
const COOKIE_WITH_RUNS = 12_347;
const NO_OFFSETS_BELOW = 4;
const ARRAY_LIMIT = 4096;

/** One 32-bit bitmap. */
function readBitmap(reader: Reader, emit: (low: number) => void): void {
  const cookie = reader.int();
  let count: number;
  let runs: Buffer | undefined;
  if ((cookie & 0xffff) === COOKIE_WITH_RUNS) {
    count = (cookie >>> 16) + 1;
    runs = reader.take(Math.ceil(count / 8));
  } else if (cookie === COOKIE_WITHOUT_RUNS) count = reader.int();
  else throw new SyntaxError(`unknown roaring cookie ${cookie}`);
  const headers = Array.from({ length: count }, () => ({ key: reader.short(), cardinality: reader.short() + 1 }));
  if (runs === undefined || count >= NO_OFFSETS_BELOW) reader.take(count * 4);
  for (const [index, { key, cardinality }] of headers.entries()) {
    const base = key * 65_536;
    const isRun = runs !== undefined && ((runs[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
    if (isRun) readRuns(reader, base, emit);
    else if (cardinality <= ARRAY_LIMIT) for (let at = 0; at < cardinality; at += 1) emit(base + reader.short());
    else readWords(reader.take(8192), base, emit);
  }
}

function readRuns(reader: Reader, base: number, emit: (low: number) => void): void {
  const count = reader.short();
  for (let run = 0; run < count; run += 1) {
    const start = reader.short();
    const length = reader.short();
    for (let at = 0; at <= length; at += 1) emit(base + start + at);
  }
}

function readWords(words: Buffer, base: number, emit: (low: number) => void): void {
  for (const [index, byte] of words.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) emit(base + index * 8 + bit);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  short(): number {
    const value = this.#bytes.readUInt16LE(this.#at);
    this.#at += 2;
    return value;
  }

  int(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  long(): bigint {
    const value = this.#bytes.readBigUInt64LE(this.#at);
    this.#at += 8;
    return value;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError("the bitmap is truncated");
    const slice = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return slice;
  }
}
