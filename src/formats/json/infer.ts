import {
  array,
  BOOLEAN,
  DOUBLE,
  field,
  LONG,
  STRING,
  struct,
  type DataType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { Options } from "../option.ts";
import type { SourceFile } from "../source-file.ts";
import { jsonRecords } from "./read.ts";

/**
 * The schema of JSON files, as Spark infers it: fields by name in alphabetical order, whole numbers BIGINT, fractions DOUBLE,
 * what differs a STRING, fields that are always null or empty STRING. A malformed record adds the column for corrupt
 * records, unless `rescued` says that such records are rescued. Without `inferTypes` all columns are strings.
 *
 * Unlike in Spark, whole numbers beyond 64 bits are DOUBLE (there DECIMAL), and a field that is always an empty object is a
 * STRING (there it is left out).
 */
export async function inferJson(
  connection: Connection,
  files: readonly SourceFile[],
  options: Options,
  how: { readonly inferTypes: boolean; readonly rescued: boolean },
): Promise<StructType> {
  if (files.length === 0) return struct([]);
  const records = await jsonRecords(files, options, { numbered: false });
  // Empty strings and objects say nothing of a type. (What looks like them inside a string does no harm to its type.)
  const text = nothingAsNull(nothingAsNull("record", '""', '(:\\s*)""'), "{", "([:\\[,]\\s*)\\{\\s*\\}");
  const rows =
    await connection.rows(`SELECT DISTINCT CASE WHEN kind = 'OBJECT' THEN json_structure(${text}) END AS structure
    FROM (SELECT *, CASE WHEN json_valid(record) THEN json_type(record) END AS kind FROM (${records}))`);
  let merged: Structure = {};
  let corrupt = false;
  for (const { structure } of rows) {
    if (typeof structure !== "string") corrupt = true;
    else if (structure !== EMPTY_OBJECT) merged = merge(merged, JSON.parse(structure) as Structure);
  }
  const context: Context = {
    primitivesAsString: options.boolean("primitivesAsString"),
    dropNulls: options.boolean("dropFieldIfAllNull"),
  };
  const fields = isStruct(merged) ? fieldsOf(merged, context) : [];
  const typed = how.inferTypes ? fields : fields.map((each) => field(each.name, STRING));
  const corruptName = options.string("columnNameOfCorruptRecord");
  const isShown = corrupt && options.choice("mode") === "PERMISSIVE" && !how.rescued;
  if (!isShown || typed.some((each) => each.name === corruptName)) return struct(typed);
  return struct([...typed, field(corruptName, STRING)].toSorted(byName));
}

/** What `json_structure` says of `{}`. */
const EMPTY_OBJECT = '"JSON"';

function nothingAsNull(text: string, mark: string, pattern: string): string {
  return `CASE WHEN contains(record, '${mark}') THEN regexp_replace(${text}, '${pattern}', '\\1null', 'g') ELSE ${text} END`;
}

/** What DuckDB's `json_structure` says of a value: a type's name, `[element]`, or the fields of an object. */
type Structure = string | readonly Structure[] | { readonly [name: string]: Structure };

interface Context {
  readonly primitivesAsString: boolean;
  readonly dropNulls: boolean;
}

const NUMBERS = ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"];

/** The structure that covers both: numbers widen, nulls give way, what differs is text. */
function merge(a: Structure, b: Structure): Structure {
  if (a === "NULL" || a === b) return b;
  if (b === "NULL") return a;
  if (isList(a) && isList(b)) return [merge(a[0] ?? "NULL", b[0] ?? "NULL")];
  if (isStruct(a) && isStruct(b)) {
    const merged: Record<string, Structure> = { ...a };
    for (const [name, value] of Object.entries(b)) {
      const known = Object.hasOwn(merged, name) ? merged[name] : undefined;
      merged[name] = known === undefined ? value : merge(known, value);
    }
    return merged;
  }
  const bothNumbers = [a, b].every((each) => typeof each === "string" && NUMBERS.includes(each));
  if (!bothNumbers) return "VARCHAR";
  return a === "DOUBLE" || b === "DOUBLE" ? "DOUBLE" : "BIGINT";
}

function isList(structure: Structure): structure is readonly Structure[] {
  return Array.isArray(structure);
}

function isStruct(structure: Structure): structure is { readonly [name: string]: Structure } {
  return typeof structure === "object" && !isList(structure);
}

function fieldsOf(structure: { readonly [name: string]: Structure }, context: Context): StructField[] {
  const fields: StructField[] = [];
  for (const [name, value] of Object.entries(structure)) {
    const type = name === "" ? undefined : typeOf(value, context);
    if (type !== undefined) fields.push(field(name, type));
  }
  return fields.toSorted(byName);
}

/** Undefined: objects without fields, which Spark leaves out, and nulls where they are dropped. */
function typeOf(structure: Structure, context: Context): DataType | undefined {
  if (isStruct(structure)) {
    const fields = fieldsOf(structure, context);
    return fields.length === 0 ? undefined : struct(fields);
  }
  if (isList(structure)) {
    const element = typeOf(structure[0] ?? "NULL", context);
    return element === undefined ? undefined : array(element);
  }
  switch (structure) {
    case "NULL":
      return context.dropNulls ? undefined : STRING;
    case "BOOLEAN":
      return context.primitivesAsString ? STRING : BOOLEAN;
    case "BIGINT":
    case "UBIGINT":
    case "HUGEINT":
      return context.primitivesAsString ? STRING : LONG;
    case "DOUBLE":
      return context.primitivesAsString ? STRING : DOUBLE;
    default:
      return STRING;
  }
}

function byName(a: StructField, b: StructField): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
