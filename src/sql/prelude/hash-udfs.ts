import { createHash } from "node:crypto";
import { array, BINARY, DOUBLE, FLOAT, INT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import { murmur3Bytes, murmur3Int, murmur3Long, xxHash64Bytes, xxHash64Int, xxHash64Long } from "../java/hash.ts";
import { asBigint, asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

/** One hash algorithm over the values of every kind. */
interface Hasher<S extends number | bigint> {
  readonly name: "murmur3" | "xxhash64";
  readonly seedType: DataType;
  seed(value: Value | undefined): S;
  int(value: number, seed: S): S;
  long(value: bigint, seed: S): S;
  bytes(value: Uint8Array, seed: S): S;
}

const murmur3: Hasher<number> = {
  name: "murmur3",
  seedType: INT,
  seed: asNumber,
  int: murmur3Int,
  long: murmur3Long,
  bytes: murmur3Bytes,
};

const xxhash64: Hasher<bigint> = {
  name: "xxhash64",
  seedType: LONG,
  seed: asBigint,
  int: xxHash64Int,
  long: xxHash64Long,
  bytes: xxHash64Bytes,
};

export const hashUdfs: readonly Udf[] = [
  ...hashFunctions(murmur3),
  ...hashFunctions(xxhash64),
  udf("spkjs_crc32", [BINARY], LONG, (bytes) => BigInt(crc32(asBytes(bytes)))),
  udf("spkjs_sha2", [BINARY, INT], STRING, (bytes, bits) =>
    createHash(`sha${asNumber(bits)}`)
      .update(asBytes(bytes))
      .digest("hex"),
  ),
];

function hashFunctions<S extends number | bigint>(hasher: Hasher<S>): Udf[] {
  const { name, seedType } = hasher;
  const of = (
    suffix: string,
    types: readonly DataType[],
    hash: (value: Value, seed: S, extra: Value | undefined) => S,
  ): Udf =>
    udf(
      `spkjs_${name}_${suffix}`,
      [...types, seedType],
      seedType,
      (...values) => {
        const [value = null] = values;
        const seed = hasher.seed(values.at(-1));
        return value === null ? seed : hash(value, seed, values[1]);
      },
      { nulls: "pass" },
    );
  return [
    of("int", [INT], (value, seed) => hasher.int(asNumber(value), seed)),
    of("long", [LONG], (value, seed) => hasher.long(asBigint(value), seed)),
    of("float", [FLOAT], (value, seed) => hasher.int(floatBits(asNumber(value)), seed)),
    of("double", [DOUBLE], (value, seed) => hasher.long(doubleBits(asNumber(value)), seed)),
    of("text", [STRING], (value, seed) => hasher.bytes(new TextEncoder().encode(asText(value)), seed)),
    of("bytes", [BINARY], (value, seed) => hasher.bytes(asBytes(value), seed)),
    of("decimal", [STRING, INT], (value, seed, precision) =>
      decimalHash(hasher, asText(value), asNumber(precision), seed),
    ),
    of("list", [array(STRING), STRING], (value, seed, kind) =>
      (Array.isArray(value) ? value : []).reduce<S>(
        (sum, each: Value) => (each === null ? sum : elementHash(hasher, asText(kind), asText(each), sum)),
        seed,
      ),
    ),
  ];
}

function elementHash<S extends number | bigint>(hasher: Hasher<S>, kind: string, text: string, seed: S): S {
  switch (kind) {
    case "int":
      return hasher.int(Number(text), seed);
    case "long":
      return hasher.long(BigInt(text), seed);
    case "float":
      return hasher.int(floatBits(parsed(text)), seed);
    case "double":
      return hasher.long(doubleBits(parsed(text)), seed);
    case "binary":
      return hasher.bytes(Buffer.from(text, "hex"), seed);
    case "string":
      return hasher.bytes(new TextEncoder().encode(text), seed);
    default:
      return decimalHash(hasher, text, Number(kind.split(":")[1] ?? 38), seed);
  }
}

function parsed(text: string): number {
  if (text === "inf") return Infinity;
  return text === "-inf" ? -Infinity : Number(text);
}

/** Small decimals hash as their unscaled number, large ones as its bytes. */
function decimalHash<S extends number | bigint>(hasher: Hasher<S>, text: string, precision: number, seed: S): S {
  const unscaled = BigInt(text.replace(".", ""));
  return precision <= 18 ? hasher.long(unscaled, seed) : hasher.bytes(twosComplement(unscaled), seed);
}

/** Java's `BigInteger.toByteArray`. */
function twosComplement(value: bigint): Uint8Array {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size += 1;
  const hex = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, "0");
  return Buffer.from(hex, "hex");
}

const view = new DataView(new ArrayBuffer(8));

function floatBits(value: number): number {
  view.setFloat32(0, value === 0 ? 0 : value);
  return Number.isNaN(value) ? 0x7fc00000 : view.getInt32(0);
}

function doubleBits(value: number): bigint {
  view.setFloat64(0, value === 0 ? 0 : value);
  return Number.isNaN(value) ? 0x7ff8000000000000n : view.getBigInt64(0);
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
