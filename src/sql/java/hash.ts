/** Spark's hash functions (Murmur3_x86_32, XXH64) on bytes and numbers. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

function mixK1(k1: number): number {
  const mixed = Math.imul(k1, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

function mixH1(h1: number, k1: number): number {
  const mixed = h1 ^ k1;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(h1: number, length: number): number {
  let h = h1 ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export function murmur3Int(value: number, seed: number): number {
  return finish(mixH1(seed, mixK1(value | 0)), 4);
}

export function murmur3Long(value: bigint, seed: number): number {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return finish(mixH1(mixH1(seed, mixK1(low)), mixK1(high)), 8);
}

/**
 * `each`: bytes after the last full word are mixed one by one, signed (Spark's `hashUnsafeBytes`); `trailing`: as
 * Murmur3 itself does (Scala's `MurmurHash3.bytesHash`).
 */
export function murmur3Bytes(bytes: Uint8Array, seed: number, tail: "each" | "trailing" = "each"): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.length - (bytes.length % 4);
  let h1 = seed;
  for (let at = 0; at < words; at += 4) h1 = mixH1(h1, mixK1(view.getInt32(at, true)));
  if (tail === "each") {
    for (let at = words; at < bytes.length; at += 1) h1 = mixH1(h1, mixK1(view.getInt8(at)));
  } else {
    let k1 = 0;
    for (let at = bytes.length - 1; at >= words; at -= 1) k1 = (k1 << 8) | (bytes[at] ?? 0);
    if (bytes.length > words) h1 ^= mixK1(k1);
  }
  return finish(h1, bytes.length);
}

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));

function avalanche(hash: bigint): bigint {
  let h = u64((hash ^ (hash >> 33n)) * P2);
  h = u64((h ^ (h >> 29n)) * P3);
  return BigInt.asIntN(64, h ^ (h >> 32n));
}

export function xxHash64Int(value: number, seed: bigint): bigint {
  let hash = u64(seed + P5 + 4n);
  hash ^= u64(BigInt(value >>> 0) * P1);
  return avalanche(u64(rotate(hash, 23n) * P2 + P3));
}

export function xxHash64Long(value: bigint, seed: bigint): bigint {
  let hash = u64(seed + P5 + 8n);
  hash ^= u64(rotate(u64(u64(value) * P2), 31n) * P1);
  return avalanche(u64(rotate(hash, 27n) * P1 + P4));
}

export function xxHash64Bytes(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let at = 0;
  let hash: bigint;
  if (length >= 32) {
    const lanes = [u64(seed + P1 + P2), u64(seed + P2), u64(seed), u64(seed - P1)];
    for (; at <= length - 32; at += 32) {
      for (const [index, lane] of lanes.entries()) {
        lanes[index] = u64(rotate(u64(lane + view.getBigUint64(at + index * 8, true) * P2), 31n) * P1);
      }
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
    hash = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const lane of lanes) {
      hash = u64((hash ^ u64(rotate(u64(lane * P2), 31n) * P1)) * P1 + P4);
    }
  } else hash = u64(seed + P5);
  hash = u64(hash + BigInt(length));
  for (; at <= length - 8; at += 8) {
    hash ^= u64(rotate(u64(view.getBigUint64(at, true) * P2), 31n) * P1);
    hash = u64(rotate(hash, 27n) * P1 + P4);
  }
  if (at <= length - 4) {
    hash ^= u64(BigInt(view.getUint32(at, true)) * P1);
    hash = u64(rotate(hash, 23n) * P2 + P3);
    at += 4;
  }
  for (; at < length; at += 1) {
    hash ^= u64(BigInt(bytes[at] ?? 0) * P5);
    hash = u64(rotate(hash, 11n) * P1);
  }
  return avalanche(hash);
}
