import { struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError, unreachable } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quotePath } from "../../sql/quote.ts";
import type { AddAction } from "../actions.ts";
import { recordChanges, recordsChanges } from "../changes/change-data.ts";
import { CHANGE_TYPE } from "../changes/change-columns.ts";
import { writeVectors } from "./deletion-vector-writer.ts";
import { isSupported } from "../features.ts";
import { addsFor, removeOf } from "../scan/listed-files.ts";
import { describe } from "../log/log-segment.ts";
import { isExactOnPartitions } from "../scan/partition-predicate.ts";
import { flagProperty } from "../properties.ts";
import { trackingColumns, trackingFields } from "./row-tracking.ts";
import { corrupted } from "../log/commit-file.ts";
import { numberIn, textIn } from "../log/row-values.ts";
import type { ScanFile } from "../scan/scan-sql.ts";
import type { Scan } from "../scan/scan.ts";
import { wideStats } from "./stats-text.ts";
import type { DeleteResult, RowCondition } from "./transaction-options.ts";
import type { Transaction } from "./transaction.ts";

/** Names of the columns that tell what becomes of a row and where it stands. */
const ACTION = "__action";
export const FILE = "__boathouse_file";
export const ROW = "__boathouse_row";

/** Rows that an operation changes, found out beforehand. */
export interface RowChanges {
  readonly connection: Connection;
  /**
   * A table of the connection: `ACTION` (`update`, `delete`, `insert`), `FILE` and `ROW` as `scan` gives them (both null
   * for `insert`), and for what is not deleted the columns of the table with their new values.
   */
  readonly table: string;
  /** Of all files with rows that change. */
  readonly scan: Scan;
  /** No row of the table stands in it twice. */
  readonly distinct: boolean;
  /** A row that stands in it twice is an error, as its new value would be ambiguous. */
  readonly checksCardinality: boolean;
  readonly signal?: AbortSignal;
}

export interface ChangedRows {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows that were written again as they were. */
  readonly copied: number;
  /** Files that rows were taken from. */
  readonly touchedFiles: number;
  /** Files whose rows all went. */
  readonly removedFiles: number;
  /** Files that were rewritten. */
  readonly rewrittenFiles: number;
  /** Files that got a deletion vector, or another one. */
  readonly vectors: number;
  readonly addedFiles: number;
  readonly addedBytes: number;
  /** Change data files. */
  readonly changeFiles: number;
}

/**
 * Changes rows of a table: those that go are marked in deletion vectors, or the file is written again without them,
 * whichever costs less; new values are appended. A file with no row left is removed.
 *
 * Throws `DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE`.
 */
export async function applyRowChanges(transaction: Transaction, changes: RowChanges): Promise<ChangedRows> {
  const { connection, table, scan } = changes;
  const hits = await hitsByFile(changes);
  const [counts] = await connection.rows(
    `SELECT count(*) FILTER (WHERE ${FILE} IS NULL) AS inserted, count(*) FILTER (WHERE ${ACTION} <> 'delete') AS written FROM ${table}`,
  );
  const sum = (of: (hit: Hit) => number): number => hits.reduce((total, hit) => total + of(hit), 0);
  const inserted = numberIn(counts, "inserted");
  const updated = sum((hit) => hit.updated);
  const result = { inserted, updated, deleted: sum((hit) => hit.rows) - updated };
  const plan = await planFiles(transaction, scan, hits, connection);
  await transaction.remove(scan.only([...plan.gone, ...plan.rewritten].map(({ index }) => index)));
  await markDeleted(transaction, plan.marked, changes);
  const columns = transaction.schema.fields.map(({ name }) => quoteIdentifier(name)).join(", ");
  const selects = [
    ...(numberIn(counts, "written") === 0 ? [] : [newRows(columns, changes, updated > 0)]),
    ...(plan.rewritten.length === 0 ? [] : [keptRows(transaction.schema, scan, plan.rewritten, table)]),
  ];
  const done = {
    ...result,
    touchedFiles: hits.length,
    removedFiles: plan.gone.length,
    rewrittenFiles: plan.rewritten.length,
    vectors: plan.marked.length,
    changeFiles: await recordRows(transaction, plan, changes, updated),
  };
  if (selects.length === 0) return { ...done, copied: 0, addedFiles: 0, addedBytes: 0 };
  const extra = trackingFields(scan.snapshot);
  const written = await transaction.write({
    connection,
    select: selects.join(" UNION ALL "),
    schema: struct([...transaction.schema.fields, ...extra]),
    extra,
    ...(changes.signal === undefined ? {} : { signal: changes.signal }),
  });
  if (done.changeFiles > 0) transaction.stage({ recorded: written.adds.map(({ path }) => path) });
  const copied = written.rows - inserted - updated;
  return { ...done, copied, addedFiles: written.adds.length, addedBytes: written.bytes };
}

