import { field, STRING, struct } from "../../core/data-type.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import type { AddAction, DeletionVectorDescriptor } from "../actions.ts";
import { CHANGE_TYPE, feedSchema } from "./change-columns.ts";
import type { ChangedFile, ChangePlan } from "./change-feed.ts";
import { describe } from "../log/log-segment.ts";
import { scanOfFiles } from "../scan/scan.ts";
import { scanSql, type ScanFile } from "../scan/scan-sql.ts";
import type { Snapshot } from "../snapshot.ts";

/**
 * What stands after FROM: a parenthesised SELECT that gives the rows of a plan, with the columns of `feedSchema`. Files of
 * all commits are read by one scan a kind; what depends on the commit is looked up by file.
 *
 * Throws `DELTA_FILE_NOT_FOUND` when a file of the plan is gone.
 */
export async function changeFeedSql({ snapshot, files }: ChangePlan): Promise<string> {
  const kinds = [
    files.filter((file) => file.change === "recorded"),
    files.filter((file) => file.change !== "recorded" && file.only === undefined),
    files.filter((file) => file.only !== undefined),
  ];
  const selects: string[] = [];
  for (const kind of kinds) if (kind.length > 0) selects.push(await kindSql(snapshot, kind));
  return `(${selects.length === 0 ? await emptySql(snapshot) : selects.join(" UNION ALL ")})`;
}

/** All rows of a version as inserts of it, with the columns of another one: how a stream of changes begins. */
export async function insertedSql(version: Snapshot, read: Snapshot): Promise<string> {
  const { files } = await version.scan();
  if (files.length === 0) return `(${await emptySql(read)})`;
  const time = Math.floor((await version.inCommitTimestamp()) ?? version.timestamp);
  const items = [
    ...read.schema.fields.map(({ name }) => quoteIdentifier(name)),
    `'insert' AS ${CHANGE_TYPE}`,
    `${version.version}::BIGINT AS _commit_version`,
    `make_timestamptz(${time * 1000}::BIGINT) AS _commit_timestamp`,
  ];
  return `(SELECT ${items.join(", ")} FROM ${await rowsSql(read, files, false)})`;
}

/** Of files of one kind. */
async function kindSql(snapshot: Snapshot, changed: readonly ChangedFile[]): Promise<string> {
  const recorded = changed[0]?.change === "recorded";
  const { files } = await scanOfFiles(
    snapshot,
    changed.map(({ file }) => file),
  );
  const rows = await rowsSql(snapshot, files, recorded);
  const byFile = (value: (file: ChangedFile) => string, type: string): string => lookUp(changed.map(value), type);
  const items = [
    ...snapshot.schema.fields.map(({ name }) => quoteIdentifier(name)),
    recorded ? CHANGE_TYPE : `${byFile(({ change }) => quoteString(change), "VARCHAR")} AS ${CHANGE_TYPE}`,
    `${byFile(({ version }) => String(version), "BIGINT")} AS _commit_version`,
    `make_timestamptz(${byFile(({ timestamp }) => String(Math.floor(timestamp)), "BIGINT")} * 1000) AS _commit_timestamp`,
  ];
  return `SELECT ${items.join(", ")} FROM ${rows}${await onlySql(snapshot, changed)}`;
}

async function rowsSql(snapshot: Snapshot, files: readonly ScanFile[], recorded: boolean): Promise<string> {
  const { partitions } = await snapshot.fileList();
  const { fields } = snapshot.schema;
  return scanSql(files, {
    schema: recorded ? struct([...fields, field(CHANGE_TYPE, STRING)]) : snapshot.schema,
    // The column of the change has no id, so that the files, which are never foreign ones, are read by physical names.
    mode: recorded && snapshot.mappingMode === "id" ? "name" : snapshot.mappingMode,
    partitions,
    rootUrl: describe(snapshot.location),
    metadata: false,
    fileColumn: FILE,
    rowColumn: ROW,
  });
}

/** The condition for the rows of files of which not all count. */
async function onlySql(snapshot: Snapshot, changed: readonly ChangedFile[]): Promise<string> {
  if (changed.every(({ only }) => only === undefined)) return "";
  const lists: number[][] = [];
  for (const { file, only } of changed) {
    const less = new Set(await rowsOf(snapshot, only?.less, file));
    lists.push((await rowsOf(snapshot, only?.of, file)).filter((row) => !less.has(row)));
  }
  const rows =
    `SELECT file * ${ROWS_PER_FILE} + unnest(positions) FROM (SELECT unnest(lists) AS positions, ` +
    `unnest(range(len(lists))) AS file FROM (SELECT from_json(${quoteString(JSON.stringify(lists))}, '[["BIGINT"]]') AS lists))`;
  return ` WHERE ${FILE} * ${ROWS_PER_FILE} + ${ROW} IN (${rows})`;
}

async function rowsOf(
  snapshot: Snapshot,
  vector: DeletionVectorDescriptor | undefined,
  file: AddAction,
): Promise<readonly number[]> {
  if (vector === undefined) return [];
  return (await snapshot.deletedRows(JSON.stringify(vector), file.path)) ?? [];
}

async function emptySql(snapshot: Snapshot): Promise<string> {
  const { partitions } = await snapshot.fileList();
  const rows = scanSql([], {
    schema: feedSchema(snapshot.schema),
    mode: "none",
    partitions,
    rootUrl: "",
    metadata: false,
    fileColumn: undefined,
    rowColumn: undefined,
  });
  return `SELECT * FROM ${rows}`;
}

/** Names that no table has. */
const FILE = "__boathouse_file";
const ROW = "__boathouse_row";
const ROWS_PER_FILE = 2 ** 40;

/** A constant where all files have the same, else found by the file's index. */
function lookUp(values: readonly string[], type: string): string {
  const [first = "NULL"] = values;
  if (values.every((value) => value === first)) return `CAST(${first} AS ${type})`;
  return `(CAST([${values.join(", ")}] AS ${type}[]))[${FILE} + 1]`;
}
