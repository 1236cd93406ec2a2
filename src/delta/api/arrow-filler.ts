import type * as Arrow from "apache-arrow";
import type { DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { bytesOf, type RawVector, type VectorLibrary } from "../../duckdb/vectors.ts";
import { decimalWidth } from "./arrow-builder.ts";
import type { ArrowLibrary } from "./arrow-types.ts";

interface Libraries {
  readonly arrow: ArrowLibrary;
  readonly duckdb: VectorLibrary;
}

/** Rows of an Arrow column: where they begin, and how many. */
interface Part {
  readonly data: Arrow.Data;
  readonly start: number;
  readonly count: number;
}

/**
 * Copies rows of an Arrow column into an empty vector of the type `duckDbType(type)`, where `type` is what `sparkTypeOf` says of
 * the column. `absent` has a 1 for each row that does not exist, as the struct around it is null.
 */
export function fillVector(
  libraries: Libraries,
  vector: RawVector,
  part: Part,
  type: DataType,
  absent?: Uint8Array,
): void {
  const { duckdb } = libraries;
  const { data, start, count } = part;
  const nulls = setValidity(duckdb, vector, part, type.kind === "void" ? new Uint8Array(count).fill(1) : absent);
  switch (type.kind) {
    case "void":
      return;
    case "boolean": {
      const bits: Uint8Array = data.values;
      const values = new Uint8Array(count);
      for (let row = 0; row < count; row += 1) {
        const bit = data.offset + start + row;
        values[row] = ((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1;
      }
      return copy(duckdb, vector, values);
    }
    case "string":
    case "binary":
      return fillTexts(libraries, vector, part, nulls);
    case "array":
    case "map":
      return fillLists(libraries, vector, part, type);
    case "struct": {
      for (const [index, each] of type.fields.entries()) {
        const child = data.children[index];
        if (child === undefined) throw new TypeError("a struct has its fields");
        const field = duckdb.struct_vector_get_child(vector, index);
        fillVector(libraries, field, { data: child, start, count }, each.type, nulls);
      }
      return;
    }
    default:
      return copy(duckdb, vector, fixedValues(libraries.arrow, part, type));
  }
}

/** Says which rows are null, as bytes of 0 and 1; undefined where none is. */
function setValidity(
  duckdb: VectorLibrary,
  vector: RawVector,
  { data, start, count }: Part,
  absent: Uint8Array | undefined,
): Uint8Array | undefined {
  if (absent === undefined && data.nullCount === 0) return undefined;
  const nulls = new Uint8Array(count);
  const bits = new Uint8Array(Math.ceil(count / 64) * 8).fill(255);
  let any = false;
  for (let row = 0; row < count; row += 1) {
    if (absent?.[row] !== 1 && data.getValid(start + row)) continue;
    nulls[row] = 1;
    bits[row >> 3] = (bits[row >> 3] ?? 0) & ~(1 << (row & 7));
    any = true;
  }
  if (!any) return undefined;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
  return nulls;
}

type FixedArray = Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array;

/** In the width of DuckDB's type. */
function fixedValues(arrow: ArrowLibrary, { data, start, count }: Part, type: DataType): FixedArray {
  const { DataType: types, DateUnit, TimeUnit } = arrow;
  const arrowType = data.type;
  const values = data.values.subarray(start * data.stride, (start + count) * data.stride);
  if (types.isInt(arrowType) && !arrowType.isSigned) {
    if (arrowType.bitWidth === 8) return Int16Array.from(values);
    if (arrowType.bitWidth === 16) return Int32Array.from(values);
    if (arrowType.bitWidth === 32) return BigInt64Array.from(Uint32Array.from(values), BigInt);
    // DECIMAL(20, 0) has 16 bytes.
    const wide = new BigUint64Array(count * 2);
    for (let row = 0; row < count; row += 1) wide[row * 2] = values[row];
    return new Uint8Array(wide.buffer);
  }
  if (types.isDate(arrowType) && arrowType.unit === DateUnit.MILLISECOND) {
    return Int32Array.from(BigInt64Array.from(values), (value) => Number(value / 86_400_000n));
  }
  if (types.isTimestamp(arrowType) && arrowType.unit !== TimeUnit.MICROSECOND) {
    const { unit } = arrowType;
    if (unit === TimeUnit.NANOSECOND) return BigInt64Array.from(BigInt64Array.from(values), microseconds);
    const factor = unit === TimeUnit.SECOND ? 1_000_000n : 1000n;
    return BigInt64Array.from(BigInt64Array.from(values), (value) => value * factor);
  }
  if (type.kind === "decimal") return narrowed(values, decimalWidth(type.precision), count);
  return values;
}

/** Down, also before 1970. */
function microseconds(nanoseconds: bigint): bigint {
  const down = nanoseconds / 1000n;
  return down * 1000n > nanoseconds ? down - 1n : down;
}

function narrowed(words: Uint32Array, width: 2 | 4 | 8 | 16, count: number): FixedArray {
  if (width === 16) return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const out = width === 2 ? new Int16Array(count) : new Int32Array(width === 4 ? count : count * 2);
  const each = width === 8 ? 2 : 1;
  for (let row = 0; row < count; row += 1) {
    out[row * each] = words[row * 4] ?? 0;
    if (each === 2) out[row * 2 + 1] = words[row * 4 + 1] ?? 0;
  }
  return new Uint8Array(out.buffer);
}

function copy(duckdb: VectorLibrary, vector: RawVector, values: FixedArray): void {
  if (values.byteLength === 0) return;
  const { buffer, byteOffset, byteLength } = values;
  if (buffer instanceof ArrayBuffer) duckdb.copy_data_to_vector(vector, 0, buffer, byteOffset, byteLength);
  else bytesOf(duckdb, vector, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
}

function fillTexts(
  { arrow, duckdb }: Libraries,
  vector: RawVector,
  { data, start, count }: Part,
  nulls: Uint8Array | undefined,
): void {
  const textAt = arrow.DataType.isDictionary(data.type) ? dictionaryTexts(data) : rangeTexts(data);
  for (let row = 0; row < count; row += 1) {
    if (nulls?.[row] !== 1) duckdb.vector_assign_string_element_len(vector, row, textAt(start + row));
  }
}

function rangeTexts({ values, valueOffsets }: Arrow.Data): (row: number) => Uint8Array {
  return (row) => values.subarray(Number(valueOffsets[row] ?? 0), Number(valueOffsets[row + 1] ?? 0));
}

/** Each text of a dictionary is made bytes once. */
function dictionaryTexts({ values, dictionary }: Arrow.Data): (row: number) => Uint8Array {
  const known = new Map<number, Uint8Array>();
  return (row) => {
    const key = Number(values[row]);
    const found = known.get(key) ?? bytesOfText(dictionary?.get(key));
    known.set(key, found);
    return found;
  };
}

function bytesOfText(text: unknown): Uint8Array {
  if (typeof text === "string") return Buffer.from(text);
  throw new BoathouseError("ARROW_TYPE_UNSUPPORTED", "A dictionary of Arrow has a null among its values.", {
    sqlState: "0A000",
    hint: "Make the key null in place of the value.",
  });
}

/** Also maps: their entries are structs of key and value in both libraries. */
function fillLists(
  libraries: Libraries,
  vector: RawVector,
  { data, start, count }: Part,
  type: Extract<DataType, { kind: "array" | "map" }>,
): void {
  const { duckdb } = libraries;
  const { valueOffsets } = data;
  const first = valueOffsets[start] ?? 0;
  const size = (valueOffsets[start + count] ?? first) - first;
  const entries = new BigUint64Array(count * 2);
  for (let row = 0; row < count; row += 1) {
    const offset = valueOffsets[start + row] ?? 0;
    entries[row * 2] = BigInt(offset - first);
    entries[row * 2 + 1] = BigInt((valueOffsets[start + row + 1] ?? offset) - offset);
  }
  duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, entries.byteLength);
  duckdb.list_vector_reserve(vector, size);
  duckdb.list_vector_set_size(vector, size);
  const child = data.children[0];
  if (child === undefined || size === 0) return;
  const inner = duckdb.list_vector_get_child(vector);
  const part = { data: child, start: first, count: size };
  if (type.kind === "array") return fillVector(libraries, inner, part, type.element);
  const [key, value] = child.children;
  if (key === undefined || value === undefined) throw new TypeError("a map has keys and values");
  fillVector(libraries, duckdb.struct_vector_get_child(inner, 0), { ...part, data: key }, type.key);
  fillVector(libraries, duckdb.struct_vector_get_child(inner, 1), { ...part, data: value }, type.value);
}