/**
 * Writes change data files where the files of the commit do not tell what changed: rows that got new values look like others
 * that went and came, copied ones as well. Gives how many.
 */
async function recordRows(
  transaction: Transaction,
  plan: FilePlan,
  { connection, table, scan, signal }: RowChanges,
  updated: number,
): Promise<number> {
  if (!recordsChanges(transaction) || (updated === 0 && plan.rewritten.length === 0)) return 0;
  const columns = transaction.schema.fields.map(({ name }) => quoteIdentifier(name)).join(", ");
  const touched = [...plan.gone, ...plan.rewritten, ...plan.marked.map(({ file }) => file)];
  const old = scan
    .only(touched.map(({ index }) => index))
    .sql({ schema: transaction.schema, fileColumn: FILE, rowColumn: ROW });
  const before =
    `SELECT ${columns}, CASE ${ACTION} WHEN 'update' THEN 'update_preimage' ELSE 'delete' END AS ${CHANGE_TYPE} ` +
    `FROM (SELECT *, ${KEY} AS __boathouse_key FROM ${old}) JOIN (SELECT ${KEY} AS __boathouse_key, ` +
    `any_value(${ACTION}) AS ${ACTION} FROM ${table} WHERE ${FILE} IS NOT NULL GROUP BY ALL) USING (__boathouse_key)`;
  const after = `SELECT ${columns}, CASE ${ACTION} WHEN 'update' THEN 'update_postimage' ELSE 'insert' END FROM ${table} WHERE ${ACTION} <> 'delete'`;
  const written = await connection.rows(`SELECT count(*) AS rows FROM ${table} WHERE ${ACTION} <> 'delete'`);
  const select = numberIn(written[0], "rows") === 0 ? before : `${before} UNION ALL ${after}`;
  const source = { connection, select, ...(signal === undefined ? {} : { signal }) };
  const files = await recordChanges(transaction, source);
  transaction.stage({ recorded: touched.map(({ path }) => path) });
  return files;
}

/** Removes the rows of a condition. Where it speaks of partitions alone, no file is read. */
export async function deleteRows(
  transaction: Transaction,
  connection: Connection,
  { predicate, sql }: RowCondition,
): Promise<DeleteResult> {
  const listed = await transaction.scan({ listOnly: true, ...(predicate === undefined ? {} : { predicate }) });
  if (predicate !== undefined && isExactOnPartitions(predicate, listed.snapshot)) {
    await transaction.remove(listed);
    return { deletedRows: undefined, copiedRows: 0, changeFiles: 0 };
  }
  const scan = await listed.fetched();
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${GOING} AS SELECT 'delete' AS ${ACTION}, ${FILE}, ${ROW} ` +
      `FROM ${scan.sql({ fileColumn: FILE, rowColumn: ROW })} WHERE ${sql}`,
  );
  try {
    const changes = { connection, table: GOING, scan, distinct: true, checksCardinality: false };
    const { deleted, copied, changeFiles } = await applyRowChanges(transaction, changes);
    return { deletedRows: deleted, copiedRows: copied, changeFiles };
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${GOING}`);
  }
}

const GOING = '"__boathouse_going"';

interface Hit {
  /** Index in the scan. */
  readonly file: number;
  readonly rows: number;
  readonly updated: number;
}

