import type { Connection } from "../../duckdb/connection.ts";
import { quotePath } from "../../sql/quote.ts";
import { parseFileType, type FileType } from "../../sql/variant/file-type.ts";
import { textIn } from "../log/row-values.ts";

/** The columns of a Parquet file, by name, as DuckDB describes them. */
export async function fileColumns(connection: Connection, file: string): Promise<ReadonlyMap<string, FileType>> {
  const rows = await connection.rows(
    `DESCRIBE SELECT * FROM read_parquet(${quotePath(file)}, hive_partitioning = false)`,
  );
  return new Map(rows.map((row) => [textIn(row, "column_name"), parseFileType(textIn(row, "column_type"))]));
}
