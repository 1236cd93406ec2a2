import type { DataType } from "../../core/data-type.ts";
import { simpleString } from "../../core/data-type.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { corrupted } from "../log/commit-file.ts";
import type { FileList } from "../log/file-list.ts";
import { textIn } from "../log/row-values.ts";

/**
 * Looks once at the partition values of the files that a version lists: a text that is no value of its column would read as
 * null, or rounded, and the rows would be found where they are not. Throws `DELTA_LOG_CORRUPTED`.
 */
export async function checkPartitionValues(list: FileList, version: number): Promise<void> {
  const known = checked.get(list) ?? -1;
  if (known === version) return;
  const columns = [...list.partitions].filter(([, { kind }]) => kind !== "string" && kind !== "binary");
  if (columns.length > 0) {
    const fresh = known < version ? ` WHERE valid_from > ${known}` : "";
    for (const [name, type] of columns) await checkColumn(list, `${list.rowsAt(version)}${fresh}`, name, type);
  }
  checked.set(list, Math.max(known, version));
}

const checked = new WeakMap<FileList, number>();

async function checkColumn(list: FileList, rows: string, name: string, type: DataType): Promise<void> {
  const [bad] = await list.connection.rows(
    `SELECT path, text FROM (SELECT path, partition_values[${quoteString(name)}] AS text, part.${quoteIdentifier(name)} AS value FROM ${rows}) ` +
      `WHERE text <> '' AND text <> ${quoteString(NULL_FOLDER)} AND (value IS NULL${isWhole(type) ? ` OR NOT regexp_full_match(text, '\\s*[+-]?\\d+\\s*')` : ""}) LIMIT 1`,
  );
  if (bad === undefined) return;
  const problem = `the partition value "${textIn(bad, "text")}" of the column ${name} is no ${simpleString(type)}`;
  throw corrupted(`the file ${textIn(bad, "path")}`, problem);
}

function isWhole({ kind }: DataType): boolean {
  return kind === "byte" || kind === "short" || kind === "int" || kind === "long";
}

/** What some writers put for null, as folders are named. */
const NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";
