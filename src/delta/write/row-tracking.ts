import { field, LONG, struct, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { IdSource } from "../../core/ids.ts";
import { FILE_METADATA } from "../../formats/source-file.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import { mappingMode, physicalName } from "../schema/column-mapping.ts";
import { isSupported } from "../features.ts";
import { flagProperty } from "../properties.ts";
import { findField, tableSchema } from "../schema/table-schema.ts";

/** Row tracking (PROTOCOL.md, "Row Tracking"): an id for each row that stays, and the version that changed it last. */

interface TableParts {
  readonly protocol: ProtocolAction;
  readonly metadata: MetadataAction;
}

/** Files must carry ids, whether or not rows keep theirs. */
export function assignsRowIds({ protocol, metadata }: TableParts): boolean {
  return isSupported(protocol, "rowTracking") && !flagProperty(metadata, SUSPENDED);
}

/** Rows keep their ids when they are changed or moved. */
export function tracksRows({ protocol, metadata }: TableParts): boolean {
  return flagProperty(metadata, ENABLED) && isSupported(protocol, "rowTracking");
}

/** The columns of data files that hold ids and versions of rows that were written before. Hidden from the table's schema. */
export interface TrackingColumns {
  readonly rowId: StructField;
  readonly version: StructField;
}

/** Undefined where rows are not tracked. Throws `DELTA_MATERIALIZED_ROW_TRACKING_COLUMN_NAME_MISSING`. */
export function trackingColumns(table: TableParts): TrackingColumns | undefined {
  if (!tracksRows(table)) return undefined;
  const { configuration, id } = table.metadata;
  const named = (key: string, what: string): StructField => {
    const name = configuration[key];
    if (name !== undefined) return field(name, LONG);
    throw new BoathouseError(
      "DELTA_MATERIALIZED_ROW_TRACKING_COLUMN_NAME_MISSING",
      `Materialized ${what} column name missing for ${id}.`,
      {
        sqlState: "22000",
        hint: `The table property ${key} was lost. Set delta.enableRowTracking to false and to true again.`,
      },
    );
  };
  return { rowId: named(ROW_ID_COLUMN, "Row ID"), version: named(VERSION_COLUMN, "Row Commit Version") };
}

/** The same as columns that data files may have besides the table's own. */
export function trackingFields(table: TableParts): StructField[] {
  const tracking = trackingColumns(table);
  return tracking === undefined ? [] : [tracking.rowId, tracking.version];
}

/** Spark's hidden column `_metadata` of a table. */
export function metadataType(tracking: TrackingColumns | undefined): StructType {
  if (tracking === undefined) return FILE_METADATA;
  const names = ["row_id", "base_row_id", "default_row_commit_version", "row_commit_version"];
  return struct([...FILE_METADATA.fields, ...names.map((name) => field(name, LONG))]);
}

/**
 * Gives a table that supports row tracking the names of its hidden columns, which stay the same for good. `before` is the
 * metadata of the version that is replaced.
 *
 * Throws `DELTA_ROW_TRACKING_ILLEGAL_PROPERTY_COMBINATION`, `DELTA_ADDING_COLUMN_WITH_INTERNAL_NAME_FAILED`.
 */
export function withTrackingColumns(draft: TableParts, before: MetadataAction | undefined, ids: IdSource): TableParts {
  const { protocol, metadata } = draft;
  if (!isSupported(protocol, "rowTracking")) return draft;
  if (flagProperty(metadata, ENABLED) && flagProperty(metadata, SUSPENDED)) throw illegal();
  const name = (key: string, prefix: string): string => before?.configuration[key] ?? `${prefix}${ids.uuid()}`;
  const names = {
    [ROW_ID_COLUMN]: name(ROW_ID_COLUMN, "_row-id-col-"),
    [VERSION_COLUMN]: name(VERSION_COLUMN, "_row-commit-version-col-"),
  };
  refuseNames(metadata, Object.values(names));
  if (Object.entries(names).every(([key, value]) => metadata.configuration[key] === value)) return draft;
  return { protocol, metadata: { ...metadata, configuration: { ...metadata.configuration, ...names } } };
}

const ENABLED = "delta.enableRowTracking";
const SUSPENDED = "delta.rowTrackingSuspended";
const ROW_ID_COLUMN = "delta.rowTracking.materializedRowIdColumnName";
const VERSION_COLUMN = "delta.rowTracking.materializedRowCommitVersionColumnName";

function refuseNames(metadata: MetadataAction, names: readonly string[]): void {
  const schema = tableSchema(metadata.schemaString);
  const mode = mappingMode(metadata);
  for (const name of names) {
    const taken = schema.fields.some((each) => physicalName(each, mode) === name);
    if (!taken && findField(schema, name) === undefined) continue;
    throw new BoathouseError(
      "DELTA_ADDING_COLUMN_WITH_INTERNAL_NAME_FAILED",
      `Failed to add column ${name} because the name is reserved.`,
      { sqlState: "42000", hint: "Row tracking keeps its ids in a column of this name. Take another one." },
    );
  }
}

function illegal(): BoathouseError {
  return new BoathouseError(
    "DELTA_ROW_TRACKING_ILLEGAL_PROPERTY_COMBINATION",
    `Illegal table state was detected. Table properties \`${ENABLED}\` and \`${SUSPENDED}\` are both set to true.`,
    { sqlState: "55000", hint: "Disable any of the two table properties." },
  );
}
