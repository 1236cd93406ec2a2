import { field, LONG, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import { quotePath } from "../../sql/quote.ts";
import { physicalSchema } from "./column-mapping.ts";
import type { Scan } from "../scan/scan.ts";

/** The files of a scan, by index, that hold columns or fields which the table no longer has: their footers say. */
export async function filesWithDroppedColumns(scan: Scan): Promise<Set<number>> {
  const { snapshot } = scan;
  const { fields } = physicalSchema(snapshot.schema, snapshot.mappingMode);
  const schema = struct([...fields, ...hiddenColumns(snapshot.configuration)]);
  const places = new Map(scan.files.map(({ file, index }) => [file, index]));
  const found = new Set<number>();
  for (let start = 0; start < scan.files.length; start += BATCH) {
    const names = scan.files.slice(start, start + BATCH).map(({ file }) => quotePath(file));
    // Most files have the same columns, so that only a few lists come back.
    const rows = await snapshot.context.connection.rows(
      `SELECT paths, list(file_name) AS files FROM (SELECT file_name, list(path_in_schema ORDER BY column_id) AS paths ` +
        `FROM parquet_metadata([${names.join(", ")}]) WHERE row_group_id = 0 GROUP BY file_name) GROUP BY paths`,
    );
    for (const { paths, files } of rows) {
      if (!Array.isArray(paths) || !Array.isArray(files)) continue;
      if (paths.map(String).every((path) => isKnown(path.split(", "), schema))) continue;
      for (const file of files.map(String)) {
        const index = places.get(file);
        if (index !== undefined) found.add(index);
      }
    }
  }
  return found;
}

const BATCH = 1000;

/** What row tracking keeps in files stands in no schema. */
function hiddenColumns(configuration: Readonly<Record<string, string>>): StructField[] {
  return Object.entries(configuration).flatMap(([key, name]) =>
    /^delta\.rowTracking\.materialized\w+ColumnName$/.test(key) ? [field(name, LONG)] : [],
  );
}

function isKnown(path: readonly string[], schema: StructType): boolean {
  const [head = "", ...rest] = path;
  const field = schema.fields.find(({ name }) => name.toLowerCase() === head.toLowerCase());
  return field !== undefined && isInside(rest, field.type);
}

/** Below a list or a map stand groups whose names writers choose: `list.element`, `key_value.key`. */
function isInside(path: readonly string[], type: DataType): boolean {
  switch (type.kind) {
    case "struct":
      return isKnown(path, type);
    case "array":
      return path.length < 2 || isInside(path.slice(2), type.element);
    case "map":
      return path.length < 2 || isInside(path.slice(2), path[1] === "key" ? type.key : type.value);
    default:
      return true;
  }
}