async function hitsByFile({ connection, table, distinct, checksCardinality, scan }: RowChanges): Promise<Hit[]> {
  const there = `FROM ${table} WHERE ${FILE} IS NOT NULL`;
  const source = distinct
    ? `(SELECT ${FILE}, ${ACTION}, 1 AS n ${there})`
    : `(SELECT ${FILE}, any_value(${ACTION}) AS ${ACTION}, count(*) AS n ${there} GROUP BY ${FILE}, ${ROW})`;
  const rows = await connection.rows(
    `SELECT ${FILE} AS file, count(*) AS rows, count(*) FILTER (WHERE ${ACTION} = 'update') AS updated, max(n) AS most ` +
      `FROM ${source} GROUP BY ${FILE} ORDER BY ${FILE}`,
  );
  if (checksCardinality && rows.some((row) => numberIn(row, "most") > 1)) throw ambiguous(scan);
  return rows.map((row) => ({
    file: numberIn(row, "file"),
    rows: numberIn(row, "rows"),
    updated: numberIn(row, "updated"),
  }));
}

interface FilePlan {
  readonly gone: readonly ScanFile[];
  readonly rewritten: readonly ScanFile[];
  /** `records`: rows in the file, deleted ones included. */
  readonly marked: readonly { readonly file: ScanFile; readonly records: number }[];
}

/**
 * A file of which more than half is deleted costs less to write again than to read past at every scan; any other costs
 * more to write than its vector does.
 */
const MOST_DELETED = 0.5;

async function planFiles(
  transaction: Transaction,
  scan: Scan,
  hits: readonly Hit[],
  connection: Connection,
): Promise<FilePlan> {
  const byIndex = new Map(hits.map((hit) => [hit.file, hit]));
  const touched = scan.files.filter(({ index }) => byIndex.has(index));
  const records = await recordsOf(touched, connection);
  const marks =
    flagProperty(transaction.metadata, "delta.enableDeletionVectors") &&
    isSupported(transaction.protocol, "deletionVectors");
  const plan = {
    gone: [] as ScanFile[],
    rewritten: [] as ScanFile[],
    marked: [] as { file: ScanFile; records: number }[],
  };
  for (const file of touched) {
    const all = records.get(file.file) ?? unreachable(`The footer of ${file.file} was not read.`);
    if ((file.deleted?.at(-1) ?? -1) >= all) throw vectorTooLong(file, all);
    const deleted = (file.deleted?.length ?? 0) + (byIndex.get(file.index)?.rows ?? 0);
    if (deleted >= all) plan.gone.push(file);
    else if (marks && deleted <= all * MOST_DELETED) plan.marked.push({ file, records: all });
    else plan.rewritten.push(file);
  }
  return plan;
}

/** Counting its rows as deleted ones would take others for gone. */
function vectorTooLong({ path }: ScanFile, rows: number): BoathouseError {
  return corrupted(`the deletion vector of ${path}`, `there are rows beyond the ${rows} of the file`);
}

/** Rows of each file, from its footer: statistics may be missing, and a wrong count here would lose rows. */
async function recordsOf(files: readonly ScanFile[], connection: Connection): Promise<ReadonlyMap<string, number>> {
  if (files.length === 0) return new Map();
  const names = files.map(({ file }) => quotePath(file)).join(", ");
  const rows = await connection.rows(`SELECT file_name, num_rows FROM parquet_file_metadata([${names}])`);
  return new Map(rows.map((row) => [textIn(row, "file_name"), numberIn(row, "num_rows")]));
}

