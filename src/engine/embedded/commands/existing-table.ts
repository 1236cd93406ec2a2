import { simpleString, type StructType } from "../../../core/data-type.ts";
import { LOG_FOLDER } from "../../../delta/log/log-files.ts";
import { isInternalProperty, readProperties } from "../../../delta/properties.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import type { DeltaTable } from "../../../delta/table.ts";
import type { NamedTable, TableParts, Target } from "./new-table.ts";
import type { StatementCall } from "../statement-call.ts";

/** What is at the location already must be what the statement describes (Delta Lake's `CreateDeltaTableCommand`). */
export function checkSameTable(
  { schema, metadata }: Snapshot,
  parts: TableParts,
  statement: NamedTable,
  call: StatementCall,
): void {
  const names = (columns: readonly string[]): string => columns.join(", ").toLowerCase();
  if (shapeOf(schema) !== shapeOf(parts.schema)) {
    throw call.error(
      statement.name.span,
      "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
      `The table at the location has the columns ${shapeOf(schema)}, not ${shapeOf(parts.schema)}.`,
      "Leave the columns out to take those that are there.",
    );
  }
  if (names(metadata.partitionColumns) !== names(parts.partitionColumns)) {
    throw call.error(
      statement.name.span,
      "DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING",
      `The table at the location is partitioned by (${metadata.partitionColumns.join(", ")}), not by (${parts.partitionColumns.join(", ")}).`,
    );
  }
  checkSameProperties({ metadata }, parts.properties, statement, call);
}

/** Properties that a statement names are all that the table has; a constraint is one of the table's. */
export function checkSameProperties(
  { metadata }: Pick<Snapshot, "metadata">,
  properties: Readonly<Record<string, string>>,
  statement: NamedTable,
  call: StatementCall,
): void {
  const given = new Map(Object.entries(readProperties(properties).configuration));
  const there = new Map(Object.entries(metadata.configuration));
  const named = [...given.keys()].filter((key) => !isInternalProperty(key));
  const others = named.length === 0 ? [] : [...there.keys()].filter((key) => !isInternalProperty(key));
  const different = [...new Set([...given.keys(), ...others])].filter((key) => given.get(key) !== there.get(key));
  const [first] = different;
  if (first === undefined) return;
  const shown = (value: string | undefined): string => (value === undefined ? "not set" : `'${value}'`);
  throw call.error(
    statement.name.span,
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY",
    `The table at the location has other properties than the statement: ${first} is ${shown(there.get(first))}, not ${shown(given.get(first))}${different.length > 1 ? `, and ${different.length - 1} more` : ""}.`,
    "Leave TBLPROPERTIES out to take those that are there; ALTER TABLE … SET TBLPROPERTIES changes them.",
  );
}

function shapeOf({ fields }: StructType): string {
  return fields
    .map(({ name, type, nullable, metadata = {} }) => {
      const own = Object.entries(metadata).filter(([key]) => !INTERNAL.test(key));
      const more =
        own.length === 0 ? "" : ` ${JSON.stringify(Object.fromEntries(own.toSorted(([a], [b]) => (a < b ? -1 : 1))))}`;
      return `${name.toLowerCase()} ${simpleString(type)}${nullable ? "" : " not null"}${more}`;
    })
    .join(", ");
}

/** What Delta notes of a column, as against what a statement says of it. */
const INTERNAL = /^delta\.(columnMapping\.|identity\.highWaterMark$|typeChanges$)/;

/**
 * A table that is new must not take in what lies at its place: VACUUM would delete it. What a write of our own left that was
 * killed before its commit is nobody's. Throws `DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION`.
 */
export async function checkNothingThere(
  { location: { store, root } }: DeltaTable,
  { storage }: Target,
  statement: NamedTable,
  call: StatementCall,
): Promise<void> {
  // The catalog gives each managed table a place of its own.
  if (storage === "managed") return;
  const prefix = root === "" ? "" : `${root}/`;
  for await (const { key } of store.list(prefix)) {
    const path = key.slice(prefix.length);
    if (path.startsWith(`${LOG_FOLDER}/`) || LEFT_OVER.test(path)) continue;
    throw call.error(
      statement.name.span,
      "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
      `The location of the new table is not empty, and no Delta table either: there is ${path}.`,
      "Give another LOCATION, empty this one, or make the Parquet files there a table with CONVERT TO DELTA.",
    );
  }
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** As `writeData` and DuckDB name files together. */
const LEFT_OVER = new RegExp(`(?:^|/)part-\\d+-${UUID}-${UUID}-c000\\.\\w+\\.parquet$`);
