import { field, STRING, struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { AddAction, CdcAction, MetadataAction, ProtocolAction } from "../actions.ts";
import { CHANGE_TYPE, hasChangeFeed } from "./change-columns.ts";
import { writeData, type DataSource } from "../write/data-writer.ts";
import { isSupported } from "../features.ts";
import { keyOf } from "../log/log-segment.ts";
import { decodePath } from "../log/paths.ts";
import { scanOfFiles } from "../scan/scan.ts";
import { Snapshot } from "../snapshot.ts";
import type { Staged } from "../write/staged.ts";
import type { Transaction } from "../write/transaction.ts";

/** Does a commit have to say which rows it changed, where its files do not tell by themselves? */
export function recordsChanges(table: {
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
}): boolean {
  return hasChangeFeed(table.metadata) && isSupported(table.protocol, "changeDataFeed");
}

/**
 * Writes change data files of a transaction (PROTOCOL.md, "Change Data Files"): the rows of a SELECT with the table's
 * columns and `_change_type`. Gives how many files these are.
 */
export async function recordChanges(transaction: Transaction, source: DataSource): Promise<number> {
  const { adds } = await writeData(
    transaction.target,
    { ...source, schema: changeSchema(transaction.schema), asStored: true, extra: [CHANGE_FIELD] },
    [],
    { folder: "_change_data", prefix: "cdc" },
  );
  transaction.stage({
    changes: adds.map(changeFile),
    written: adds.map(({ path }) => keyOf(transaction.location, decodePath(path))),
  });
  return adds.length;
}

/** Records the rows of files that the transaction has just written as inserts. */
export async function recordInserts(
  transaction: Transaction,
  adds: readonly AddAction[],
  source: Pick<DataSource, "connection" | "signal">,
): Promise<void> {
  const { snapshot, context, location, metadata } = transaction;
  if (adds.length === 0 || snapshot === undefined) return;
  // The table as this transaction leaves it: it may have got columns.
  const written = new Snapshot(context, location, { ...snapshot.state, metadata });
  const scan = await scanOfFiles(written, adds);
  await recordChanges(transaction, { ...source, select: `SELECT *, 'insert' AS ${CHANGE_TYPE} FROM ${scan.sql()}` });
  transaction.stage({ recorded: adds.map(({ path }) => path) });
}

const CHANGE_FIELD = field(CHANGE_TYPE, STRING);

function changeSchema(schema: StructType): StructType {
  return struct([...schema.fields, CHANGE_FIELD]);
}

function changeFile({ path, partitionValues, size }: AddAction): CdcAction {
  return { path, partitionValues, size, dataChange: false };
}

/**
 * Where a commit has change data files, readers look at nothing else: they must speak of everything that it changed.
 *
 * Throws `DELTA_CHANGE_DATA_INCOMPLETE`.
 */
export function checkRecorded(staged: Staged, where: string): void {
  const [missing] = staged.changes.length === 0 ? [] : staged.unrecorded;
  if (missing === undefined) return;
  throw new BoathouseError(
    "DELTA_CHANGE_DATA_INCOMPLETE",
    `One transaction of ${where} changes rows in several ways (${missing}), which its change data feed could not tell.`,
    { hint: "Commit each change in a transaction of its own." },
  );
}
