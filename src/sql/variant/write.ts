import { BASIC, PRIMITIVE, SHORT_STRING, VERSION } from "./encoding.ts";
import {
  digitCount,
  duplicateKey,
  malformedVariant,
  SIZE_LIMIT,
  tooLarge,
  type VariantDecimal,
  type VariantField,
  type VariantNode,
} from "./node.ts";

/**
 * The bytes of a value, as Spark's `VariantBuilder` lays them out: the smallest integer and decimal, short strings,
 * fields sorted by key (as UTF-16), keys in the dictionary in the order in which they come first.
 *
 * Throws `VARIANT_DUPLICATE_KEY`, and `VARIANT_SIZE_LIMIT` in the name of `functionName`.
 */
export function writeVariant(value: VariantNode, functionName = "parse_json"): Uint8Array {
  return new Writer(functionName).whole(value);
}

class Writer {
  readonly #function: string;
  #bytes = Buffer.allocUnsafe(128);
  #length = 0;
  readonly #ids = new Map<string, number>();

  constructor(functionName: string) {
    this.#function = functionName;
  }

  whole(value: VariantNode): Uint8Array {
    this.#node(value);
    const keys = [...this.#ids.keys()].map(utf8);
    const total = keys.reduce((sum, key) => sum + key.length, 0);
    const size = this.#width(Math.max(total, keys.length));
    const strings = 1 + size * (keys.length + 2);
    if (strings + total > SIZE_LIMIT) throw tooLarge(this.#function);
    const out = Buffer.allocUnsafe(strings + total + this.#length);
    out[0] = VERSION | ((size - 1) << 6);
    out.writeUIntLE(keys.length, 1, size);
    let end = 0;
    out.writeUIntLE(0, 1 + size, size);
    keys.forEach((key, index) => {
      key.copy(out, strings + end);
      end += key.length;
      out.writeUIntLE(end, 1 + size * (index + 2), size);
    });
    this.#bytes.copy(out, strings + total, 0, this.#length);
    return new Uint8Array(out.buffer, out.byteOffset, out.length);
  }

  #node(value: VariantNode): void {
    switch (value.kind) {
      case "null":
        return this.#header(PRIMITIVE.null);
      case "boolean":
        return this.#header(value.value ? PRIMITIVE.true : PRIMITIVE.false);
      case "long":
        return this.#long(value.value);
      case "double":
        this.#header(PRIMITIVE.double, 8);
        this.#length = this.#bytes.writeDoubleLE(value.value, this.#length);
        return;
      case "float":
        this.#header(PRIMITIVE.float, 4);
        this.#length = this.#bytes.writeFloatLE(value.value, this.#length);
        return;
      case "decimal":
        return this.#decimal(value);
      case "date":
        this.#header(PRIMITIVE.date, 4);
        this.#length = this.#bytes.writeInt32LE(value.days, this.#length);
        return;
      case "timestamp":
      case "timestamp_ntz":
        this.#header(value.kind === "timestamp" ? PRIMITIVE.timestamp : PRIMITIVE.timestampNtz, 8);
        this.#length = this.#bytes.writeBigInt64LE(value.micros, this.#length);
        return;
      case "string":
        return this.#string(utf8(value.value));
      case "binary":
        return this.#sized(PRIMITIVE.binary, value.value);
      case "uuid":
        this.#header(PRIMITIVE.uuid, 16);
        this.#length += this.#bytes.write(value.value.replaceAll("-", ""), this.#length, "hex");
        return;
      case "array":
        return this.#array(value.items);
      case "object":
        return this.#object(value.fields);
    }
  }

  #long(value: bigint): void {
    const small = Number(value);
    if (value >= -0x80n && value <= 0x7fn) {
      this.#header(PRIMITIVE.int1, 1);
      this.#length = this.#bytes.writeInt8(small, this.#length);
    } else if (value >= -0x8000n && value <= 0x7fffn) {
      this.#header(PRIMITIVE.int2, 2);
      this.#length = this.#bytes.writeInt16LE(small, this.#length);
    } else if (value >= -0x80000000n && value <= 0x7fffffffn) {
      this.#header(PRIMITIVE.int4, 4);
      this.#length = this.#bytes.writeInt32LE(small, this.#length);
    } else {
      this.#header(PRIMITIVE.int8, 8);
      this.#length = this.#bytes.writeBigInt64LE(value, this.#length);
    }
  }

  #decimal({ unscaled, scale }: VariantDecimal): void {
    const digits = Math.max(digitCount(unscaled), scale);
    if (digits > 38) throw malformedVariant();
    const [type, size] =
      digits <= 9 ? [PRIMITIVE.decimal4, 4] : digits <= 18 ? [PRIMITIVE.decimal8, 8] : [PRIMITIVE.decimal16, 16];
    this.#header(type, size + 1);
    this.#length = this.#bytes.writeUInt8(scale, this.#length);
    if (size === 4) this.#length = this.#bytes.writeInt32LE(Number(unscaled), this.#length);
    else {
      this.#length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, unscaled), this.#length);
      if (size === 16) this.#length = this.#bytes.writeBigInt64LE(BigInt.asIntN(64, unscaled >> 64n), this.#length);
    }
  }

