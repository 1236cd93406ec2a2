import {
  sameType,
  simpleString,
  struct,
  type DataType,
  type DecimalType,
  type StructField,
  type StructType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { schemaFromJson } from "../../core/schema-json.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import { isSupported } from "../features.ts";

/** Where a field keeps what its type was before (PROTOCOL.md, "Type Change Metadata"). */
const CHANGES = "delta.typeChanges";
export const ENABLE_TYPE_WIDENING = "delta.enableTypeWidening";

/** May the types of the table's columns be made wider? */
export function isWideningEnabled(metadata: MetadataAction): boolean {
  return metadata.configuration[ENABLE_TYPE_WIDENING]?.toLowerCase() === "true";
}

/** Whether a type may be changed to another without touching files (PROTOCOL.md, "Type Widening"); both are atomic. */
export function canWiden(from: DataType, to: DataType): boolean {
  if (sameType(from, to)) return true;
  const source = INTEGERS.indexOf(from.kind);
  if (source >= 0) {
    const target = INTEGERS.indexOf(to.kind);
    if (target >= 0) return source <= target;
    if (to.kind === "double") return from.kind !== "long";
    return to.kind === "decimal" && isWider(to, { precision: from.kind === "long" ? 20 : 10, scale: 0 });
  }
  if (from.kind === "float") return to.kind === "double";
  if (from.kind === "date") return to.kind === "timestamp_ntz";
  return from.kind === "decimal" && to.kind === "decimal" && isWider(to, from);
}

/** Those changes that schema evolution makes by itself: Delta Lake leaves integers integers. */
export function canEvolve(from: DataType, to: DataType): boolean {
  const isInteger = INTEGERS.includes(from.kind);
  return canWiden(from, to) && (!isInteger || INTEGERS.includes(to.kind));
}

/** The new schema, its fields telling what their types were. `counterpart` finds a field of the old one. */
export function recordTypeChanges(
  before: StructType,
  after: StructType,
  counterpart: (now: StructField, before: StructType) => StructField | undefined,
): StructType {
  const ofField = (now: StructField, old: StructField | undefined): StructField => {
    if (old === undefined) return now;
    const changes: TypeChange[] = [];
    const type = ofType(old.type, now.type, "", changes);
    if (changes.length === 0) return { ...now, type };
    const metadata = { ...now.metadata, [CHANGES]: [...changesOf(now), ...changes] };
    return { ...now, type, metadata };
  };
  const ofType = (old: DataType, now: DataType, path: string, changes: TypeChange[]): DataType => {
    if (now.kind === "struct" && old.kind === "struct") {
      return struct(now.fields.map((each) => ofField(each, counterpart(each, old))));
    }
    if (now.kind === "array" && old.kind === "array") {
      return { ...now, element: ofType(old.element, now.element, join(path, "element"), changes) };
    }
    if (now.kind === "map" && old.kind === "map") {
      const key = ofType(old.key, now.key, join(path, "key"), changes);
      return { ...now, key, value: ofType(old.value, now.value, join(path, "value"), changes) };
    }
    const isText = old.kind === "string" && now.kind === "string";
    if (!sameType(old, now) && old.kind !== "void" && !isText) {
      const fieldPath = path === "" ? {} : { fieldPath: path };
      changes.push({ fromType: jsonName(old), toType: jsonName(now), ...fieldPath });
    }
    return now;
  };
  return struct(after.fields.map((each) => ofField(each, counterpart(each, before))));
}

/** Whether the schema tells of changed types. */
export function hasTypeChanges(schema: StructType): boolean {
  return allFields(schema).some(({ field }) => field.metadata?.[CHANGES] !== undefined);
}

/** For a table whose files all have the types of its columns. */
export function withoutTypeChanges(schema: StructType): StructType {
  const ofType = (type: DataType): DataType => {
    if (type.kind === "struct") return withoutTypeChanges(type);
    if (type.kind === "array") return { ...type, element: ofType(type.element) };
    return type.kind === "map" ? { ...type, key: ofType(type.key), value: ofType(type.value) } : type;
  };
  return struct(
    schema.fields.map(({ metadata, ...each }) => {
      const kept = Object.entries(metadata ?? {}).filter(([key]) => key !== CHANGES);
      const plain = { ...each, type: ofType(each.type) };
      return kept.length === 0 ? plain : { ...plain, metadata: Object.fromEntries(kept) };
    }),
  );
}

/** Was a FLOAT made a DOUBLE? Then statistics of old files are texts of the shorter numbers. */
export function wasFloat(field: StructField): boolean {
  return changesOf(field).some(({ fromType }) => fromType === "float");
}

/**
 * Whether a filter on the column must not reach the files: DuckDB compares the values of a file in the file's own type,
 * and a constant of the wider type may be none of it (`a < 5.5` of an INT that was made DOUBLE becomes `a < 6`).
 */
export function mayRound(field: StructField): boolean {
  const rounds = changesOf(field).some(({ fromType, toType, fieldPath }) => {
    const [from, to] = [typeNamed(fromType), typeNamed(toType)];
    if (fieldPath !== undefined || INTEGERS.includes(to.kind)) return false;
    return from.kind !== "decimal" || to.kind !== "decimal" || from.scale !== to.scale;
  });
  return rounds || (field.type.kind === "struct" && field.type.fields.some(mayRound));
}

/**
 * Throws `DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA` for a change that is none of the protocol's: values of old files
 * could not be told for certain.
 */
export function checkTypeChanges(protocol: ProtocolAction, metadata: MetadataAction, where: string): void {
  if (!metadata.schemaString.includes(CHANGES)) return;
  if (!isSupported(protocol, "typeWidening") && !isSupported(protocol, "typeWidening-preview")) return;
  for (const { field, path } of allFields(schemaFromJson(metadata.schemaString))) {
    for (const { fromType, toType, fieldPath } of changesOf(field)) {
      const [from, to] = [typeNamed(fromType), typeNamed(toType)];
      if (from.kind === "string" && to.kind === "string") continue;
      if (canWiden(from, to)) continue;
      const name = fieldPath === undefined ? path : `${path}.${fieldPath}`;
      throw new BoathouseError(
        "DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA",
        `${where} cannot be read: the type of ${name} was changed from ${simpleString(from)} to ${simpleString(to)}, which is no widening.`,
        { sqlState: "0AKDC", hint: "Rewrite the table with the engine that made the change." },
      );
    }
  }
}

interface TypeChange {
  readonly fromType: string;
  readonly toType: string;
  readonly fieldPath?: string;
  /** Of the feature's preview. */
  readonly tableVersion?: number;
}

const INTEGERS: readonly DataType["kind"][] = ["byte", "short", "int", "long"];

function isWider(to: DecimalType, from: { readonly precision: number; readonly scale: number }): boolean {
  return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
}

function changesOf(field: StructField): readonly TypeChange[] {
  const kept = field.metadata?.[CHANGES];
  if (!Array.isArray(kept)) return [];
  return (kept as readonly Json[]).flatMap((each) => {
    if (!isJsonObject(each)) return [];
    const { fromType, toType, fieldPath, tableVersion } = each;
    if (typeof fromType !== "string" || typeof toType !== "string") return [];
    return [
      {
        fromType,
        toType,
        ...(typeof fieldPath === "string" ? { fieldPath } : {}),
        ...(typeof tableVersion === "number" ? { tableVersion } : {}),
      },
    ];
  });
}

function allFields(schema: StructType, parent = ""): { readonly field: StructField; readonly path: string }[] {
  const ofType = (type: DataType, path: string): { readonly field: StructField; readonly path: string }[] => {
    if (type.kind === "struct") return allFields(type, `${path}.`);
    if (type.kind === "array") return ofType(type.element, `${path}.element`);
    return type.kind === "map" ? [...ofType(type.key, `${path}.key`), ...ofType(type.value, `${path}.value`)] : [];
  };
  return schema.fields.flatMap((field) => {
    const path = `${parent}${field.name}`;
    return [{ field, path }, ...ofType(field.type, path)];
  });
}

/** As `schemaString` names types: `integer`, `decimal(10,2)`. */
function jsonName(type: DataType): string {
  if (type.kind === "int") return "integer";
  return INTEGERS.includes(type.kind) ? type.kind : simpleString(type);
}

function typeNamed(name: string): DataType {
  const { fields } = schemaFromJson(
    JSON.stringify({ type: "struct", fields: [{ name: "a", type: name, nullable: true, metadata: {} }] }),
  );
  return fields[0]?.type ?? { kind: "void" };
}

function join(path: string, part: string): string {
  return path === "" ? part : `${path}.${part}`;
}
