import { sameType, simpleString, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { MetadataAction } from "../actions.ts";
import { columnId, type MappingMode } from "./column-mapping.ts";
import type { ColumnPath } from "./schema-edit.ts";
import { findField } from "./table-schema.ts";
import { canWiden } from "./type-widening.ts";

/** What a table allows to become of its columns. */
export interface ChangeRules {
  readonly mode: MappingMode;
  /** Types may be made wider (`delta.enableTypeWidening`). */
  readonly widening: boolean;
  /** The rows have been looked at: columns may become NOT NULL. */
  readonly rowsChecked: boolean;
}

/**
 * What may become of a table's columns without touching its data: new nullable ones, fewer NOT NULLs, other metadata;
 * with column mapping also other names and fewer columns, which ids tell apart; with type widening wider types.
 * Gives the paths of the columns that expressions must not speak of: dropped, renamed, of another type.
 * Throws `DELTA_UNSUPPORTED_SCHEMA_CHANGE`.
 */
export function checkSchemaChange(before: StructType, after: StructType, rules: ChangeRules): ColumnPath[] {
  const touched: ColumnPath[] = [];
  checkStruct(before, after, { rules, path: [], touched });
  return touched;
}

/** The partition columns under their new names. Throws `DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN` when one is gone. */
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
      "DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN",
      `The table is partitioned by "${name}", which cannot be dropped.`,
      {
        sqlState: "0AKDC",
        hint: "Overwrite the table with overwriteSchema and other partition columns.",
      },
    );
  });
}

/** The same column in another schema: by id where columns have ids, else by name. */
export function counterpart(old: StructField, after: StructType, mode: MappingMode): StructField | undefined {
  const id = mode === "none" ? undefined : columnId(old);
  return id === undefined ? findField(after, old.name) : after.fields.find((each) => columnId(each) === id);
}

const NEEDS_MAPPING =
  "Set the table property delta.columnMapping.mode to name first: then columns can be renamed and dropped.";
const NEEDS_WIDENING = "Set the table property delta.enableTypeWidening to true first: then types can be made wider.";

interface At {
  readonly rules: ChangeRules;
  readonly path: ColumnPath;
  readonly touched: ColumnPath[];
}

function checkStruct(before: StructType, after: StructType, at: At): void {
  const { mode, rowsChecked } = at.rules;
  for (const old of before.fields) {
    const here = below(at, old.name);
    const now = counterpart(old, after, mode);
    if (now === undefined || now.name !== old.name) here.touched.push(here.path);
    if (now === undefined) {
      if (mode === "none") refuse(here, "dropped", NEEDS_MAPPING);
      continue;
    }
    if (mode === "none" && now.name !== old.name) refuse(here, "renamed", NEEDS_MAPPING);
    if (old.nullable && !now.nullable && !rowsChecked) refuse(here, "made NOT NULL: existing rows may hold nulls");
    checkType(old.type, now.type, here);
  }
  for (const now of after.fields) {
    if (!now.nullable && before.fields.every((old) => counterpart(old, after, mode) !== now)) {
      refuse(below(at, now.name), "added as NOT NULL: existing rows have no value for it");
    }
  }
}

function checkType(old: DataType, now: DataType, at: At): void {
  if (old.kind === "struct" && now.kind === "struct") checkStruct(old, now, at);
  else if (old.kind === "array" && now.kind === "array") {
    checkNulls(old.containsNull, now.containsNull, below(at, "element"));
    checkType(old.element, now.element, below(at, "element"));
  } else if (old.kind === "map" && now.kind === "map") {
    checkNulls(old.valueContainsNull, now.valueContainsNull, below(at, "value"));
    checkType(old.key, now.key, below(at, "key"));
    checkType(old.value, now.value, below(at, "value"));
  } else if (!sameType(old, now)) {
    at.touched.push(at.path);
    if (old.kind === "void" || isLongerText(old, now)) return;
    const widens = canWiden(old, now);
    if (widens && at.rules.widening) return;
    refuse(at, `changed from ${simpleString(old)} to ${simpleString(now)}`, widens ? NEEDS_WIDENING : undefined);
  }
}

function checkNulls(before: boolean, after: boolean, at: At): void {
  if (before && !after) refuse(at, "made free of nulls: existing rows may hold them");
}

/** `VARCHAR(10)` to `VARCHAR(20)` or `STRING`: all the same to files. A CHAR is padded, so it keeps its length. */
function isLongerText(old: DataType, now: DataType): boolean {
  if (old.kind !== "string" || now.kind !== "string" || old.collation !== now.collation) return false;
  if (old.length === undefined) return now.length === undefined;
  return now.length === undefined || (!now.length.fixed && old.length.max <= now.length.max);
}

function below(at: At, name: string): At {
  return { ...at, path: [...at.path, name] };
}

function refuse({ path }: At, what: string, hint?: string): never {
  throw new BoathouseError("DELTA_UNSUPPORTED_SCHEMA_CHANGE", `The column "${path.join(".")}" cannot be ${what}.`, {
    sqlState: "0AKDC",
    hint: hint ?? "Overwrite the table with overwriteSchema to change its columns freely.",
  });
}
