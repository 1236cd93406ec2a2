/** Seed of every update in Apache DataSketches (`ThetaUtil.DEFAULT_UPDATE_SEED`). */
const SEED = 9001n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** MurmurHash3 x64 128 of bytes with DataSketches' seed, as two unsigned numbers of 64 bits. */
export function murmur128(bytes: Uint8Array, seed: bigint = SEED): readonly [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let h1 = seed;
  let h2 = seed;
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 = rotate(h1 ^ mix1(view.getBigUint64(at, true)), 27n);
    h1 = wrap(wrap(h1 + h2) * 5n + 0x52dce729n);
    h2 = rotate(h2 ^ mix2(view.getBigUint64(at + 8, true)), 31n);
    h2 = wrap(wrap(h2 + h1) * 5n + 0x38495ab5n);
  }
  h1 ^= mix1(tail(view, whole)) ^ BigInt(bytes.length);
  h2 ^= mix2(tail(view, whole + 8)) ^ BigInt(bytes.length);
  h1 = wrap(h1 + h2);
  h2 = wrap(h2 + h1);
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = wrap(h1 + h2);
  return [h1, wrap(h2 + h1)];
}

/** Up to eight bytes as a number. */
function tail(view: DataView, from: number): bigint {
  if (view.byteLength >= from + 8) return view.getBigUint64(from, true);
  let value = 0n;
  for (let at = view.byteLength - 1; at >= from; at -= 1) value = (value << 8n) | BigInt(view.getUint8(at));
  return value;
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap(value << by) | (value >> (64n - by));
}

function mix1(k: bigint): bigint {
  return wrap(rotate(wrap(k * C1), 31n) * C2);
}

function mix2(k: bigint): bigint {
  return wrap(rotate(wrap(k * C2), 33n) * C1);
}

function finish(h: bigint): bigint {
  const a = wrap((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn);
  const b = wrap((a ^ (a >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return b ^ (b >> 33n);
}
