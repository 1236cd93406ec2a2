import type { RecordBatch, Table } from "apache-arrow";
import { field, struct, type StructType } from "../../core/data-type.ts";
import { randomIds } from "../../core/ids.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { vectorLibrary } from "../../duckdb/vectors.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { fillVector } from "./arrow-filler.ts";
import { arrowLibrary, sparkTypeOf } from "./arrow-types.ts";

/** A table or a batch of apache-arrow, or what `tableToIPC` makes of one (also other languages' files and streams). */
export type ArrowRows = Table | RecordBatch | Uint8Array;

/** What DuckDB takes in a chunk. */
const CHUNK_ROWS = 2048;

/**
 * Copies rows into a table of DuckDB's own, which every connection sees and which spills to disk where memory does not suffice.
 * `release` drops it.
 */
export async function arrowRows(
  rows: ArrowRows,
  connection: Connection,
): Promise<{ readonly select: string; readonly schema: StructType; release(): Promise<void> }> {
  const arrow = await arrowLibrary();
  const libraries = { arrow, duckdb: await vectorLibrary() };
  const given = rows instanceof Uint8Array ? arrow.tableFromIPC(rows) : rows;
  const { fields } = given.schema;
  const schema = struct(
    fields.map(({ name, type, nullable }) => field(name, sparkTypeOf(arrow, type, name), nullable)),
  );
  const name = `arrow_${randomIds.uuid().replaceAll("-", "")}`;
  const columns = schema.fields.map((each) => `${quoteIdentifier(each.name)} ${duckDbType(each.type)}`);
  await connection.run(`CREATE TABLE ${name} (${columns.join(", ")})`);
  const parts = partsOf("batches" in given ? given.batches : [given]);
  const release = async (): Promise<void> => {
    await connection.run(`DROP TABLE IF EXISTS ${name}`);
  };
  const copied = connection.appendChunks(name, async (chunk) => {
    const next = parts.next();
    if (next.done === true) return false;
    const { batch, start, count } = next.value;
    chunk.rowCount = count;
    for (const [index, each] of schema.fields.entries()) {
      const data = batch.data.children[index];
      if (data === undefined) throw new TypeError("a batch has the columns of its schema");
      const vector = libraries.duckdb.data_chunk_get_vector(chunk.chunk, index);
      fillVector(libraries, vector, { data, start, count }, each.type);
    }
    return true;
  });
  try {
    await copied;
  } catch (error) {
    await release();
    throw error;
  }
  return { select: `SELECT * FROM ${name}`, schema, release };
}

function* partsOf(batches: readonly RecordBatch[]): Generator<{
  readonly batch: RecordBatch;
  readonly start: number;
  readonly count: number;
}> {
  for (const batch of batches) {
    for (let start = 0; start < batch.numRows; start += CHUNK_ROWS) {
      yield { batch, start, count: Math.min(CHUNK_ROWS, batch.numRows - start) };
    }
  }
}
