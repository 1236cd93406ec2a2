import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { MetadataAction } from "../actions.ts";
import { mappingMode } from "./column-mapping.ts";
import { writeData } from "../write/data-writer.ts";
import { narrowFiles } from "./narrow-files.ts";
import { addsFor, removesFor } from "../scan/listed-files.ts";
import { keyOf } from "../log/log-segment.ts";
import { numberIn } from "../log/row-values.ts";
import { optimize } from "../maintain/optimize.ts";
import { decodePath } from "../log/paths.ts";
import { flagProperty } from "../properties.ts";
import { rewriteFiles } from "../maintain/rewrite-files.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";
import { tableSchema } from "./table-schema.ts";
import type { OperationInfo } from "../write/transaction-options.ts";
import { ENABLE_TYPE_WIDENING, hasTypeChanges, isWideningEnabled, withoutTypeChanges } from "./type-widening.ts";

export interface TraceParts {
  readonly table: DeltaTable;
  /** That rewrites files. */
  readonly connection: Connection;
  readonly info: Pick<OperationInfo, "userName" | "signal">;
}

/** How a feature leaves the newest version of a table: what Delta Lake calls its pre-downgrade command. */
export interface RemovableFeature {
  /** Older versions need it to be read, which other readers must be kept from. */
  readonly inHistory: boolean;
  /** Whether the version uses the feature still. */
  readonly isUsed: (snapshot: Snapshot) => boolean | Promise<boolean>;
  /** Commits what makes the newest version free of it. Throws where only the user can. */
  readonly remove: (parts: TraceParts) => Promise<void>;
  /** Whether a version with this metadata uses it, for a look into history. */
  readonly uses?: (metadata: MetadataAction) => boolean;
  /** Table properties that go with it. */
  readonly properties?: readonly string[];
  /** The metadata domain that goes with it. */
  readonly domain?: string;
}

const NOTHING = (): Promise<void> => Promise.resolve();

export const REMOVABLE: Readonly<Record<string, RemovableFeature>> = {
  checkConstraints: {
    inHistory: false,
    isUsed: ({ metadata }) => constraintsOf(metadata).length > 0,
    remove: async ({ table }) => {
      const names = constraintsOf((await table.snapshot()).metadata).join(", ");
      throw new BoathouseError(
        "DELTA_CANNOT_DROP_CHECK_CONSTRAINT_FEATURE",
        `Cannot drop the CHECK constraints table feature while there are constraints: ${names}.`,
        { sqlState: "0AKDE", hint: "Drop them first: ALTER TABLE … DROP CONSTRAINT name." },
      );
    },
  },
  columnMapping: {
    inHistory: true,
    isUsed: ({ metadata }) => mappingMode(metadata) !== "none",
    uses: (metadata) => mappingMode(metadata) !== "none",
    remove: removeColumnMapping,
    properties: ["delta.columnMapping.mode", "delta.columnMapping.maxColumnId"],
  },
  deletionVectors: {
    inHistory: true,
    isUsed: async (snapshot) =>
      flagProperty(snapshot.metadata, "delta.enableDeletionVectors") ||
      (await filesWith(snapshot, "dv.storageType")) > 0,
    uses: (metadata) => flagProperty(metadata, "delta.enableDeletionVectors"),
    remove: async (parts) => {
      await unset(parts, ["delta.enableDeletionVectors"]);
      await optimize(parts.table, { connection: parts.connection, purge: true, ...parts.info });
    },
    properties: ["delta.enableDeletionVectors"],
  },
  domainMetadata: {
    inHistory: false,
    isUsed: ({ state }) => state.domains.size > 0,
    remove: async ({ table, info }) => {
      const snapshot = await table.snapshot();
      const transaction = await table.begin({ operation: "DOMAIN METADATA CLEANUP", ...info }, snapshot);
      for (const domain of snapshot.state.domains.keys()) transaction.setDomain(domain, undefined);
      await transaction.commit();
    },
  },
  inCommitTimestamp: {
    inHistory: false,
    isUsed: ({ configuration }) => IN_COMMIT_TIMESTAMPS.some((name) => configuration[name] !== undefined),
    remove: (parts) => unset(parts, IN_COMMIT_TIMESTAMPS),
  },
  rowTracking: {
    inHistory: false,
    isUsed: async (snapshot) =>
      flagProperty(snapshot.metadata, "delta.enableRowTracking") || (await filesWith(snapshot, "base_row_id")) > 0,
    remove: removeRowIds,
    properties: [
      "delta.enableRowTracking",
      "delta.rowTrackingSuspended",
      "delta.rowTracking.materializedRowIdColumnName",
      "delta.rowTracking.materializedRowCommitVersionColumnName",
    ],
    domain: "delta.rowTracking",
  },
  typeWidening: {
    inHistory: true,
    isUsed: ({ schema, metadata }) => isWideningEnabled(metadata) || hasTypeChanges(schema),
    uses: (metadata) => hasTypeChanges(tableSchema(metadata.schemaString)),
    remove: removeTypeChanges,
    properties: [ENABLE_TYPE_WIDENING],
  },
  v2Checkpoint: {
    inHistory: true,
    isUsed: ({ configuration }) => configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2",
    uses: ({ configuration }) => configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2",
    remove: async ({ table, info }) => {
      const setProperties = { "delta.checkpointPolicy": "classic" };
      const transaction = await table.begin({
        operation: "SET TBLPROPERTIES",
        parameters: { properties: setProperties },
        ...info,
      });
      transaction.updateMetadata({ setProperties });
      await transaction.commit();
    },
  },
  vacuumProtocolCheck: { inHistory: true, isUsed: () => false, remove: NOTHING },
};

