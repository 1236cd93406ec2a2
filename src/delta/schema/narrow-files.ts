import { quotePath } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { parquetType } from "../../sql/variant/group-sql.ts";
import { physicalName, physicalType } from "./column-mapping.ts";
import { textIn } from "../log/row-values.ts";
import type { Scan } from "../scan/scan.ts";
import { hasTypeChanges } from "./type-widening.ts";

/** The files of a scan, by index, whose values are of other types than the columns, which were made wider: their footers say. */
export async function narrowFiles(scan: Scan): Promise<Set<number>> {
  const { snapshot } = scan;
  const { connection } = snapshot.context;
  const mode = snapshot.mappingMode;
  const changed = new Map(
    snapshot.schema.fields
      .filter((each) => hasTypeChanges({ kind: "struct", fields: [each] }))
      .map((each) => [physicalName(each, mode), duckDbType(parquetType(physicalType(each.type, mode)))]),
  );
  const places = new Map(scan.files.map(({ file, index }) => [file, index]));
  const found = new Set<number>();
  for (let start = 0; start < scan.files.length; start += BATCH) {
    const names = scan.files.slice(start, start + BATCH).map(({ file }) => quotePath(file));
    // Most files have the same columns: one of each kind is looked at.
    const kinds = await connection.rows(
      `SELECT any_value(file_name) AS one, list(file_name) AS files FROM (SELECT file_name, ` +
        `list([name, type, converted_type, logical_type, scale::VARCHAR, "precision"::VARCHAR]) AS columns ` +
        `FROM parquet_schema([${names.join(", ")}]) GROUP BY file_name) GROUP BY columns`,
    );
    for (const kind of kinds) {
      const { files } = kind;
      const types = await connection.rows(`DESCRIBE SELECT * FROM read_parquet(${quotePath(textIn(kind, "one"))})`);
      const isNarrow = types.some((row) => {
        const wanted = changed.get(textIn(row, "column_name"));
        return wanted !== undefined && wanted !== textIn(row, "column_type");
      });
      if (!isNarrow || !Array.isArray(files)) continue;
      for (const file of files.map(String)) {
        const index = places.get(file);
        if (index !== undefined) found.add(index);
      }
    }
  }
  return found;
}

const BATCH = 1000;
