import { simpleString, struct, type DataType, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import { clusteredPaths } from "./clustered-paths.ts";
import { mappingMode, physicalName } from "../schema/column-mapping.ts";
import { hasRange, indexedColumns } from "../scan/column-stats.ts";
import { isSupported } from "../features.ts";
import type { Snapshot } from "../snapshot.ts";
import { findField, tableSchema } from "../schema/table-schema.ts";

/** The metadata domain that names the columns (PROTOCOL.md, "Clustered Table"). */
const CLUSTERING_DOMAIN = "delta.clustering";
const CLUSTERING_FEATURE = "clustering";

/** Says that a table's clustering columns are chosen by whoever optimizes it, as Databricks keeps `CLUSTER BY AUTO`. */
export const CLUSTER_BY_AUTO = "clusterByAuto";

type ColumnPath = readonly string[];

/** The columns a table is clustered by: none where clustering was switched off, undefined for a table without it. */
export function clusteringOf(snapshot: Snapshot): readonly ColumnPath[] | undefined {
  return isSupported(snapshot.protocol, CLUSTERING_FEATURE) ? clusteredPaths(snapshot) : undefined;
}

/** What a transaction does: the part of it that clustering needs. */
interface Definition {
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
  support(features: readonly string[]): void;
  setDomain(domain: string, configuration: string | undefined): void;
}

/**
 * Clusters the table of a transaction by columns, or by none from here on. What lies in its files already stays as it is.
 *
 * Throws `DELTA_CLUSTER_BY_WITH_PARTITIONED_BY`, `DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS`, `DELTA_CLUSTERING_COLUMN_NOT_FOUND`,
 * `DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED`, `DELTA_CLUSTERING_COLUMN_MISSING_STATS`.
 */
export function clusterBy(definition: Definition, columns: readonly ColumnPath[]): void {
  const { metadata } = definition;
  checkClustering(metadata, columns);
  const schema = tableSchema(metadata.schemaString);
  const clusteringColumns = columns.map((path) => resolve(schema, path, metadata)?.physical ?? path);
  definition.support(["domainMetadata", CLUSTERING_FEATURE]);
  definition.setDomain(CLUSTERING_DOMAIN, JSON.stringify({ clusteringColumns, domainName: CLUSTERING_DOMAIN }));
}

/** Whether files say the smallest and largest values of a column, which is what ordering rows by it is for. */
export function hasStatistics(metadata: MetadataAction, path: ColumnPath): boolean {
  const partitions = new Set(metadata.partitionColumns.map((name) => name.toLowerCase()));
  const { fields } = tableSchema(metadata.schemaString);
  const data = struct(fields.filter(({ name }) => !partitions.has(name.toLowerCase())));
  const wanted = path.join("\0").toLowerCase();
  return indexedColumns(data, metadata).some((each) => each.path.join("\0").toLowerCase() === wanted);
}

/** Delta Lake's limit. */
const MOST_COLUMNS = 4;

function checkClustering(metadata: MetadataAction, columns: readonly ColumnPath[]): void {
  if (metadata.partitionColumns.length > 0) {
    throw new BoathouseError("DELTA_CLUSTER_BY_WITH_PARTITIONED_BY", "A table is clustered or partitioned, not both.", {
      sqlState: "42613",
      hint: "Cluster by the columns that the table is partitioned by.",
    });
  }
  if (columns.length > MOST_COLUMNS) {
    throw new BoathouseError(
      "DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS",
      `CLUSTER BY supports up to ${MOST_COLUMNS} clustering columns, but there are ${columns.length}.`,
      { sqlState: "54000", hint: "Name those that queries filter by most." },
    );
  }
  const schema = tableSchema(metadata.schemaString);
  const seen = new Set<string>();
  for (const path of columns) {
    const name = path.join(".");
    const found = resolve(schema, path, metadata);
    if (found === undefined) {
      throw columnMissing(name, schema);
    }
    if (seen.has(name.toLowerCase())) {
      throw new BoathouseError("DELTA_DUPLICATE_COLUMNS_FOUND", `CLUSTER BY names the column "${name}" twice.`, {
        sqlState: "42711",
      });
    }
    seen.add(name.toLowerCase());
    if (!hasRange(found.type)) {
      throw new BoathouseError(
        "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED",
        `CLUSTER BY is not supported because the following column(s): ${name} : ${simpleString(found.type).toUpperCase()} don't support data skipping.`,
        { sqlState: "0A000", hint: "Cluster by numbers, texts, dates and timestamps." },
      );
    }
    if (!hasStatistics(metadata, path)) {
      throw new BoathouseError(
        "DELTA_CLUSTERING_COLUMN_MISSING_STATS",
        `Clustering requires clustering columns to have stats. Couldn't find clustering column(s) '${name}' in stats schema.`,
        {
          sqlState: "22000",
          hint: "Add it to the table property delta.dataSkippingStatsColumns, or raise delta.dataSkippingNumIndexedCols.",
        },
      );
    }
  }
}

function columnMissing(name: string, schema: StructType): BoathouseError {
  const hint = didYouMean(
    name,
    schema.fields.map((each) => each.name),
  );
  return new BoathouseError(
    "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA",
    `The table has no column "${name}" to be clustered by.`,
    {
      sqlState: "42703",
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

function resolve(
  schema: StructType,
  path: ColumnPath,
  metadata: MetadataAction,
): { readonly physical: readonly string[]; readonly type: DataType } | undefined {
  const [head = "", ...rest] = path;
  const field = findField(schema, head);
  if (field === undefined) return undefined;
  const physical = physicalName(field, mappingMode(metadata));
  if (rest.length === 0) return { physical: [physical], type: field.type };
  const inner = field.type.kind === "struct" ? resolve(field.type, rest, metadata) : undefined;
  return inner === undefined ? undefined : { physical: [physical, ...inner.physical], type: inner.type };
}
