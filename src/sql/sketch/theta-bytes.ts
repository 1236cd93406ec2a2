import { EMPTY_THETA, NO_LIMIT, type ThetaSketch } from "./theta.ts";

/**
 * The serial form of compact theta sketches: version 4 (sorted, differences packed into as few bits as the greatest
 * needs) for what has several hashes, version 3 for the rest. Little-endian; eight bytes of preamble.
 */
const FAMILY = 3;
const READ_ONLY = 2;
const EMPTY = 4;
const COMPACT = 8;
const ORDERED = 16;
const SINGLE = 32;
/** The hash of DataSketches' seed 9001. */
export const SEED_HASH = 0x93cc;

export function writeTheta(sketch: ThetaSketch): Uint8Array {
  const { hashes, theta, empty } = sketch;
  const exact = theta === NO_LIMIT;
  if (empty) return Uint8Array.from([1, 3, FAMILY, 0, 0, READ_ONLY | EMPTY | COMPACT | ORDERED, 0, 0]);
  if (hashes.length > 1 || (hashes.length === 1 && !exact)) return writePacked(sketch);
  const bytes = new Uint8Array(hashes.length === 1 ? 16 : 24);
  const view = new DataView(bytes.buffer);
  bytes.set([
    hashes.length === 1 ? 1 : 3,
    3,
    FAMILY,
    0,
    0,
    READ_ONLY | COMPACT | ORDERED | (hashes.length === 1 ? SINGLE : 0),
  ]);
  view.setUint16(6, SEED_HASH, true);
  if (hashes.length === 1) view.setBigInt64(8, hashes[0] ?? 0n, true);
  else view.setBigInt64(16, theta, true);
  return bytes;
}

function writePacked({ hashes, theta }: ThetaSketch): Uint8Array {
  const longs = theta === NO_LIMIT ? 1 : 2;
  const deltas = Array.from(hashes, (hash, index) => hash - (hashes[index - 1] ?? 0n));
  const bits = deltas.reduce((all, delta) => all | delta, 0n).toString(2).length;
  const countBytes = Math.ceil((32 - Math.clz32(hashes.length)) / 8);
  const start = 8 * longs + countBytes;
  const bytes = new Uint8Array(start + Math.ceil((bits * deltas.length) / 8));
  const view = new DataView(bytes.buffer);
  bytes.set([longs, 4, FAMILY, bits, countBytes, READ_ONLY | COMPACT | ORDERED]);
  view.setUint16(6, SEED_HASH, true);
  if (longs === 2) view.setBigInt64(8, theta, true);
  for (let index = 0; index < countBytes; index += 1) bytes[8 * longs + index] = hashes.length >>> (8 * index);
  let [pending, held, at] = [0n, 0, start];
  for (const delta of deltas) {
    pending = (pending << BigInt(bits)) | delta;
    held += bits;
    for (; held >= 8; at += 1) {
      held -= 8;
      bytes[at] = Number(pending >> BigInt(held));
      pending &= (1n << BigInt(held)) - 1n;
    }
  }
  if (held > 0) bytes[at] = Number(pending << BigInt(8 - held));
  return bytes;
}

/** The sketch, or undefined when the bytes are none that DataSketches would take. */
export function readTheta(bytes: Uint8Array): ThetaSketch | undefined {
  if (bytes.length < 8) return undefined;
  const [longs = 0, version, family, bits = 0, countBytes = 0, flags = 0] = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (family !== FAMILY) return undefined;
  if (version === 3) return readPlain(view, longs & 63, flags);
  if (version !== 4 || view.getUint16(6, true) !== SEED_HASH) return undefined;
  return readPacked(view, longs & 63, bits, countBytes);
}

function readPlain(view: DataView, longs: number, flags: number): ThetaSketch | undefined {
  if ((flags & EMPTY) !== 0) return EMPTY_THETA;
  if (view.getUint16(6, true) !== SEED_HASH || (flags & COMPACT) === 0 || (flags & READ_ONLY) === 0) return undefined;
  if (view.byteLength < 8 * longs || (longs === 1 && view.byteLength < 16) || longs > 3) return undefined;
  const count = longs === 1 ? 1 : view.getInt32(8, true);
  const theta = longs === 3 ? view.getBigInt64(16, true) : NO_LIMIT;
  if (count < 0 || view.byteLength < 8 * (longs + count) || theta <= 0n) return undefined;
  const hashes = BigInt64Array.from({ length: count }, (_, index) => view.getBigInt64(8 * (longs + index), true));
  return { theta, hashes: hashes.sort(), empty: false };
}

function readPacked(view: DataView, longs: number, bits: number, countBytes: number): ThetaSketch | undefined {
  if (longs < 1 || longs > 2 || bits < 1 || bits > 63 || countBytes > 4) return undefined;
  const start = 8 * longs + countBytes;
  if (view.byteLength < start) return undefined;
  let count = 0;
  for (let index = 0; index < countBytes; index += 1) count += view.getUint8(8 * longs + index) * 2 ** (8 * index);
  if (view.byteLength < start + Math.ceil((bits * count) / 8)) return undefined;
  const theta = longs === 2 ? view.getBigInt64(8, true) : NO_LIMIT;
  const hashes = new BigInt64Array(count);
  let [pending, held, at, previous] = [0n, 0, start, 0n];
  for (let index = 0; index < count; index += 1) {
    for (; held < bits; at += 1) {
      pending = (pending << 8n) | BigInt(view.getUint8(at));
      held += 8;
    }
    held -= bits;
    previous += pending >> BigInt(held);
    pending &= (1n << BigInt(held)) - 1n;
    hashes[index] = previous;
  }
  return { theta, hashes, empty: false };
}
