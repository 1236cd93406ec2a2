import type { DataType, StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quotePath, quoteString } from "../../sql/quote.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { fieldType, type FileType } from "../../sql/variant/file-type.ts";
import { variantFromGroup } from "../../sql/variant/group-sql.ts";
import { isShredded, UNSHRED, variantFromShredded } from "../../sql/variant/shredded-sql.ts";
import { numberIn, textIn } from "../log/row-values.ts";

/**
 * DuckDB makes NULL of a null of JSON in a group that Parquet calls VARIANT. `values`: every such NULL is one; `nulls`: none
 * is; `mixed`: the file may have both, and has to be read without the annotation (`variant-annotation.ts`).
 */
export type NullKind = "values" | "nulls" | "mixed";

/** The functions that the SQL of a scan may use: a connection that reads the table has to have them. */
export function scanFunctions(schema: StructType): string {
  return hasVariant(schema) ? UNSHRED : "";
}

const ANNOTATED = "VARIANT";

/** DuckDB SQL of the one BLOB of a variant, as the file has it. */
export function variantFromFile(value: string, found: FileType | undefined, nulls: NullKind | undefined): string {
  if (found === undefined) return variantFromGroup(value);
  if (found.kind !== "other") return isShredded(found) ? variantFromShredded(value, found) : variantFromGroup(value);
  const group = `g${value.length}`;
  const parts = `variant_to_parquet_variant(${value})::STRUCT(metadata BLOB, "value" BLOB)`;
  const bytes = `list_transform([${parts}], lambda ${group}: ${group}.metadata || ${group}."value")[1]`;
  if (nulls === "values") return bytes;
  const missing = nulls === "nulls" ? "NULL" : `error(${quoteString(MIXED)})`;
  return `CASE WHEN ${value} IS NULL THEN ${missing} ELSE ${bytes} END`;
}

const MIXED =
  "[UNSUPPORTED_FEATURE] A Parquet file holds NULL and null of JSON in one column that Parquet calls a VARIANT, and DuckDB does not tell them apart without a copy of the file, for which this table was opened with no place. Open it with a cache for files.";

/** Does Parquet call a variant of the column VARIANT? */
export function hasAnnotated(type: DataType, found: FileType | undefined): boolean {
  if (found === undefined) return false;
  switch (type.kind) {
    case "variant":
      return found.kind === "other" && found.text === ANNOTATED;
    case "struct":
      return type.fields.some((each) => hasAnnotated(each.type, fieldType(found, each.name)));
    case "array":
      return found.kind === "list" && hasAnnotated(type.element, found.element);
    case "map":
      return found.kind === "map" && hasAnnotated(type.value, found.value);
    default:
      return false;
  }
}

/** What the NULLs of a column are, as far as the footer tells, which counts those of each `metadata`. */
export async function nullKind(
  connection: Connection,
  file: string,
  name: string,
  { type, found }: { readonly type: DataType; readonly found: FileType },
): Promise<NullKind> {
  const rows = await connection.rows(
    `SELECT path_in_schema, sum(stats_null_count)::BIGINT AS nulls, count(stats_null_count) = count(*) AS known, ` +
      // A null of JSON is the byte 0, before which no other value comes.
      `coalesce(bool_and(coalesce(stats_null_count = num_values OR NOT starts_with(stats_min_value, '\\x00'), false)), false) AS without ` +
      `FROM parquet_metadata(${quotePath(file)}) WHERE starts_with(path_in_schema, ${quoteString(`${name}, `)}) GROUP BY path_in_schema`,
  );
  const leaves = new Map(rows.map((row) => [textIn(row, "path_in_schema"), row]));
  const metadata = rows.filter((row) => textIn(row, "path_in_schema").endsWith(METADATA));
  if (metadata.length === 0 || metadata.some((row) => row["known"] !== true)) return "mixed";
  if (metadata.every((row) => numberIn(row, "nulls") === 0)) return "values";
  const groups = metadata.map((row) => textIn(row, "path_in_schema").slice(0, -METADATA.length));
  const isTyped = rows.some((row) => /, typed_value(?:,|$)/.test(textIn(row, "path_in_schema")));
  if (!isTyped && groups.every((group) => leaves.get(`${group}, value`)?.["without"] === true)) return "nulls";
  const [leaf] = metadata;
  if (leaf === undefined || metadata.length > 1) return "mixed";
  const [row] = await connection.rows(
    `SELECT coalesce(sum(${nullCount(quoteIdentifier(name), type, found)}), 0)::BIGINT AS nulls ` +
      `FROM read_parquet(${quotePath(file)}, hive_partitioning = false)`,
  );
  return row !== undefined && numberIn(row, "nulls") === numberIn(leaf, "nulls") ? "nulls" : "mixed";
}

const METADATA = ", metadata";

/** How many entries of a column's one variant are NULL in the way that a footer counts, and nulls of JSON. */
function nullCount(value: string, type: DataType, found: FileType | undefined): string {
  const item = `n${value.length}`;
  const list = (items: string, of: string): string =>
    `CASE WHEN ${value} IS NULL OR len(${items}) = 0 THEN 1 ELSE list_sum(list_transform(${items}, lambda ${item}: ${of})) END`;
  switch (type.kind) {
    case "struct": {
      const [inner] = type.fields.filter((each) => hasAnnotated(each.type, fieldType(found, each.name)));
      if (inner === undefined) return "0";
      return nullCount(`${value}.${quoteIdentifier(inner.name)}`, inner.type, fieldType(found, inner.name));
    }
    case "array":
      return list(value, nullCount(item, type.element, found?.kind === "list" ? found.element : undefined));
    case "map":
      return list(`map_values(${value})`, nullCount(item, type.value, found?.kind === "map" ? found.value : undefined));
    default:
      return `CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END`;
  }
}
