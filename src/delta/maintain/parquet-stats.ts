import type { DataType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { CopiedColumn } from "../../duckdb/copy.ts";
import { pathList } from "../../formats/source-file.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { hasRange, type LeafColumn } from "../scan/column-stats.ts";
import { fileStats } from "../write/file-stats.ts";
import type { ParquetFile } from "./parquet-files.ts";
import { numberIn, optionalTextIn, textIn } from "../log/row-values.ts";

/**
 * The `stats` of Parquet files that others wrote, by path: from their footers, in SQL. Only columns of floating point are read
 * themselves, because a footer does not tell of NaN, which is greater than what it says is the greatest.
 */
export async function parquetStats(
  connection: Connection,
  files: readonly ParquetFile[],
  columns: readonly LeafColumn[],
): Promise<ReadonlyMap<string, string>> {
  const stats = new Map<string, string>();
  for (let start = 0; start < files.length; start += BATCH) {
    for (const [path, text] of await statsOf(connection, files.slice(start, start + BATCH), columns))
      stats.set(path, text);
  }
  return stats;
}

/** Rows of each file, from its footer. */
const BATCH = 1000;

async function statsOf(
  connection: Connection,
  files: readonly ParquetFile[],
  columns: readonly LeafColumn[],
): Promise<Map<string, string>> {
  const counted = await connection.rows(
    `SELECT file_name, sum(num_rows)::BIGINT AS rows FROM parquet_file_metadata(${pathList(files)}) GROUP BY file_name`,
  );
  const known = new Map<string, CopiedColumn[]>(counted.map((row) => [textIn(row, "file_name"), []]));
  const nan = await filesWithNaN(connection, files, columns);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${FOOTERS} AS SELECT file_name, path_in_schema, num_values, stats_null_count, ` +
      `stats_min_value, stats_max_value FROM parquet_metadata(${pathList(files)})`,
  );
  try {
    const selects = columns.map((column, index) => columnSql(column, index));
    const rows = selects.length === 0 ? [] : await connection.rows(selects.join(" UNION ALL "));
    for (const row of rows) {
      const column = columns[numberIn(row, "at")];
      const file = textIn(row, "file_name");
      const [min, max] = [optionalTextIn(row, "low"), optionalTextIn(row, "high")];
      if (column === undefined) continue;
      known.get(file)?.push({
        path: column.path,
        nullCount: numberIn(row, "nulls"),
        valueCount: numberIn(row, "count"),
        bytes: 0,
        hasNaN: nan.has(`${numberIn(row, "at")} ${file}`),
        ...(min === undefined || max === undefined ? {} : { min, max }),
      });
    }
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${FOOTERS}`);
  }
  return new Map(
    counted.map((row) => {
      const path = textIn(row, "file_name");
      const file = {
        path,
        rowCount: numberIn(row, "rows"),
        bytes: 0,
        partitionValues: {},
        columns: known.get(path) ?? [],
      };
      return [path, fileStats(file, columns)];
    }),
  );
}

const FOOTERS = '"__boathouse_footers"';

/** A column in each file, whose row groups all count their nulls; bounds only where all of them have some. */
function columnSql({ path, type }: LeafColumn, index: number): string {
  const value = (name: string): string => `TRY_CAST(${name} AS ${duckDbType(type)})`;
  const whole = `bool_and(stats_null_count = num_values OR (${value("stats_min_value")} IS NOT NULL AND ${value("stats_max_value")} IS NOT NULL))`;
  const bound = (sql: string): string =>
    hasRange(type) ? `CASE WHEN ${whole} THEN ${sql}::VARCHAR END` : "NULL::VARCHAR";
  return (
    `SELECT file_name, ${index} AS at, sum(stats_null_count)::BIGINT AS nulls, sum(num_values)::BIGINT AS count, ` +
    `${bound(`min(${value("stats_min_value")})`)} AS low, ${bound(`max(${value("stats_max_value")})`)} AS high ` +
    `FROM ${FOOTERS} WHERE path_in_schema = ${quoteString(path.join(", "))} GROUP BY file_name ` +
    `HAVING count(stats_null_count) = count(*)`
  );
}

/** Keys: the column's index and the file. */
async function filesWithNaN(
  connection: Connection,
  files: readonly ParquetFile[],
  columns: readonly LeafColumn[],
): Promise<Set<string>> {
  const floats = columns.flatMap(({ path, type }, index) => (isFloat(type) ? [{ path, index }] : []));
  if (floats.length === 0) return new Set();
  const parts = floats.map(
    ({ path, index }) => `CASE WHEN bool_or(isnan(${path.map(quoteIdentifier).join(".")})) THEN ${index} END`,
  );
  const rows = await connection.rows(
    `SELECT file_name, unnest(hits) AS at FROM (SELECT filename AS file_name, list_filter([${parts.join(", ")}], lambda x: x IS NOT NULL) AS hits ` +
      `FROM read_parquet(${pathList(files)}, union_by_name = true, filename = true, hive_partitioning = false) GROUP BY filename)`,
  );
  return new Set(rows.map((row) => `${numberIn(row, "at")} ${textIn(row, "file_name")}`));
}

function isFloat(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double";
}
