import { sameType, simpleString, type DataType, type StructField, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { MetadataAction } from "./actions.ts";
import { columnId, type MappingMode } from "./column-mapping.ts";
import { findField } from "./table-schema.ts";

/**
 * What may become of a table's columns without touching its data: new nullable ones, fewer NOT NULLs, other metadata;
 * with column mapping also other names and fewer columns, which ids tell apart. Throws `DELTA_UNSUPPORTED_SCHEMA_CHANGE`.
 */
export function checkSchemaChange(before: StructType, after: StructType, mode: MappingMode, parent = ""): void {
  const refuse: Refuse = (name, what, hint) => {
    throw new BoathouseError("DELTA_UNSUPPORTED_SCHEMA_CHANGE", `The column "${parent}${name}" cannot be ${what}.`, {
      sqlState: "0AKDC",
      hint: hint ?? "Overwrite the table with overwriteSchema to change its columns freely.",
    });
  };
  for (const old of before.fields) {
    const now = counterpart(old, after, mode);
    if (now === undefined) {
      if (mode === "none") refuse(old.name, "dropped", NEEDS_MAPPING);
      continue;
    }
    if (mode === "none" && now.name !== old.name) refuse(old.name, "renamed", NEEDS_MAPPING);
    if (old.nullable && !now.nullable) refuse(old.name, "made NOT NULL: existing rows may hold nulls");
    checkTypeChange(old, now, { mode, parent: `${parent}${old.name}.`, refuse });
  }
  for (const now of after.fields) {
    if (!now.nullable && before.fields.every((old) => counterpart(old, after, mode) !== now)) {
      refuse(now.name, "added as NOT NULL: existing rows have no value for it");
    }
  }
}

/** The partition columns under their new names. Throws `DELTA_UNSUPPORTED_SCHEMA_CHANGE` when one is gone. */
export function renamedPartitions(
  before: StructType,
  after: StructType,
  metadata: MetadataAction,
  mode: MappingMode,
): string[] {
  return metadata.partitionColumns.map((name) => {
    const old = findField(before, name);
    const now = old === undefined ? undefined : counterpart(old, after, mode);
    if (now !== undefined) return now.name;
    throw new BoathouseError(
      "DELTA_UNSUPPORTED_SCHEMA_CHANGE",
      `The table is partitioned by "${name}", which cannot be dropped.`,
      {
        sqlState: "0AKDC",
        hint: "Overwrite the table with overwriteSchema and other partition columns.",
      },
    );
  });
}

/** Throws `DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE` when a CHECK constraint speaks of a column that goes or is renamed. */
export function checkConstrainedColumns(before: StructType, after: StructType, metadata: MetadataAction): void {
  for (const { name } of before.fields) {
    if (after.fields.some((each) => each.name === name)) continue;
    const word = new RegExp(`(^|[^A-Za-z0-9_])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}($|[^A-Za-z0-9_])`, "i");
    for (const [key, expression] of Object.entries(metadata.configuration)) {
      if (!/^delta\.constraints\./i.test(key) || !word.test(expression)) continue;
      throw new BoathouseError(
        "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
        `The column "${name}" is used by the CHECK constraint ${key.slice("delta.constraints.".length)} (${expression}).`,
        { sqlState: "42K09", hint: "Drop the constraint first." },
      );
    }
  }
}

const NEEDS_MAPPING =
  "Set the table property delta.columnMapping.mode to name first: then columns can be renamed and dropped.";

type Refuse = (name: string, what: string, hint?: string) => never;

interface Change {
  readonly mode: MappingMode;
  readonly parent: string;
  readonly refuse: Refuse;
}

/** The same column in another schema: by id where columns have ids, else by name. */
function counterpart(old: StructField, after: StructType, mode: MappingMode): StructField | undefined {
  const id = mode === "none" ? undefined : columnId(old);
  return id === undefined ? findField(after, old.name) : after.fields.find((each) => columnId(each) === id);
}

function checkTypeChange(old: StructField, now: StructField, change: Change): void {
  const { mode, parent, refuse } = change;
  if (old.type.kind === "struct" && now.type.kind === "struct") {
    checkSchemaChange(old.type, now.type, mode, parent);
  } else if (old.type.kind === "array" && now.type.kind === "array") {
    inner("element", old.type.element, now.type.element, { old, change });
  } else if (old.type.kind === "map" && now.type.kind === "map") {
    inner("key", old.type.key, now.type.key, { old, change });
    inner("value", old.type.value, now.type.value, { old, change });
  } else if (!sameType(old.type, now.type)) {
    refuse(old.name, `changed from ${simpleString(old.type)} to ${simpleString(now.type)}`);
  }
}

function inner(
  name: string,
  old: DataType,
  now: DataType,
  at: { readonly old: StructField; readonly change: Change },
): void {
  const as = (type: DataType): StructField => ({ ...at.old, type });
  checkTypeChange(as(old), as(now), { ...at.change, parent: `${at.change.parent}${name}.` });
}
