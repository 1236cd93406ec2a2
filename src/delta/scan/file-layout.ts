import type { DataType, StructType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quotePath } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { fieldType, fileTypeText, type FileType } from "../../sql/variant/file-type.ts";
import { parquetType } from "../../sql/variant/group-sql.ts";
import { isShredded } from "../../sql/variant/shredded-sql.ts";
import { fileColumns } from "./file-columns.ts";
import { hasAnnotated, nullKind, type NullKind } from "./variant-layout.ts";

/**
 * How columns of a file stand in it, where `read_parquet` does not give the table's type for the asking: variants that are shredded, or
 * that Parquet itself calls VARIANT (PROTOCOL.md, "Variant Data Type"), shapes, and structs of which the file has no field
 * that the table has.
 */
export interface FileLayout {
  /** The types of those columns, by physical name. */
  readonly columns: ReadonlyMap<string, FileType>;
  /** Of annotated variants: what stands for NULL, by physical name. */
  readonly nulls: ReadonlyMap<string, NullKind>;
  /** Files of one key are read alike. */
  readonly key: string;
}

/** May a file of the table have a layout? Else none is looked into. */
export function needsLayout(schema: StructType, hasShapes: boolean): boolean {
  return hasShapes || hasVariant(schema) || schema.fields.some(({ type }) => holds(type, "struct"));
}

/**
 * The layouts of files, by path; undefined for those that need none. `schema`: of physical names. `hasShapes`: its BLOBs may
 * be shapes.
 */
export async function fileLayouts(
  connection: Connection,
  files: readonly string[],
  { schema, hasShapes }: { readonly schema: StructType; readonly hasShapes: boolean },
): Promise<ReadonlyMap<string, FileLayout | undefined>> {
  const wanted = schema.fields.filter(({ type }) => hasVariant(type) || holds(type, "binary") || holds(type, "struct"));
  const layouts = new Map<string, FileLayout | undefined>();
  // Whether a group is called VARIANT, or BLOBs are shapes, does not show in what DuckDB says of a footer; and of one file
  // there is nothing to be known before.
  const eachAlone = hasShapes || hasVariant(schema) || files.length === 1;
  for (const alike of eachAlone ? files.map((file) => [file]) : await alikeFiles(connection, files)) {
    const [file] = alike;
    if (file === undefined) continue;
    const types = new Map([...(await fileColumns(connection, file))].map(([name, type]) => [name.toLowerCase(), type]));
    const columns = new Map<string, FileType>();
    const nulls = new Map<string, NullKind>();
    for (const { name, type } of wanted) {
      const found = types.get(name.toLowerCase());
      if (found === undefined || isPlain(type, found)) continue;
      columns.set(name, found);
      if (hasAnnotated(type, found)) nulls.set(name, await nullKind(connection, file, name, { type, found }));
    }
    const layout = columns.size === 0 ? undefined : layoutOf(columns, nulls);
    for (const each of alike) layouts.set(each, layout);
  }
  return layouts;
}

/** The files, those of the same schema together: most tables have but few. */
async function alikeFiles(connection: Connection, files: readonly string[]): Promise<string[][]> {
  const found: string[][] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    const names = files.slice(start, start + BATCH).map(quotePath);
    const rows = await connection.rows(
      `SELECT list(file_name) AS files FROM (SELECT file_name, list({n: name, t: "type", c: num_children, k: converted_type, ` +
        `l: logical_type}) AS elements FROM parquet_schema([${names.join(", ")}]) GROUP BY file_name) GROUP BY elements`,
    );
    found.push(...rows.map((row) => textsOf(row["files"])));
  }
  return found;
}

const BATCH = 1000;

function textsOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function layoutOf(columns: ReadonlyMap<string, FileType>, nulls: ReadonlyMap<string, NullKind>): FileLayout {
  const parts = [...columns].map(([name, type]) => [name, fileTypeText(type), nulls.get(name) ?? ""]);
  return { columns, nulls, key: JSON.stringify(parts) };
}

/**
 * What to ask `read_parquet` for: the table's type, with variants and shapes as the file has them. `int96`: of a file whose
 * timestamps are INT96.
 */
export function askedType(type: DataType, int96: boolean, found: FileType | undefined): string {
  if (found === undefined) return plainType(type, int96);
  switch (type.kind) {
    case "binary":
      return isShape(found) ? fileTypeText(found) : duckDbType(type);
    case "variant":
      return fileTypeText(found);
    case "struct": {
      const other = otherField(type, found);
      if (other !== undefined) return `STRUCT(${quoteIdentifier(other[0])} ${fileTypeText(other[1])})`;
      const fields = type.fields.map(
        (each) => `${quoteIdentifier(each.name)} ${askedType(each.type, int96, fieldType(found, each.name))}`,
      );
      return `STRUCT(${fields.join(", ")})`;
    }
    case "array":
      return `${askedType(type.element, int96, found.kind === "list" ? found.element : undefined)}[]`;
    case "map":
      return found.kind === "map"
        ? `MAP(${askedType(type.key, int96, found.key)}, ${askedType(type.value, int96, found.value)})`
        : plainType(type, int96);
    default:
      return plainType(type, int96);
  }
}

function plainType(type: DataType, int96: boolean): string {
  const text = duckDbType(parquetType(type));
  // Asking for TIMESTAMPTZ would convert INT96 in the session's zone.
  return int96 ? text.replaceAll("TIMESTAMPTZ", "TIMESTAMP") : text;
}

/**
 * A field of a struct in a file that has none of the table's: DuckDB reads no struct without a field, and without this one nobody
 * would know which of the structs are null. Undefined where the file has a field of the table. `type`: of physical names.
 */
export function otherField(
  { fields }: StructType,
  found: FileType | undefined,
): readonly [name: string, type: FileType] | undefined {
  if (found?.kind !== "struct" || fields.some(({ name }) => fieldType(found, name) !== undefined)) return undefined;
  return found.fields.find(([, type]) => type.kind === "other") ?? found.fields[0];
}

/** DuckDB SQL of a BLOB: of a shape, which DuckDB reads as its own GEOMETRY, the well-known binary form. */
export function binaryFromFile(value: string, found: FileType | undefined): string {
  return found !== undefined && isShape(found) ? `ST_AsWKB(${value})` : value;
}

function isShape(found: FileType): boolean {
  return found.kind === "other" && /^GEO(METRY|GRAPHY)\b/.test(found.text);
}

function holds(type: DataType, kind: "binary" | "struct"): boolean {
  if (type.kind === kind) return true;
  switch (type.kind) {
    case "struct":
      return type.fields.some((each) => holds(each.type, kind));
    case "array":
      return holds(type.element, kind);
    case "map":
      return holds(type.key, kind) || holds(type.value, kind);
    default:
      return false;
  }
}

function isPlain(type: DataType, found: FileType): boolean {
  switch (type.kind) {
    case "variant":
      return found.kind === "struct" && !isShredded(found);
    case "binary":
      return !isShape(found);
    case "struct":
      if (otherField(type, found) !== undefined) return false;
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
