import { BoathouseError } from "../../core/errors.ts";
import { BASIC, PRIMITIVE, VERSION } from "./encoding.ts";
import {
  digitCount,
  malformedVariant,
  SIZE_LIMIT,
  type VariantDecimal,
  type VariantField,
  type VariantNode,
} from "./node.ts";

/** Where a value stands in the bytes of a VARIANT. */
export interface Variant {
  /** Metadata and value, as `encoding.ts` says. */
  readonly bytes: Buffer;
  readonly at: number;
}

/** The whole value. Throws `MALFORMED_VARIANT` where the metadata is none. */
export function variantOf(bytes: Uint8Array): Variant {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = metadataSize(buffer);
  if (at > SIZE_LIMIT || buffer.length - at > SIZE_LIMIT) {
    throw new BoathouseError(
      "VARIANT_CONSTRUCTOR_SIZE_LIMIT",
      "Cannot construct a Variant larger than 16 MiB. The maximum allowed size of a Variant value is 16 MiB.",
      { sqlState: "22023" },
    );
  }
  return { bytes: buffer, at };
}

/** How many of the bytes are metadata. */
export function metadataSize(bytes: Buffer): number {
  if (bytes.length < 1 || ((bytes[0] ?? 0) & 0x0f) !== VERSION) throw malformedVariant();
  const { size, count } = dictionary(bytes);
  return 1 + size * (count + 2) + unsigned(bytes, 1 + size * (count + 1), size);
}

/** The value as a tree; its scalars keep their kinds. */
export function readNode(variant: Variant): VariantNode {
  return node(variant.bytes, variant.at);
}

/** The field of an object, or undefined. */
export function fieldOf({ bytes, at }: Variant, key: string): Variant | undefined {
  if ((byte(bytes, at) & 3) !== BASIC.object) return undefined;
  const wanted = Buffer.from(key);
  const { count, ids, idSize, offsets, offsetSize, data } = objectHeader(bytes, at);
  for (let index = 0; index < count; index += 1) {
    const [start, end] = keyRange(bytes, unsigned(bytes, ids + index * idSize, idSize));
    if (end - start === wanted.length && bytes.compare(wanted, 0, wanted.length, start, end) === 0) {
      return { bytes, at: data + unsigned(bytes, offsets + index * offsetSize, offsetSize) };
    }
  }
  return undefined;
}

/** The element of an array, from 0, or undefined. */
export function elementOf({ bytes, at }: Variant, index: number): Variant | undefined {
  if ((byte(bytes, at) & 3) !== BASIC.array) return undefined;
  const { count, offsets, offsetSize, data } = arrayHeader(bytes, at);
  return index < count ? { bytes, at: data + unsigned(bytes, offsets + index * offsetSize, offsetSize) } : undefined;
}

/** A null of JSON? */
export function isVariantNull({ bytes, at }: Variant): boolean {
  return byte(bytes, at) === 0;
}

function node(bytes: Buffer, at: number): VariantNode {
  const header = byte(bytes, at);
  const info = header >> 2;
  switch (header & 3) {
    case BASIC.shortString:
      return { kind: "string", value: text(bytes, at + 1, info) };
    case BASIC.object: {
      const { count, ids, idSize, offsets, offsetSize, data } = objectHeader(bytes, at);
      const fields: VariantField[] = [];
      for (let index = 0; index < count; index += 1) {
        const [start, end] = keyRange(bytes, unsigned(bytes, ids + index * idSize, idSize));
        const place = data + unsigned(bytes, offsets + index * offsetSize, offsetSize);
        fields.push([bytes.toString("utf8", start, end), node(bytes, place)]);
      }
      return { kind: "object", fields };
    }
    case BASIC.array: {
      const { count, offsets, offsetSize, data } = arrayHeader(bytes, at);
      const items: VariantNode[] = [];
      for (let index = 0; index < count; index += 1) {
        items.push(node(bytes, data + unsigned(bytes, offsets + index * offsetSize, offsetSize)));
      }
      return { kind: "array", items };
    }
    default:
      return primitive(bytes, at, info);
  }
}

