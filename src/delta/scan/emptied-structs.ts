import type { DataType, StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quotePath } from "../../sql/quote.ts";
import { physicalSchema } from "../schema/column-mapping.ts";
import { addsFor } from "./listed-files.ts";
import { rewriteFiles } from "../maintain/rewrite-files.ts";
import type { Scan } from "./scan.ts";
import type { Transaction } from "../write/transaction.ts";

/**
 * Writes those files of the table anew in which a struct has none of the fields that it is to have: we read such a file right
 * (`file-layout.ts`), as Spark does from 4.1 on; before, Spark takes each of the structs for null, and delta-rs 1.6 refuses the
 * file. To be called before a transaction takes fields away.
 */
export async function keepStructs(transaction: Transaction, after: StructType, connection: Connection): Promise<void> {
  const { snapshot } = transaction;
  if (snapshot === undefined || !losesFields(snapshot.schema, after)) return;
  const all = await transaction.scan();
  const scan = all.only(await emptiedFiles(all, physicalSchema(after, snapshot.mappingMode)));
  if (scan.files.length === 0) return;
  const byIndex: Awaited<ReturnType<typeof addsFor>> = [];
  for (const [at, add] of (await addsFor(snapshot, scan)).entries()) byIndex[scan.files[at]?.index ?? at] = add;
  const groups = scan.files.map(({ index }) => ({ files: [index] }));
  transaction.stage(await rewriteFiles({ snapshot, scan, adds: byIndex, groups, connections: [connection] }));
}

/** Whether a struct anywhere has fewer fields than before. */
function losesFields(before: DataType, after: DataType, depth = 0): boolean {
  if (before.kind === "struct" && after.kind === "struct") {
    const kept = before.fields.map((old) => after.fields.find((now) => idOf(now) === idOf(old)));
    if (depth > 0 && kept.includes(undefined)) return true;
    return before.fields.some(({ type }, index) => {
      const now = kept[index];
      return now !== undefined && losesFields(type, now.type, depth + 1);
    });
  }
  if (before.kind === "array" && after.kind === "array") return losesFields(before.element, after.element, depth + 1);
  if (before.kind !== "map" || after.kind !== "map") return false;
  return losesFields(before.key, after.key, depth + 1) || losesFields(before.value, after.value, depth + 1);
}

function idOf(field: StructType["fields"][number]): unknown {
  return field.metadata?.["delta.columnMapping.id"] ?? field.name.toLowerCase();
}

/** The files, by index, in which a struct of the schema has other fields alone: their footers say. */
async function emptiedFiles(scan: Scan, schema: StructType): Promise<Set<number>> {
  const { connection } = scan.snapshot.context;
  const places = new Map(scan.files.map(({ file, index }) => [file, index]));
  const found = new Set<number>();
  for (let start = 0; start < scan.files.length; start += BATCH) {
    const names = scan.files.slice(start, start + BATCH).map(({ file }) => quotePath(file));
    // Most files have the same columns, so that only a few lists come back.
    const rows = await connection.rows(
      `SELECT paths, list(file_name) AS files FROM (SELECT file_name, list(path_in_schema ORDER BY column_id) AS paths ` +
        `FROM parquet_metadata([${names.join(", ")}]) WHERE row_group_id = 0 GROUP BY file_name) GROUP BY paths`,
    );
    for (const { paths, files } of rows) {
      if (!Array.isArray(paths) || !Array.isArray(files)) continue;
      if (
        !isEmptied(
          schema,
          paths.map((path) => String(path).split(", ")),
          true,
        )
      )
        continue;
      for (const file of files.map(String)) {
        const index = places.get(file);
        if (index !== undefined) found.add(index);
      }
    }
  }
  return found;
}

const BATCH = 1000;

/** `paths`: of the leaves that a file has below the type; none where it lacks the column. */
function isEmptied(type: DataType, paths: readonly (readonly string[])[], isTable = false): boolean {
  if (paths.length === 0) return false;
  switch (type.kind) {
    case "struct": {
      const below = type.fields.map(({ name, type: inner }) => ({
        inner,
        paths: paths.filter(([head = ""]) => head.toLowerCase() === name.toLowerCase()).map((path) => path.slice(1)),
      }));
      if (!isTable && below.every((each) => each.paths.length === 0)) return true;
      return below.some((each) => isEmptied(each.inner, each.paths));
    }
    case "array":
      // Below a list or a map stand groups whose names writers choose: `list.element`, `key_value.key`.
      return isEmptied(
        type.element,
        paths.map((path) => path.slice(2)),
      );
    case "map": {
      const part = (isKey: boolean): string[][] =>
        paths.filter((path) => (path[1] === "key") === isKey).map((path) => path.slice(2));
      return isEmptied(type.key, part(true)) || isEmptied(type.value, part(false));
    }
    default:
      return false;
  }
}
