import { simpleString, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { identityOf } from "../../sql/identity.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import { CURRENT_DEFAULT, GENERATION_EXPRESSION } from "./column-rules.ts";
import { isSupported } from "../features.ts";
import { tableSchema } from "../schema/table-schema.ts";

/**
 * What a table's definition says of its columns besides their types must be what Delta Lake allows. Throws
 * `WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED`, `DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE`,
 * `DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED`, `DELTA_IDENTITY_COLUMNS_WITH_GENERATED_EXPRESSION`.
 */
export function checkDefinedColumns(
  { metadata, protocol }: { readonly metadata: MetadataAction; readonly protocol: ProtocolAction },
  command: "CREATE TABLE" | "ALTER TABLE",
): void {
  for (const column of tableSchema(metadata.schemaString).fields) {
    const { name, type } = column;
    if (column.metadata?.[CURRENT_DEFAULT] !== undefined && !isSupported(protocol, "allowColumnDefaults")) {
      throw new BoathouseError(
        "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED",
        `Failed to execute ${command} command because it assigned a column DEFAULT value (${name}), but the corresponding table feature was not enabled.`,
        {
          sqlState: "0AKDE",
          hint:
            command === "CREATE TABLE"
              ? "Add TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')."
              : "First run ALTER TABLE … SET TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported').",
        },
      );
    }
    if (identityOf(column) === undefined) continue;
    if (type.kind !== "long") {
      throw new BoathouseError(
        "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
        `DataType ${simpleString(type)} is not supported for IDENTITY columns: ${name}.`,
        { sqlState: "428H2", hint: "Use BIGINT." },
      );
    }
    if (column.metadata?.[GENERATION_EXPRESSION] !== undefined) {
      throw new BoathouseError(
        "DELTA_IDENTITY_COLUMNS_WITH_GENERATED_EXPRESSION",
        `IDENTITY column cannot be specified with a generated column expression: ${name}.`,
        { sqlState: "42613" },
      );
    }
    if (metadata.partitionColumns.includes(name)) {
      throw new BoathouseError(
        "DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED",
        `PARTITIONED BY IDENTITY column ${name} is not supported.`,
        { sqlState: "42601", hint: "Each row would be a partition of its own: partition by another column." },
      );
    }
  }
}

/** The table property without which columns with a DEFAULT are refused; none when no column has one. */
export function defaultsFeature({ fields }: StructType): Readonly<Record<string, string>> {
  const has = fields.some(({ metadata }) => metadata?.[CURRENT_DEFAULT] !== undefined);
  return has ? { "delta.feature.allowColumnDefaults": "supported" } : {};
}
