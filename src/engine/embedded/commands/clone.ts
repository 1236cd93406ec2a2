import { hasPolicy } from "../../../catalog/places.ts";
import { field, LONG, struct } from "../../../core/data-type.ts";
import { cloneTable, sourceOfSnapshot, type CloneSource } from "../../../delta/maintain/clone.ts";
import { parquetSource } from "../../../delta/maintain/convert.ts";
import type { CloneTable } from "../../../sql/ast/create.ts";
import type { StatementResult } from "../../session.ts";
import { doneResult, rowsResult } from "../result.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { propertiesOf } from "./create-table.ts";
import { deltaTarget, pathOf, versionOf } from "./delta-target.ts";
import { afterRace, prepare, register, type Target } from "./new-table.ts";
import type { Command } from "./command.ts";

/** `CREATE [OR REPLACE] TABLE a SHALLOW | DEEP CLONE b [VERSION | TIMESTAMP AS OF …]`. */
export const clone: Command<"clone_table"> = {
  kinds: ["clone_table"],
  run: (statement, call) => afterRace(() => run(statement, call)),
};

async function run(statement: CloneTable, call: StatementCall): Promise<StatementResult> {
  refuseClauses(statement, call);
  const target = await prepare(statement, call);
  if (target.skip) return doneResult("CLONE");
  const source = await sourceOf(statement, target, call);
  const table = await call.env.tables.at(target.location);
  if (source.location.store === table.location.store && source.location.root === table.location.root) {
    throw call.error(
      statement.source.span,
      "DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE",
      "A table cannot be a clone of itself.",
      "Use RESTORE to bring back an older version of it.",
    );
  }
  const { txn } = call.options;
  const { comment } = statement;
  const cloned = await cloneTable(table, source, {
    shallow: statement.shallow,
    properties: propertiesOf(statement, call),
    userName: call.user,
    isNew: target.id === undefined && target.isNew,
    ...(comment === undefined ? {} : { comment }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    ...(txn === undefined ? {} : { txn }),
  });
  const { schema, metadata } = await table.snapshot();
  await register(statement, call, target, {
    schema,
    partitionColumns: metadata.partitionColumns,
    properties: metadata.configuration,
    comment: metadata.description,
  });
  if (cloned === undefined) return rowsResult("CLONE", SCHEMA, [], { alreadyCommitted: true });
  const { version, metrics } = cloned;
  const row = METRICS.map(([name, metric]) => [name, BigInt(metrics[metric] ?? 0)]);
  return rowsResult("CLONE", SCHEMA, [Object.fromEntries(row)], {
    version,
    filesAdded: metrics["numCopiedFiles"] ?? 0,
    filesRemoved: metrics["numRemovedFiles"] ?? 0,
    bytesWritten: metrics["copiedFilesSize"] ?? 0,
  });
}

/** A clone has the columns, the partitioning and the format of its source. */
function refuseClauses(statement: CloneTable, call: StatementCall): void {
  const unwanted =
    statement.partitionedBy[0] ?? statement.clusterBy ?? statement.options[0] ?? statement.hive[0] ?? statement.buckets;
  if (unwanted === undefined) return;
  throw call.error(
    unwanted.span,
    "INVALID_SQL_SYNTAX",
    "A clone takes TBLPROPERTIES and LOCATION alone: everything else is its source's.",
  );
}

async function sourceOf(statement: CloneTable, target: Target, call: StatementCall): Promise<CloneSource> {
  const { source, timeTravel } = statement;
  const path = await pathOf(source, call);
  if (path !== undefined && path.format !== "delta") {
    if (path.format !== "parquet") {
      throw call.error(
        source.span,
        "DELTA_CLONE_UNSUPPORTED_SOURCE",
        `Unsupported clone source ${call.textOf(source.span)}, whose format is ${path.format}.`,
        "Delta tables and folders of Parquet files can be cloned.",
      );
    }
    if (timeTravel !== undefined) {
      throw call.error(timeTravel.span, "DELTA_CLONE_UNSUPPORTED_SOURCE", "Parquet files have no versions to clone.");
    }
    call.env.catalog.places.require(await call.access(), path.path, "READ FILES");
    const { location } = await call.env.tables.at(path.path);
    const connection = await call.env.tables.planningConnection();
    try {
      return await parquetSource(connection, location, `parquet.\`${path.path}\``);
    } finally {
      connection.close();
    }
  }
  const { table, entry } = await deltaTarget(source, "read", call);
  if (statement.shallow && target.storage === "external" && entry?.storage === "managed") {
    throw call.error(
      statement.span,
      "UNSUPPORTED_FEATURE",
      `${entry.name} is a managed table, whose files an external table cannot live on.`,
      "Make a DEEP CLONE, or name the clone without a place for it.",
    );
  }
  if (entry !== undefined && hasPolicy(entry)) {
    throw call.error(
      source.span,
      "UNSUPPORTED_FEATURE",
      `${entry.name} has a row filter or column masks, which a clone would not have.`,
      "Use CREATE TABLE … AS SELECT, which takes what may be seen.",
    );
  }
  const snapshot = await table.snapshot(await versionOf(timeTravel, call));
  await sharedFolders(snapshot, entry, call);
  const { snapshot: catalog } = await call.access();
  return sourceOfSnapshot(
    snapshot,
    entry === undefined ? `delta.\`${path?.path ?? ""}\`` : catalog.fullName(entry).join("."),
  );
}

const METRICS = [
  ["source_table_size", "sourceTableSize"],
  ["source_num_of_files", "sourceNumOfFiles"],
  ["num_removed_files", "numRemovedFiles"],
  ["num_copied_files", "numCopiedFiles"],
  ["removed_files_size", "removedFilesSize"],
  ["copied_files_size", "copiedFilesSize"],
] as const;

const SCHEMA = struct(METRICS.map(([name]) => field(name, LONG)));