function primitive(bytes: Buffer, at: number, info: number): VariantNode {
  switch (info) {
    case PRIMITIVE.null:
      return { kind: "null" };
    case PRIMITIVE.true:
    case PRIMITIVE.false:
      return { kind: "boolean", value: info === PRIMITIVE.true };
    case PRIMITIVE.int1:
      return { kind: "long", value: BigInt(within(bytes, at + 1, 1).readInt8(at + 1)) };
    case PRIMITIVE.int2:
      return { kind: "long", value: BigInt(within(bytes, at + 1, 2).readInt16LE(at + 1)) };
    case PRIMITIVE.int4:
      return { kind: "long", value: BigInt(within(bytes, at + 1, 4).readInt32LE(at + 1)) };
    case PRIMITIVE.int8:
      return { kind: "long", value: within(bytes, at + 1, 8).readBigInt64LE(at + 1) };
    case PRIMITIVE.double:
      return { kind: "double", value: within(bytes, at + 1, 8).readDoubleLE(at + 1) };
    case PRIMITIVE.float:
      return { kind: "float", value: within(bytes, at + 1, 4).readFloatLE(at + 1) };
    case PRIMITIVE.decimal4:
      return decimal(BigInt(within(bytes, at + 2, 4).readInt32LE(at + 2)), byte(bytes, at + 1), 9);
    case PRIMITIVE.decimal8:
      return decimal(within(bytes, at + 2, 8).readBigInt64LE(at + 2), byte(bytes, at + 1), 18);
    case PRIMITIVE.decimal16: {
      within(bytes, at + 2, 16);
      const unscaled = (bytes.readBigInt64LE(at + 10) << 64n) | bytes.readBigUInt64LE(at + 2);
      return decimal(unscaled, byte(bytes, at + 1), 38);
    }
    case PRIMITIVE.date:
      return { kind: "date", days: within(bytes, at + 1, 4).readInt32LE(at + 1) };
    case PRIMITIVE.timestamp:
      return { kind: "timestamp", micros: within(bytes, at + 1, 8).readBigInt64LE(at + 1) };
    case PRIMITIVE.timestampNtz:
      return { kind: "timestamp_ntz", micros: within(bytes, at + 1, 8).readBigInt64LE(at + 1) };
    case PRIMITIVE.binary: {
      const size = unsigned(bytes, at + 1, 4);
      return { kind: "binary", value: Uint8Array.from(within(bytes, at + 5, size).subarray(at + 5, at + 5 + size)) };
    }
    case PRIMITIVE.longString:
      return { kind: "string", value: text(bytes, at + 5, unsigned(bytes, at + 1, 4)) };
    case PRIMITIVE.uuid: {
      const hex = within(bytes, at + 1, 16).toString("hex", at + 1, at + 17);
      return { kind: "uuid", value: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") };
    }
    default:
      throw new BoathouseError(
        "UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT",
        `Unknown primitive type with id ${info} was found in a variant value.`,
        {
          sqlState: "22023",
        },
      );
  }
}

function decimal(unscaled: bigint, scale: number, most: number): VariantDecimal {
  if (scale > most || digitCount(unscaled) > most) throw malformedVariant();
  return { kind: "decimal", unscaled, scale };
}

function dictionary(bytes: Buffer): { readonly size: number; readonly count: number } {
  const size = (((bytes[0] ?? 0) >> 6) & 3) + 1;
  return { size, count: unsigned(bytes, 1, size) };
}

/** Where the key with this id begins and ends. */
function keyRange(bytes: Buffer, id: number): readonly [start: number, end: number] {
  const { size, count } = dictionary(bytes);
  if (id >= count) throw malformedVariant();
  const strings = 1 + (count + 2) * size;
  const start = unsigned(bytes, 1 + (id + 1) * size, size);
  const end = unsigned(bytes, 1 + (id + 2) * size, size);
  if (start > end || strings + end > bytes.length) throw malformedVariant();
  return [strings + start, strings + end];
}

function objectHeader(bytes: Buffer, at: number) {
  const info = byte(bytes, at) >> 2;
  const countSize = ((info >> 4) & 1) === 1 ? 4 : 1;
  const count = unsigned(bytes, at + 1, countSize);
  const idSize = ((info >> 2) & 3) + 1;
  const offsetSize = (info & 3) + 1;
  const ids = at + 1 + countSize;
  const offsets = ids + count * idSize;
  const data = offsets + (count + 1) * offsetSize;
  if (data > bytes.length) throw malformedVariant();
  return { count, ids, idSize, offsets, offsetSize, data };
}

function arrayHeader(bytes: Buffer, at: number) {
  const info = byte(bytes, at) >> 2;
  const countSize = ((info >> 2) & 1) === 1 ? 4 : 1;
  const count = unsigned(bytes, at + 1, countSize);
  const offsetSize = (info & 3) + 1;
  const offsets = at + 1 + countSize;
  const data = offsets + (count + 1) * offsetSize;
  if (data > bytes.length) throw malformedVariant();
  return { count, offsets, offsetSize, data };
}

function text(bytes: Buffer, start: number, length: number): string {
  return within(bytes, start, length).toString("utf8", start, start + length);
}

function byte(bytes: Buffer, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw malformedVariant();
  return value;
}

function unsigned(bytes: Buffer, at: number, size: number): number {
  return size === 1 ? byte(bytes, at) : within(bytes, at, size).readUIntLE(at, size);
}

/** The same bytes, if there are so many. */
function within(bytes: Buffer, at: number, length: number): Buffer {
  if (at < 0 || at + length > bytes.length) throw malformedVariant();
  return bytes;
}
