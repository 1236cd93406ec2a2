import type * as bindings from "@duckdb/node-bindings";

/** DuckDB's C interface to the vectors of chunks, for columns that go in and out as they lie in memory. */
export type VectorLibrary = typeof bindings.default;
export type RawVector = bindings.Vector;

/** Loaded by whoever has loaded DuckDB already. */
export async function vectorLibrary(): Promise<VectorLibrary> {
  return (await import("@duckdb/node-bindings")).default;
}

/** The validity of a vector's first rows, a bit a row, or undefined where all are valid. */
export function validityOf(library: VectorLibrary, vector: RawVector, rows: number): Uint8Array | undefined {
  const bytes: unknown = library.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
  return bytes instanceof Uint8Array ? bytes : undefined;
}

/** The values of a vector's first rows as bytes. They belong to DuckDB: copy what is to live longer than the chunk. */
export function bytesOf(library: VectorLibrary, vector: RawVector, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : library.vector_get_data(vector, length);
}
