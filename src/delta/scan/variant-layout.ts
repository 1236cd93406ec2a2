import type { DataType, StructType } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quotePath, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { fieldType, fileTypeText, parseFileType, type FileType } from "../../sql/variant/file-type.ts";
import { parquetType, variantFromGroup } from "../../sql/variant/group-sql.ts";
import { isShredded, UNSHRED, variantFromShredded } from "../../sql/variant/shredded-sql.ts";
import { numberIn, textIn } from "../log/row-values.ts";

/**
 * How the variants (and shapes) of a file stand in it, where that is not the plain way of two BLOBs (PROTOCOL.md, "Variant Data Type"):
 * shredded, or as a group that Parquet itself calls a VARIANT, which DuckDB reads as its own.
 */
export interface VariantLayout {
  /** The types of the columns that have variants, by physical name. */
  readonly columns: ReadonlyMap<string, FileType>;
  /** Of annotated columns: what stands for NULL, by physical name. */
  readonly nulls: ReadonlyMap<string, NullKind>;
  /** Files of one key are read alike. */
  readonly key: string;
}

/**
 * DuckDB makes NULL of a null of JSON. `values`: every such NULL is one; `nulls`: none is; `mixed`: the file has both, and
 * does not tell which is which.
 */
export type NullKind = "values" | "nulls" | "mixed";

/** The functions that the SQL of a scan may use: a connection that reads the table has to have them. */
export function scanFunctions(schema: StructType): string {
  return hasVariant(schema) ? UNSHRED : "";
}

const ANNOTATED = "VARIANT";

/** The layouts of files, by path; undefined for the plain one. `columns`: physical names and types. */
export async function variantLayouts(
  connection: Connection,
  files: readonly string[],
  schema: StructType,
): Promise<ReadonlyMap<string, VariantLayout | undefined>> {
  const wanted = schema.fields.filter(({ type }) => hasVariant(type) || hasBinary(type));
  const layouts = new Map<string, VariantLayout | undefined>();
  for (const file of files) {
    const rows = await connection.rows(`DESCRIBE SELECT * FROM ${parquet(file)}`);
    const types = new Map(rows.map((row) => [textIn(row, "column_name").toLowerCase(), textIn(row, "column_type")]));
    const columns = new Map<string, FileType>();
    const nulls = new Map<string, NullKind>();
    for (const { name, type } of wanted) {
      const text = types.get(name.toLowerCase());
      if (text === undefined) continue;
      const found = parseFileType(text);
      if (isPlain(type, found)) continue;
      columns.set(name, found);
      if (hasAnnotated(type, found)) nulls.set(name, await nullKind(connection, file, name, { type, found }));
    }
    layouts.set(file, columns.size === 0 ? undefined : layoutOf(columns, nulls));
  }
  return layouts;
}

function layoutOf(columns: ReadonlyMap<string, FileType>, nulls: ReadonlyMap<string, NullKind>): VariantLayout {
  const parts = [...columns].map(([name, type]) => [name, fileTypeText(type), nulls.get(name) ?? ""]);
  return { columns, nulls, key: JSON.stringify(parts) };
}

/** What to ask `read_parquet` for: the table's type, with variants as the file has them. */
export function askedType(type: DataType, found: FileType | undefined): string {
  if (found === undefined) return duckDbType(parquetType(type));
  switch (type.kind) {
    case "binary":
      return isShape(found) ? fileTypeText(found) : duckDbType(type);
    case "variant":
      return fileTypeText(found);
    case "struct":
      return `STRUCT(${type.fields.map((each) => `${quoteIdentifier(each.name)} ${askedType(each.type, fieldType(found, each.name))}`).join(", ")})`;
    case "array":
      return `${askedType(type.element, found.kind === "list" ? found.element : undefined)}[]`;
    case "map":
      return found.kind === "map"
        ? `MAP(${askedType(type.key, found.key)}, ${askedType(type.value, found.value)})`
        : duckDbType(parquetType(type));
    default:
      return duckDbType(parquetType(type));
  }
}

/** DuckDB SQL of a BLOB: of a shape, which DuckDB reads as its own GEOMETRY, the well-known binary form. */
export function binaryFromFile(value: string, found: FileType | undefined): string {
  return found !== undefined && isShape(found) ? `ST_AsWKB(${value})` : value;
}

function isShape(found: FileType): boolean {
  return found.kind === "other" && /^GEO(METRY|GRAPHY)\b/.test(found.text);
}

function hasBinary(type: DataType): boolean {
  switch (type.kind) {
    case "struct":
      return type.fields.some((each) => hasBinary(each.type));
    case "array":
      return hasBinary(type.element);
    case "map":
      return hasBinary(type.key) || hasBinary(type.value);
    default:
      return type.kind === "binary";
  }
}

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
  "[UNSUPPORTED_FEATURE] A Parquet file holds NULL and null of JSON in one column that Parquet calls a VARIANT, and DuckDB does not tell them apart. Read the other columns, or write the file anew with an engine that does.";

function isPlain(type: DataType, found: FileType): boolean {
  switch (type.kind) {
    case "variant":
      return found.kind === "struct" && !isShredded(found);
    case "binary":
      return !isShape(found);
    case "struct":
      return type.fields.every((each) => {
        const inner = fieldType(found, each.name);
        return inner === undefined || isPlain(each.type, inner);
      });
    case "array":
      return found.kind !== "list" || isPlain(type.element, found.element);
    case "map":
      return found.kind !== "map" || (isPlain(type.key, found.key) && isPlain(type.value, found.value));
    default:
      return true;
  }
}

function hasAnnotated(type: DataType, found: FileType | undefined): boolean {
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

/** The footer counts the NULLs alone: of each `metadata`, which a null of JSON has as well. */
async function nullKind(
  connection: Connection,
  file: string,
  name: string,
  { type, found }: { readonly type: DataType; readonly found: FileType },
): Promise<NullKind> {
  const leaves = await connection.rows(
    `SELECT path_in_schema, sum(stats_null_count)::BIGINT AS nulls, count(stats_null_count) = count(*) AS known ` +
      `FROM parquet_metadata(${quotePath(file)}) WHERE starts_with(path_in_schema, ${quoteString(`${name}, `)}) ` +
      `AND ends_with(path_in_schema, ', metadata') GROUP BY path_in_schema`,
  );
  const [leaf] = leaves;
  if (leaves.length > 0 && leaves.every((row) => row["known"] === true && numberIn(row, "nulls") === 0))
    return "values";
  if (leaf === undefined || leaves.length > 1 || leaf["known"] !== true) return "mixed";
  const [row] = await connection.rows(
    `SELECT coalesce(sum(${nullCount(quoteIdentifier(name), type, found)}), 0)::BIGINT AS nulls FROM ${parquet(file)}`,
  );
  return numberIn(row, "nulls") === numberIn(leaf, "nulls") ? "nulls" : "mixed";
}

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

function parquet(file: string): string {
  return `read_parquet(${quotePath(file)}, hive_partitioning = false)`;
}
