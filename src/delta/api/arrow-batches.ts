import type { RecordBatch } from "apache-arrow";
import type { StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { vectorLibrary } from "../../duckdb/vectors.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { columnBuilder } from "./arrow-builder.ts";
import { arrowLibrary, arrowSchema } from "./arrow-types.ts";

/** A batch ends with the chunk that reaches one of the two. */
const ROWS = 65_536;
const BYTES = 64 * 1024 ** 2;

/** The rows of a SELECT with the columns of a schema. Only one batch is held at a time. */
export async function* arrowBatches(
  connection: Connection,
  select: string,
  schema: StructType,
): AsyncGenerator<RecordBatch> {
  const arrow = await arrowLibrary();
  const arrows = arrowSchema(arrow, schema);
  const libraries = { arrow, duckdb: await vectorLibrary() };
  const builders = schema.fields.map(({ name, type }) => columnBuilder(libraries, type, name));
  let rows = 0;
  const batch = (): RecordBatch => {
    const children = builders.map((builder) => builder.finish());
    const type = new arrow.Struct(arrows.fields);
    const data = arrow.makeData({ type, length: rows, nullCount: 0, children });
    rows = 0;
    return new arrow.RecordBatch(arrows, data);
  };
  // No cast where DuckDB has the type already.
  const columns = schema.fields.map(({ name, type }) => `CAST(${quoteIdentifier(name)} AS ${duckDbType(type)})`);
  for await (const part of connection.chunks(`SELECT ${columns.join(", ")} FROM (${select}\n)`)) {
    const { chunk, rowCount } = part;
    for (const [index, builder] of builders.entries()) {
      builder.append(libraries.duckdb.data_chunk_get_vector(chunk, index), rowCount, [0, rowCount]);
    }
    rows += rowCount;
    if (rows >= ROWS || builders.reduce((sum, { bytes }) => sum + bytes, 0) >= BYTES) yield batch();
  }
  if (rows > 0) yield batch();
}
