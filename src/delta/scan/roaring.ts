/**
 * The values of a serialised 64-bit roaring bitmap in Delta's form: magic number, then the portable format
 * (PROTOCOL.md, "Deletion Vector Format"; https://github.com/RoaringBitmap/RoaringFormatSpec). Ascending.
 *
 * Throws `SyntaxError` or `RangeError` for what is no such bitmap.
 */
export function decodeRoaring(bytes: Buffer): number[] {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new SyntaxError(`unknown magic number ${bytes.readUInt32LE(0)}`);
  const values: number[] = [];
  const reader = new Reader(bytes, 4);
  const buckets = Number(reader.long());
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const high = reader.int();
    if (high >= MOST_BUCKETS) throw new RangeError(`it holds positions from ${high} * 2^32 on`);
    readBitmap(reader, (low) => values.push(high * BUCKET + low));
  }
  return values;
}

/**
 * The same form of ascending values below 2^53, none twice: containers of 16-bit values, of bits, or of runs, whichever
 * is the smallest.
 */
export function encodeRoaring(values: readonly number[]): Buffer {
  const buckets = groups(values, BUCKET);
  const parts = [header(MAGIC, buckets.length)];
  for (const { key, lows } of buckets) parts.push(int(key), bitmap(groups(lows, CONTAINER)));
  return Buffer.concat(parts);
}

const BUCKET = 2 ** 32;
const CONTAINER = 2 ** 16;
/** Positions from 2^53 on are no exact numbers, and no file has them. */
const MOST_BUCKETS = 2 ** 21;
const MAGIC = 1_681_511_377;
const COOKIE_WITHOUT_RUNS = 12_346;
const COOKIE_WITH_RUNS = 12_347;
const NO_OFFSETS_BELOW = 4;
const ARRAY_LIMIT = 4096;
/** Bytes of a container of bits. */
const WORDS = 8192;

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
    else readWords(reader.take(WORDS), base, emit);
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

interface Group {
  readonly key: number;
  /** Less `key` times the size of the group. */
  readonly lows: readonly number[];
}

/** Ascending values by their upper part. */
function groups(values: readonly number[], size: number): Group[] {
  const found: { readonly key: number; readonly lows: number[] }[] = [];
  let last: { readonly key: number; readonly lows: number[] } | undefined;
  for (const value of values) {
    const key = Math.floor(value / size);
    if (last?.key !== key) found.push((last = { key, lows: [] }));
    last.lows.push(value - key * size);
  }
  return found;
}

/** One 32-bit bitmap: cookie, which containers are runs, keys and cardinalities, offsets, containers. */
function bitmap(containers: readonly Group[]): Buffer {
  const encoded = containers.map(({ key, lows }) => ({ key, lows, ...container(lows) }));
  const hasRuns = encoded.some(({ isRun }) => isRun);
  const count = encoded.length;
  const flags = Buffer.alloc(hasRuns ? Math.ceil(count / 8) : 0);
  const keys = Buffer.alloc(count * 4);
  for (const [index, { key, lows, isRun }] of encoded.entries()) {
    if (isRun) flags[index >> 3] = (flags[index >> 3] ?? 0) | (1 << (index & 7));
    keys.writeUInt16LE(key, index * 4);
    keys.writeUInt16LE(lows.length - 1, index * 4 + 2);
  }
  const front = hasRuns ? [int(((count - 1) << 16) | COOKIE_WITH_RUNS), flags] : [int(COOKIE_WITHOUT_RUNS), int(count)];
  const offsets = Buffer.alloc(hasRuns && count < NO_OFFSETS_BELOW ? 0 : count * 4);
  let at = [...front, keys, offsets].reduce((sum, each) => sum + each.length, 0);
  for (const [index, { bytes }] of encoded.entries()) {
    if (offsets.length > 0) offsets.writeUInt32LE(at, index * 4);
    at += bytes.length;
  }
  return Buffer.concat([...front, keys, offsets, ...encoded.map(({ bytes }) => bytes)]);
}

function container(lows: readonly number[]): { readonly bytes: Buffer; readonly isRun: boolean } {
  const runs = runsOf(lows);
  const plain = lows.length <= ARRAY_LIMIT ? lows.length * 2 : WORDS;
  if (2 + runs.length * 4 < plain) {
    const bytes = Buffer.alloc(2 + runs.length * 4);
    bytes.writeUInt16LE(runs.length, 0);
    for (const [index, { start, length }] of runs.entries()) {
      bytes.writeUInt16LE(start, 2 + index * 4);
      bytes.writeUInt16LE(length - 1, 4 + index * 4);
    }
    return { bytes, isRun: true };
  }
  const bytes = Buffer.alloc(plain);
  if (lows.length <= ARRAY_LIMIT) for (const [index, low] of lows.entries()) bytes.writeUInt16LE(low, index * 2);
  else for (const low of lows) bytes[low >> 3] = (bytes[low >> 3] ?? 0) | (1 << (low & 7));
  return { bytes, isRun: false };
}

function runsOf(lows: readonly number[]): { readonly start: number; readonly length: number }[] {
  const runs: { start: number; length: number }[] = [];
  let last: { start: number; length: number } | undefined;
  for (const low of lows) {
    if (last !== undefined && low === last.start + last.length) last.length += 1;
    else runs.push((last = { start: low, length: 1 }));
  }
  return runs;
}

function header(magic: number, buckets: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeBigUInt64LE(BigInt(buckets), 4);
  return bytes;
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0, 0);
  return bytes;
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
