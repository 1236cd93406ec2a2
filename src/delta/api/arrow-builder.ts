import type * as Arrow from "apache-arrow";
import type { DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { bytesOf, validityOf, type RawVector, type VectorLibrary } from "../../duckdb/vectors.ts";
import { arrowType, type ArrowLibrary } from "./arrow-types.ts";
import { Bits, Bytes } from "./buffers.ts";
import { PointedTexts } from "./pointed-texts.ts";

/** Collects a column out of DuckDB's vectors, as Arrow lays it out. */
export interface ColumnBuilder {
  /** Takes rows of a vector that has `size` of them: pairs of a first row and a count. */
  append(vector: RawVector, size: number, ranges: Ranges): void;
  /** What was collected; the builder is as new afterwards. */
  finish(): Arrow.Data;
  /** Bytes of values collected. */
  readonly bytes: number;
}

type Ranges = readonly number[];

interface Libraries {
  readonly arrow: ArrowLibrary;
  readonly duckdb: VectorLibrary;
}

/** The vectors must have the type of `duckDbType(type)`. */
export function columnBuilder(libraries: Libraries, type: DataType, path: string): ColumnBuilder {
  const { arrow } = libraries;
  switch (type.kind) {
    case "boolean":
      return new BooleanBuilder(libraries);
    case "decimal":
      return new DecimalBuilder(libraries, arrowType(arrow, type, path), type.precision);
    case "string":
    case "binary":
      return new TextBuilder(libraries, type.kind === "string" ? new arrow.Utf8() : new arrow.Binary());
    case "array":
      return new ListBuilder(libraries, arrowType(arrow, type, path), columnBuilder(libraries, type.element, path));
    case "map": {
      const list = arrowType(arrow, type, path);
      const entries = list.children[0]?.type;
      if (entries === undefined) throw new TypeError("a map has entries");
      const children = [type.key, type.value].map((each) => columnBuilder(libraries, each, path));
      return new ListBuilder(libraries, list, new StructBuilder(libraries, entries, children));
    }
    case "struct": {
      const children = type.fields.map((each) => columnBuilder(libraries, each.type, `${path}.${each.name}`));
      return new StructBuilder(libraries, arrowType(arrow, type, path), children);
    }
    default: {
      const fixed = arrowType(arrow, type, path);
      return new FixedBuilder(libraries, fixed, fixed.ArrayType);
    }
  }
}

/** Numbers, dates, timestamps: bytes as they are. */
class FixedBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  readonly #type: Arrow.DataType;
  readonly #array: Arrow.DataType["ArrayType"];
  #valid = new Bits();
  #values = new Bytes();

  constructor(libraries: Libraries, type: Arrow.DataType, array: Arrow.DataType["ArrayType"]) {
    this.#libraries = libraries;
    this.#type = type;
    this.#array = array;
  }

  get bytes(): number {
    return this.#values.length;
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const width: number = this.#array.BYTES_PER_ELEMENT;
    const { duckdb } = this.#libraries;
    const source = bytesOf(duckdb, vector, size * width);
    const valid = validityOf(duckdb, vector, size);
    eachRange(ranges, (start, count) => {
      this.#values.push(source.subarray(start * width, (start + count) * width));
      this.#valid.pushRange(valid, start, count);
    });
  }

  finish(): Arrow.Data {
    const [valid, values] = [this.#valid, this.#values];
    [this.#valid, this.#values] = [new Bits(), new Bytes()];
    const data = new this.#array(values.take());
    const { length, nullCount, nullBitmap } = valid.take();
    const buffers = nullBitmap === null ? { [DATA]: data } : { [DATA]: data, [VALIDITY]: nullBitmap };
    return new this.#libraries.arrow.Data(this.#type, 0, length, nullCount, buffers);
  }
}

class BooleanBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  #valid = new Bits();
  #values = new Bits();

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
  }

  get bytes(): number {
    return this.#values.length >> 3;
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const { duckdb } = this.#libraries;
    const source = bytesOf(duckdb, vector, size);
    const valid = validityOf(duckdb, vector, size);
    eachRange(ranges, (start, count) => {
      this.#values.pushFlags(source, start, count);
      this.#valid.pushRange(valid, start, count);
    });
  }

  finish(): Arrow.Data {
    const [valid, values] = [this.#valid, this.#values];
    [this.#valid, this.#values] = [new Bits(), new Bits()];
    const type = new this.#libraries.arrow.Bool();
    return this.#libraries.arrow.makeData({ type, ...valid.take(), data: values.bits() });
  }
}

/** DuckDB keeps decimals in 2, 4, 8 or 16 bytes, by their precision; Arrow in 16. */
class DecimalBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  readonly #type: Arrow.DataType;
  readonly #width: number;
  #valid = new Bits();
  #values = new Bytes();

  constructor(libraries: Libraries, type: Arrow.DataType, precision: number) {
    this.#libraries = libraries;
    this.#type = type;
    this.#width = decimalWidth(precision);
  }

  get bytes(): number {
    return this.#values.length;
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const { duckdb } = this.#libraries;
    const source = bytesOf(duckdb, vector, size * this.#width);
    const valid = validityOf(duckdb, vector, size);
    eachRange(ranges, (start, count) => {
      this.#values.push(widened(source, this.#width, start, count));
      this.#valid.pushRange(valid, start, count);
    });
  }

  finish(): Arrow.Data {
    const [valid, values] = [this.#valid, this.#values];
    [this.#valid, this.#values] = [new Bits(), new Bytes()];
    const data = new Uint32Array(values.take());
    const { length, nullCount, nullBitmap } = valid.take();
    const buffers = nullBitmap === null ? { [DATA]: data } : { [DATA]: data, [VALIDITY]: nullBitmap };
    return new this.#libraries.arrow.Data(this.#type, 0, length, nullCount, buffers);
  }
}

/** Bytes that DuckDB takes for a decimal. */
export function decimalWidth(precision: number): 2 | 4 | 8 | 16 {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}

function widened(source: Uint8Array, width: number, start: number, count: number): Uint8Array {
  if (width === 16) return source.subarray(start * 16, (start + count) * 16);
  const words = new Int32Array(count * 4);
  const at = source.byteOffset + start * width;
  if (width === 8) {
    const from = new Int32Array(source.buffer, at, count * 2);
    for (let row = 0; row < count; row += 1) {
      const high = from[row * 2 + 1] ?? 0;
      words[row * 4] = from[row * 2] ?? 0;
      words[row * 4 + 1] = high;
      if (high < 0) words.fill(-1, row * 4 + 2, row * 4 + 4);
    }
  } else {
    const from = width === 4 ? new Int32Array(source.buffer, at, count) : new Int16Array(source.buffer, at, count);
    for (let row = 0; row < count; row += 1) {
      const value = from[row] ?? 0;
      words[row * 4] = value;
      if (value < 0) words.fill(-1, row * 4 + 1, row * 4 + 4);
    }
  }
  return new Uint8Array(words.buffer);
}

/** DuckDB keeps up to twelve bytes in the vector, and of longer values a pointer. */
class TextBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  readonly #type: Arrow.Utf8 | Arrow.Binary;
  #valid = new Bits();
  #values = new Bytes();
  #ends = new Bytes();

  constructor(libraries: Libraries, type: Arrow.Utf8 | Arrow.Binary) {
    this.#libraries = libraries;
    this.#type = type;
  }

  get bytes(): number {
    return this.#values.length + this.#ends.length;
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const { duckdb } = this.#libraries;
    const source = bytesOf(duckdb, vector, size * 16);
    const lengths = new Uint32Array(source.buffer, source.byteOffset, size * 4);
    const valid = validityOf(duckdb, vector, size);
    const texts = new PointedTexts(duckdb, source, valid);
    eachRange(ranges, (start, count) => {
      const ends = new Int32Array(count);
      for (let row = start; row < start + count; row += 1) {
        if (valid === undefined || ((valid[row >> 3] ?? 0) >> (row & 7)) & 1) {
          const length = lengths[row * 4] ?? 0;
          if (length <= 12) this.#values.pushFew(source, row * 16 + 4, length);
          else this.#values.push(texts.at(row, start + count));
        }
        ends[row - start] = this.#values.length;
      }
      if (this.#values.length > MOST_OFFSET) throw tooLarge();
      this.#ends.push(new Uint8Array(ends.buffer));
      this.#valid.pushRange(valid, start, count);
    });
  }

  finish(): Arrow.Data {
    const [valid, values, ends] = [this.#valid, this.#values, this.#ends];
    [this.#valid, this.#values, this.#ends] = [new Bits(), new Bytes(), new Bytes()];
    const data = new Uint8Array(values.take());
    const parts = { ...valid.take(), valueOffsets: offsetsOf(ends), data };
    const { makeData, DataType: types } = this.#libraries.arrow;
    const type = this.#type;
    return types.isUtf8(type) ? makeData({ type, ...parts }) : makeData({ type, ...parts });
  }
}

/** Arrays, and maps as arrays of entries. DuckDB says where each begins, in any order; Arrow has one after the other. */
class ListBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  readonly #type: Arrow.DataType;
  readonly #child: ColumnBuilder;
  #valid = new Bits();
  #ends = new Bytes();
  #length = 0;

  constructor(libraries: Libraries, type: Arrow.DataType, child: ColumnBuilder) {
    this.#libraries = libraries;
    this.#type = type;
    this.#child = child;
  }

  get bytes(): number {
    return this.#ends.length + this.#child.bytes;
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const { duckdb } = this.#libraries;
    const source = bytesOf(duckdb, vector, size * 16);
    // Of offset and length, 64 bits each, the lower halves: no chunk has 2^32 elements.
    const entries = new Uint32Array(source.buffer, source.byteOffset, size * 4);
    const valid = validityOf(duckdb, vector, size);
    const inner: number[] = [];
    let end = -1;
    eachRange(ranges, (start, count) => {
      const ends = new Int32Array(count);
      for (let row = start; row < start + count; row += 1) {
        const length = entries[row * 4 + 2] ?? 0;
        if (length > 0 && (valid === undefined || ((valid[row >> 3] ?? 0) >> (row & 7)) & 1)) {
          const offset = entries[row * 4] ?? 0;
          if (offset === end) inner[inner.length - 1] = (inner.at(-1) ?? 0) + length;
          else inner.push(offset, length);
          end = offset + length;
          this.#length += length;
        }
        ends[row - start] = this.#length;
      }
      this.#ends.push(new Uint8Array(ends.buffer));
      this.#valid.pushRange(valid, start, count);
    });
    if (this.#length > MOST_OFFSET) throw tooLarge();
    this.#child.append(duckdb.list_vector_get_child(vector), duckdb.list_vector_get_size(vector), inner);
  }

  finish(): Arrow.Data {
    const [valid, ends] = [this.#valid, this.#ends];
    [this.#valid, this.#ends, this.#length] = [new Bits(), new Bytes(), 0];
    const parts = { ...valid.take(), valueOffsets: offsetsOf(ends), child: this.#child.finish() };
    const { makeData, DataType: types } = this.#libraries.arrow;
    const type = this.#type;
    if (types.isMap(type)) return makeData({ type, ...parts });
    if (types.isList(type)) return makeData({ type, ...parts });
    throw new TypeError("a list is a list or a map");
  }
}

class StructBuilder implements ColumnBuilder {
  readonly #libraries: Libraries;
  readonly #type: Arrow.DataType;
  readonly #children: readonly ColumnBuilder[];
  #valid = new Bits();

  constructor(libraries: Libraries, type: Arrow.DataType, children: readonly ColumnBuilder[]) {
    this.#libraries = libraries;
    this.#type = type;
    this.#children = children;
  }

  get bytes(): number {
    return this.#children.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  append(vector: RawVector, size: number, ranges: Ranges): void {
    const { duckdb } = this.#libraries;
    const valid = validityOf(duckdb, vector, size);
    eachRange(ranges, (start, count) => this.#valid.pushRange(valid, start, count));
    for (const [index, child] of this.#children.entries()) {
      child.append(duckdb.struct_vector_get_child(vector, index), size, ranges);
    }
  }

  finish(): Arrow.Data {
    const valid = this.#valid;
    this.#valid = new Bits();
    const type = this.#type;
    const { makeData, DataType: types } = this.#libraries.arrow;
    if (!types.isStruct(type)) throw new TypeError("a struct is a struct");
    return makeData({ type, ...valid.take(), children: this.#children.map((child) => child.finish()) });
  }
}

/** Arrow's `BufferType`, which it does not export as values. */
const DATA = 1;
const VALIDITY = 2;
const MOST_OFFSET = 2 ** 31 - 1;

function eachRange(ranges: Ranges, take: (start: number, count: number) => void): void {
  for (let index = 0; index < ranges.length; index += 2) take(ranges[index] ?? 0, ranges[index + 1] ?? 0);
}

function offsetsOf(ends: Bytes): Int32Array {
  const all = new Int32Array(ends.length / 4 + 1);
  all.set(new Int32Array(ends.take()), 1);
  return all;
}

function tooLarge(): BoathouseError {
  return new BoathouseError(
    "ARROW_BATCH_TOO_LARGE",
    "2048 rows of a column have more than 2 GiB, which Arrow cannot hold.",
    {
      sqlState: "54000",
      hint: "Read the column by rows().",
    },
  );
}