const IN_COMMIT_TIMESTAMPS = [
  "delta.enableInCommitTimestamps",
  "delta.inCommitTimestampEnablementVersion",
  "delta.inCommitTimestampEnablementTimestamp",
];

function constraintsOf({ configuration }: MetadataAction): string[] {
  return Object.keys(configuration).flatMap((key) => /^delta\.constraints\.(.+)$/i.exec(key)?.[1] ?? []);
}

/** How many files have a value in a column of the list. */
async function filesWith(snapshot: Snapshot, column: "dv.storageType" | "base_row_id"): Promise<number> {
  const list = await snapshot.fileList();
  const [row] = await list.connection.rows(
    `SELECT count(*) AS n FROM ${list.rowsAt(snapshot.version)} WHERE ${column} IS NOT NULL`,
  );
  return numberIn(row, "n");
}

/** The files as they are, without the ids of their first rows. */
async function removeRowIds({ table, info }: TraceParts): Promise<void> {
  const snapshot = await table.snapshot();
  const setProperties = { "delta.enableRowTracking": "false", "delta.rowTrackingSuspended": "true" };
  const parameters = { properties: setProperties };
  const transaction = await table.begin({ operation: "SET TBLPROPERTIES", parameters, ...info }, snapshot);
  transaction.updateMetadata({ setProperties });
  const adds = await addsFor(snapshot, await transaction.scan());
  transaction.stage({
    adds: adds.map((each) => {
      const { baseRowId: _, defaultRowCommitVersion: __, ...add } = each;
      return { ...add, dataChange: false };
    }),
  });
  await transaction.commit();
}

async function unset({ table, info }: TraceParts, properties: readonly string[]): Promise<void> {
  const parameters = { properties, ifExists: true };
  const transaction = await table.begin({ operation: "UNSET TBLPROPERTIES", parameters, ...info });
  const { configuration } = transaction.metadata;
  if (properties.every((name) => configuration[name] === undefined)) return;
  transaction.updateMetadata({ unsetProperties: properties });
  await transaction.commit();
}

/** Files with values of narrower types are written anew; then no column has to tell of them. */
async function removeTypeChanges({ table, connection, info }: TraceParts): Promise<void> {
  const snapshot = await table.snapshot();
  const transaction = await table.begin(
    { operation: "DROP FEATURE", parameters: { featureName: "typeWidening" }, ...info },
    snapshot,
  );
  try {
    if (hasTypeChanges(snapshot.schema)) {
      const all = await transaction.scan();
      const scan = all.only(await narrowFiles(all));
      const adds = await addsFor(snapshot, scan);
      const byIndex: (typeof adds)[number][] = [];
      for (const [at, add] of adds.entries()) byIndex[scan.files[at]?.index ?? at] = add;
      const groups = scan.files.map(({ index }) => ({ files: [index] }));
      const { signal } = info;
      transaction.stage(
        await rewriteFiles({ snapshot, scan, adds: byIndex, groups, connections: [connection], signal }),
      );
    }
    transaction.updateMetadata({
      unsetProperties: [ENABLE_TYPE_WIDENING],
      schema: withoutTypeChanges(transaction.schema),
    });
    await transaction.commit();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}

/** Every file is written anew under the names that columns have now. */
async function removeColumnMapping({ table, connection, info }: TraceParts): Promise<void> {
  const snapshot = await table.snapshot();
  const transaction = await table.begin({ operation: "REMOVE COLUMN MAPPING", ...info }, snapshot);
  try {
    const scan = await transaction.scan();
    unmap(transaction);
    const { signal } = info;
    const source = {
      connection,
      select: `SELECT * FROM ${scan.sql()}`,
      schema: snapshot.schema,
      asStored: true as const,
    };
    const written = await writeData(transaction.target, { ...source, ...(signal === undefined ? {} : { signal }) }, []);
    const now = snapshot.context.clock.now();
    transaction.stage({
      adds: written.adds.map((add) => ({ ...add, dataChange: false })),
      removes: (await removesFor(snapshot, scan, now)).map((remove) => ({ ...remove, dataChange: false })),
      written: written.adds.map(({ path }) => keyOf(transaction.location, decodePath(path))),
    });
    await transaction.commit();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}

function unmap(transaction: Awaited<ReturnType<DeltaTable["begin"]>>): void {
  try {
    transaction.updateMetadata({
      schema: transaction.schema,
      overwriteSchema: true,
      unsetProperties: ["delta.columnMapping.mode", "delta.columnMapping.maxColumnId"],
    });
  } catch (error) {
    if (!(error instanceof BoathouseError) || error.code !== "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME") throw error;
    throw new BoathouseError("DELTA_INVALID_COLUMN_NAMES_WHEN_REMOVING_COLUMN_MAPPING", error.message, {
      sqlState: "42K05",
      hint: "Rename these columns first: ALTER TABLE … RENAME COLUMN.",
    });
  }
}
