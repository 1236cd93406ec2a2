import { field, simpleString, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { findField } from "./table-schema.ts";

/** A column by the names that lead to it: fields of structs, `element` of arrays, `key` and `value` of maps. */
export type ColumnPath = readonly string[];

/** Where a column goes among those of its struct; `after`: the name of the one before it. */
export type ColumnPlace = "first" | { readonly after: string };

/** The column at a path. An array's element and a map's parts are shown as fields. Throws what `changedColumn` throws. */
export function columnAt(schema: StructType, path: ColumnPath): StructField {
  let found: StructField | undefined;
  changedColumn(schema, path, (each) => (found = each));
  return found ?? field(path.at(-1) ?? "", schema);
}

/**
 * The schema with a further field in the struct at `parent` (empty: the table itself). Throws
 * `DELTA_ADD_COLUMN_PARENT_NOT_STRUCT`, `FIELD_ALREADY_EXISTS`, `DELTA_COLUMN_NOT_FOUND_IN_SCHEMA`.
 */
export function withColumn(
  schema: StructType,
  parent: ColumnPath,
  added: StructField,
  place?: ColumnPlace,
): StructType {
  return inStruct(schema, parent, (type) => {
    if (type.kind !== "struct") {
      throw new BoathouseError(
        "DELTA_ADD_COLUMN_PARENT_NOT_STRUCT",
        `Cannot add ${added.name}, because ${parent.join(".")} is no struct but ${simpleString(type)}.`,
        { sqlState: "42KD3", ...inner(type, [...parent, added.name]) },
      );
    }
    refuseExisting(type, [...parent, added.name], "add");
    return placed(type, added, place ?? lastOf(type), parent);
  });
}

/** The schema without a column. Throws `DELTA_UNSUPPORTED_DROP_NESTED_COLUMN_FROM_NON_STRUCT_TYPE`, `DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA`. */
export function withoutColumn(schema: StructType, path: ColumnPath): StructType {
  const name = path.at(-1) ?? "";
  return inStruct(schema, path.slice(0, -1), (type) => {
    if (type.kind !== "struct") {
      throw new BoathouseError(
        "DELTA_UNSUPPORTED_DROP_NESTED_COLUMN_FROM_NON_STRUCT_TYPE",
        `Only fields of structs can be dropped, but ${path.slice(0, -1).join(".")} is ${simpleString(type)}.`,
        { sqlState: "0AKDC", ...inner(type, path) },
      );
    }
    const found = fieldOf(type, name, path);
    if (type.fields.length === 1) {
      throw new BoathouseError(
        "DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA",
        `${path.join(".")} is the only ${path.length === 1 ? "column of the table" : "field of its struct"}, which cannot be left without any.`,
        { sqlState: "0AKDC", hint: "Drop the whole, or add another column first." },
      );
    }
    return struct(type.fields.filter((each) => each !== found));
  });
}

/** The schema with a column under another name. Throws `FIELD_ALREADY_EXISTS`. */
export function withRenamedColumn(schema: StructType, path: ColumnPath, name: string): StructType {
  return inStruct(schema, path.slice(0, -1), (type) => {
    if (type.kind !== "struct") throw notFound(path, type);
    const found = fieldOf(type, path.at(-1) ?? "", path);
    refuseExisting(type, [...path.slice(0, -1), name], "rename");
    return struct(type.fields.map((each) => (each === found ? { ...each, name } : each)));
  });
}

/** The schema with a column at another place among its neighbours. */
export function withMovedColumn(schema: StructType, path: ColumnPath, place: ColumnPlace): StructType {
  const parent = path.slice(0, -1);
  return inStruct(schema, parent, (type) => {
    if (type.kind !== "struct") throw notFound(path, type);
    const found = fieldOf(type, path.at(-1) ?? "", path);
    if (place !== "first" && place.after.toLowerCase() === found.name.toLowerCase()) return type;
    return placed(struct(type.fields.filter((each) => each !== found)), found, place, parent);
  });
}

/** The schema with what `change` makes of a column; of an array's element or a map's part, its type and nullability count. */
export function changedColumn(
  schema: StructType,
  path: ColumnPath,
  change: (found: StructField) => StructField,
): StructType {
  const name = path.at(-1) ?? "";
  return inStruct(schema, path.slice(0, -1), (type) => {
    const part = name.toLowerCase();
    if (type.kind === "struct") {
      const found = fieldOf(type, name, path);
      return struct(type.fields.map((each) => (each === found ? change(each) : each)));
    }
    if (type.kind === "array" && part === "element") {
      const { type: element, nullable } = change(field("element", type.element, type.containsNull));
      return { ...type, element, containsNull: nullable };
    }
    if (type.kind === "map" && part === "key") return { ...type, key: change(field("key", type.key, false)).type };
    if (type.kind === "map" && part === "value") {
      const { type: value, nullable } = change(field("value", type.value, type.valueContainsNull));
      return { ...type, value, valueContainsNull: nullable };
    }
    throw notFound(path, type);
  });
}

/** Whether a path leads through an array or a map, whose values have no metadata and no constraints of their own. */
export function isInsideCollection(schema: StructType, path: ColumnPath): boolean {
  return path.some((_, index) => {
    const { type } = index === 0 ? { type: schema as DataType } : columnAt(schema, path.slice(0, index));
    return type.kind !== "struct";
  });
}

function inStruct(schema: StructType, path: ColumnPath, edit: (type: DataType) => DataType): StructType {
  const edited = inside(schema, path, path, edit);
  return edited.kind === "struct" ? edited : schema;
}

function inside(type: DataType, rest: ColumnPath, path: ColumnPath, edit: (type: DataType) => DataType): DataType {
  const [name, ...others] = rest;
  if (name === undefined) return edit(type);
  const below = (next: DataType): DataType => inside(next, others, path, edit);
  const part = name.toLowerCase();
  if (type.kind === "struct") {
    const found = fieldOf(type, name, path);
    return struct(type.fields.map((each) => (each === found ? { ...each, type: below(each.type) } : each)));
  }
  if (type.kind === "array" && part === "element") return { ...type, element: below(type.element) };
  if (type.kind === "map" && part === "key") return { ...type, key: below(type.key) };
  if (type.kind === "map" && part === "value") return { ...type, value: below(type.value) };
  throw notFound(path, type);
}

function placed(type: StructType, moved: StructField, place: ColumnPlace, parent: ColumnPath): StructType {
  if (place === "first") return struct([moved, ...type.fields]);
  const before = fieldOf(type, place.after, [...parent, place.after]);
  return struct(type.fields.flatMap((each) => (each === before ? [each, moved] : [each])));
}

function lastOf(type: StructType): ColumnPlace {
  const last = type.fields.at(-1);
  return last === undefined ? "first" : { after: last.name };
}

function fieldOf(type: StructType, name: string, path: ColumnPath): StructField {
  const found = findField(type, name);
  if (found !== undefined) return found;
  throw notFound(path, type, name);
}

function refuseExisting(type: StructType, path: ColumnPath, verb: string): void {
  const name = path.at(-1) ?? "";
  if (findField(type, name) === undefined) return;
  throw new BoathouseError(
    "FIELD_ALREADY_EXISTS",
    `Cannot ${verb} column, because \`${path.join("`.`")}\` already exists.`,
    { sqlState: "42710", hint: "Names of columns are compared without regard to case." },
  );
}

function notFound(path: ColumnPath, type: DataType, name = path.at(-1) ?? ""): BoathouseError {
  if (type.kind !== "struct") {
    return new BoathouseError(
      type.kind === "array" || type.kind === "map"
        ? "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA"
        : "DELTA_COLUMN_PATH_NOT_NESTED",
      `There is no column ${path.join(".")}: it leads into ${simpleString(type)}.`,
      { sqlState: "42703", ...inner(type, path) },
    );
  }
  const names = type.fields.map((each) => each.name);
  const hint = didYouMean(name, names) ?? `There are: ${names.slice(0, 20).join(", ")}.`;
  return new BoathouseError("DELTA_COLUMN_NOT_FOUND_IN_SCHEMA", `There is no column ${path.join(".")}.`, {
    sqlState: "42703",
    hint,
  });
}

/** How the parts of an array or map are named. */
function inner(type: DataType, path: ColumnPath): { readonly hint?: string } {
  const [before, name] = [path.slice(0, -1).join("."), path.at(-1) ?? ""];
  if (type.kind === "array") return { hint: `An array's values are ${before}.element: ${before}.element.${name}.` };
  if (type.kind === "map") return { hint: `A map's parts are ${before}.key and ${before}.value.` };
  return {};
}