  #string(text: Buffer): void {
    if (text.length > SHORT_STRING) return this.#sized(PRIMITIVE.longString, text);
    this.#room(1 + text.length);
    this.#length = this.#bytes.writeUInt8((text.length << 2) | BASIC.shortString, this.#length);
    this.#append(text);
  }

  #sized(type: number, content: Uint8Array): void {
    this.#header(type, 4 + content.length);
    this.#length = this.#bytes.writeUInt32LE(content.length, this.#length);
    this.#append(content);
  }

  #array(items: readonly VariantNode[]): void {
    const start = this.#length;
    const offsets = items.map((item) => {
      const offset = this.#length - start;
      this.#node(item);
      return offset;
    });
    const data = this.#length - start;
    const size = this.#width(data);
    const large = items.length > 0xff;
    const header = 1 + (large ? 4 : 1) + (items.length + 1) * size;
    this.#shift(start, data, header);
    this.#bytes[start] = ((large ? 1 : 0) << 4) | ((size - 1) << 2) | BASIC.array;
    const list = this.#count(start + 1, items.length, large);
    offsets.forEach((offset, index) => this.#bytes.writeUIntLE(offset, list + index * size, size));
    this.#bytes.writeUIntLE(data, list + items.length * size, size);
  }

  #object(fields: readonly VariantField[]): void {
    const start = this.#length;
    const entries = fields.map(([key, value]) => {
      const entry = { key, id: this.#id(key), offset: this.#length - start };
      this.#node(value);
      return entry;
    });
    entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    entries.forEach(({ key }, index) => {
      if (index > 0 && entries[index - 1]?.key === key) throw duplicateKey(key);
    });
    const data = this.#length - start;
    const idSize = this.#width(entries.reduce((most, { id }) => Math.max(most, id), 0));
    const size = this.#width(data);
    const large = entries.length > 0xff;
    const header = 1 + (large ? 4 : 1) + entries.length * idSize + (entries.length + 1) * size;
    this.#shift(start, data, header);
    this.#bytes[start] = ((large ? 1 : 0) << 6) | ((idSize - 1) << 4) | ((size - 1) << 2) | BASIC.object;
    const ids = this.#count(start + 1, entries.length, large);
    const list = ids + entries.length * idSize;
    entries.forEach(({ id, offset }, index) => {
      this.#bytes.writeUIntLE(id, ids + index * idSize, idSize);
      this.#bytes.writeUIntLE(offset, list + index * size, size);
    });
    this.#bytes.writeUIntLE(data, list + entries.length * size, size);
  }

  #id(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#ids.size);
    return this.#ids.size - 1;
  }

  /** Room for a header in front of what was written since `start`. */
  #shift(start: number, data: number, header: number): void {
    this.#room(header);
    this.#bytes.copyWithin(start + header, start, start + data);
    this.#length += header;
  }

  /** Gives the place behind it. */
  #count(at: number, count: number, large: boolean): number {
    return large ? this.#bytes.writeUInt32LE(count, at) : this.#bytes.writeUInt8(count, at);
  }

  #header(type: number, behind = 0): void {
    this.#room(1 + behind);
    this.#length = this.#bytes.writeUInt8((type << 2) | BASIC.primitive, this.#length);
  }

  #append(content: Uint8Array): void {
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > SIZE_LIMIT) throw tooLarge(this.#function);
    const larger = Buffer.allocUnsafe(Math.min(SIZE_LIMIT, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #width(value: number): number {
    if (value <= 0xff) return 1;
    if (value <= 0xffff) return 2;
    if (value > 0xffffff) throw tooLarge(this.#function);
    return 3;
  }
}

/** As Java encodes: half of a pair of surrogates becomes a question mark. */
function utf8(text: string): Buffer {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? bytes : Buffer.from(text.replace(/\p{Surrogate}/gu, "?"));
}
