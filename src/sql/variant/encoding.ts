/**
 * The binary form of a VARIANT: Parquet's "Variant Binary Encoding", which Spark has in memory and Delta in its files.
 *
 * **How such a value travels through DuckDB: as one BLOB, the metadata followed by the value.** Not as DuckDB's own
 * VARIANT, which has other numbers (of JSON's `1.50` it makes a double, of 10^28 too), its own casts (it rounds where
 * Spark cuts, and reads texts that Spark refuses), takes a null of JSON for NULL, and cannot be handed to a function in
 * JavaScript; and not as a struct of two BLOBs, which has to be taken apart and put together for each call. Metadata tells
 * its own length, so nothing more is needed. Parquet's group of `metadata` and `value` becomes it by `metadata || value`;
 * what DuckDB reads as its VARIANT (annotated and shredded columns) has those two parts too, by
 * `variant_to_parquet_variant`, and `variant_bytes_to_variant` takes just these bytes.
 */
export const BASIC = { primitive: 0, shortString: 1, object: 2, array: 3 } as const;

/** What a primitive's header says behind its two lowest bits. */
export const PRIMITIVE = {
  null: 0,
  true: 1,
  false: 2,
  int1: 3,
  int2: 4,
  int4: 5,
  int8: 6,
  double: 7,
  decimal4: 8,
  decimal8: 9,
  decimal16: 10,
  date: 11,
  timestamp: 12,
  timestampNtz: 13,
  float: 14,
  binary: 15,
  longString: 16,
  uuid: 20,
} as const;

/** The longest string whose length fits into the header. */
export const SHORT_STRING = 63;

export const VERSION = 1;