/** Gives each file a deletion vector with the rows that go besides those that are gone already. */
async function markDeleted(
  transaction: Transaction,
  marked: FilePlan["marked"],
  { connection, table, scan }: RowChanges,
): Promise<void> {
  const { snapshot, context, location } = transaction;
  if (marked.length === 0 || snapshot === undefined) return;
  const positions = await positionsByFile(connection, table, marked);
  const vectors = marked.map(({ file }) => merged(file.deleted ?? [], positions.get(file.index) ?? []));
  const { descriptors, key } = await writeVectors(location, context.ids, vectors);
  transaction.stage({ written: [key] });
  const old = await addsFor(snapshot, scan.only(marked.map(({ file }) => file.index)));
  const now = context.clock.now();
  const adds = old.map((add, index): AddAction => {
    const descriptor = descriptors[index];
    const stats = wideStats(add.stats, marked[index]?.records ?? 0);
    return { ...add, dataChange: true, stats, ...(descriptor === undefined ? {} : { deletionVector: descriptor }) };
  });
  transaction.stage({ removes: old.map((add) => removeOf(add, now)), adds });
  transaction.addMetrics({
    numDeletionVectorsAdded: marked.length,
    numDeletionVectorsUpdated: marked.filter(({ file }) => file.deleted !== undefined).length,
    numDeletionVectorsRemoved: marked.filter(({ file }) => file.deleted !== undefined).length,
  });
}

async function positionsByFile(
  connection: Connection,
  table: string,
  marked: FilePlan["marked"],
): Promise<ReadonlyMap<number, number[]>> {
  const found = new Map<number, number[]>(marked.map(({ file }) => [file.index, []]));
  const { batches } = await connection.stream(
    `SELECT DISTINCT ${FILE}::DOUBLE AS file, ${ROW}::DOUBLE AS row FROM ${table} ` +
      `WHERE ${FILE} IN (${[...found.keys()].join(", ")}) ORDER BY ALL`,
  );
  for await (const { columns, rowCount } of batches) {
    const [files = [], rows = []] = columns;
    for (let at = 0; at < rowCount; at += 1) found.get(Number(files[at]))?.push(Number(rows[at]));
  }
  return found;
}

/** Two ascending runs without a value in common, as one. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.length === 0 ? b : [...a, ...b].toSorted((x, y) => x - y);
}

/** Rows with their new values, and with the ids that updated ones had. */
function newRows(columns: string, { table, scan }: RowChanges, updates: boolean): string {
  const tracking = trackingColumns(scan.snapshot);
  const rows = `FROM ${table} WHERE ${ACTION} <> 'delete'`;
  if (tracking === undefined) return `SELECT ${columns} ${rows}`;
  const rowId = quoteIdentifier(tracking.rowId.name);
  const version = `NULL::BIGINT AS ${quoteIdentifier(tracking.version.name)}`;
  if (!updates) return `SELECT ${columns}, NULL::BIGINT AS ${rowId}, ${version} ${rows}`;
  const old = scan.sql({ fileColumn: FILE, rowColumn: ROW, keepsIds: true });
  return (
    `SELECT ${columns}, ${rowId}, ${version} FROM (SELECT *, ${KEY} AS __boathouse_key ${rows}) LEFT JOIN ` +
    `(SELECT ${rowId}, ${KEY} AS __boathouse_key FROM ${old}) USING (__boathouse_key)`
  );
}

/** The rows of files that do not change. */
function keptRows(schema: StructType, scan: Scan, files: readonly ScanFile[], table: string): string {
  const kept = scan.only(files.map(({ index }) => index));
  const source = kept.sql({ schema, fileColumn: FILE, rowColumn: ROW, keepsIds: true });
  const columns = schema.fields.map(({ name }) => quoteIdentifier(name));
  const ids = trackingFields(scan.snapshot).map(({ name }) => quoteIdentifier(name));
  return (
    `SELECT ${[...columns, ...ids].join(", ")} FROM (SELECT *, ${KEY} AS __boathouse_key FROM ${source}) ` +
    `ANTI JOIN (SELECT ${KEY} AS __boathouse_key FROM ${table} WHERE ${FILE} IS NOT NULL) USING (__boathouse_key)`
  );
}

const KEY = `${FILE} * ${2 ** 40} + ${ROW}`;

function ambiguous(scan: Scan): BoathouseError {
  return new BoathouseError(
    "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
    `Several rows of the source match one row of ${describe(scan.snapshot.location)}, so the result would be ambiguous.`,
    {
      sqlState: "21506",
      hint: "Make the source unique in the columns of ON: SELECT DISTINCT, or QUALIFY row_number() = 1.",
    },
  );
}
