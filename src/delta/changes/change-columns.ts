import { field, LONG, STRING, struct, TIMESTAMP, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { MetadataAction } from "../actions.ts";
import { flagProperty } from "../properties.ts";
import { findField, tableSchema } from "../schema/table-schema.ts";

export const CHANGE_TYPE = "_change_type";

/** What stands behind a table's own columns in its change data feed. */
const FEED_COLUMNS = [
  field(CHANGE_TYPE, STRING),
  field("_commit_version", LONG),
  field("_commit_timestamp", TIMESTAMP),
] as const;

/** The table's columns, and `_change_type`, `_commit_version`, `_commit_timestamp`. */
export function feedSchema(schema: StructType): StructType {
  return struct([...schema.fields, ...FEED_COLUMNS]);
}

export function hasChangeFeed(metadata: MetadataAction): boolean {
  return flagProperty(metadata, "delta.enableChangeDataFeed");
}

/**
 * A table with a change data feed has no columns of these names. Throws `DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS`, and
 * `RESERVED_CDC_COLUMNS_ON_WRITE` where `before` has the feed already.
 */
export function checkFeedColumns(metadata: MetadataAction, before: MetadataAction | undefined): void {
  if (!hasChangeFeed(metadata)) return;
  const schema = tableSchema(metadata.schemaString);
  const taken = FEED_COLUMNS.filter(({ name }) => findField(schema, name) !== undefined).map(({ name }) => name);
  if (taken.length === 0) return;
  const names = taken.join(", ");
  if (before !== undefined && hasChangeFeed(before)) {
    throw new BoathouseError(
      "RESERVED_CDC_COLUMNS_ON_WRITE",
      `The write contains reserved columns ${names} that are used internally as metadata for Change Data Feed.`,
      {
        sqlState: "42939",
        hint: "Rename or leave out these columns, or set delta.enableChangeDataFeed to false.",
      },
    );
  }
  throw new BoathouseError(
    "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS",
    `Unable to enable Change Data Capture on the table. The table already contains reserved columns ${names} that will be used internally as metadata for the table's Change Data Feed.`,
    { sqlState: "42711", hint: "To enable Change Data Feed on the table rename or drop these columns." },
  );
}
