import { BoathouseError } from "../../core/errors.ts";
import type { Action, AddAction, RemoveAction } from "../actions.ts";
import { updatesIdentityOnly } from "./commit-info.ts";
import { checkWritable } from "../features.ts";
import { FILE_KEY, FileList, keyList } from "../log/file-list.ts";
import { describe } from "../log/log-segment.ts";
import type { Predicate } from "../scan/predicate.ts";
import { mayMatch } from "../scan/pruning.ts";
import { canonicalKey } from "../log/replay.ts";
import type { Snapshot } from "../snapshot.ts";

/** A commit that another writer made after the version that a transaction read. */
export interface Winner {
  readonly version: number;
  readonly actions: readonly Action[];
}

/** What a transaction did, as far as other commits can get in its way. */
export interface TransactionReads {
  readonly operation: string;
  readonly snapshot: Snapshot;
  readonly actions: readonly Action[];
  /** What it read: any file that may match one of them. */
  readonly reads: readonly Predicate[];
  readonly isolation: "Serializable" | "WriteSerializable";
}

/**
 * Whether a transaction can still be committed after the winners, in the order of Delta Lake's own checks: protocol,
 * metadata, domains, transaction ids, files added to what was read, files deleted from what was read, files deleted
 * twice. Throws the error of the first that fails.
 */
export async function checkConflicts(transaction: TransactionReads, winners: readonly Winner[]): Promise<void> {
  for (const winner of winners) {
    checkProtocol(transaction, winner);
    checkMetadata(transaction, winner);
    checkDomains(transaction, winner);
    checkTransactionIds(transaction, winner);
    await checkAdded(transaction, winner);
    await checkDeleted(transaction, winner);
    checkDeletedTwice(transaction, winner);
    checkVacuumed(transaction, winner);
  }
}

function checkProtocol({ snapshot, actions, operation }: TransactionReads, winner: Winner): void {
  const theirs = winner.actions.find((action) => action.protocol !== undefined)?.protocol;
  if (theirs === undefined) return;
  const metadata = winner.actions.find((action) => action.metaData !== undefined)?.metaData ?? snapshot.metadata;
  checkWritable(theirs, metadata, describe(snapshot.location));
  if (actions.some((action) => action.protocol !== undefined)) {
    throw conflict("DELTA_PROTOCOL_CHANGED", "the protocol of the table was changed", { operation, winner });
  }
}

function checkMetadata({ operation, actions }: TransactionReads, winner: Winner): void {
  const info = winner.actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
  // Identity values that were given out disturb only those who change the metadata too.
  if (updatesIdentityOnly(info) && actions.every(({ metaData }) => metaData === undefined)) return;
  if (winner.actions.some((action) => action.metaData !== undefined)) {
    throw conflict("DELTA_METADATA_CHANGED", "the metadata of the table was changed", { operation, winner });
  }
}

function checkDomains({ actions, operation }: TransactionReads, winner: Winner): void {
  const ours = new Set(
    actions.flatMap(({ domainMetadata }) => (domainMetadata === undefined ? [] : [domainMetadata.domain])),
  );
  const shared = winner.actions.find(
    ({ domainMetadata }) => domainMetadata !== undefined && ours.has(domainMetadata.domain),
  );
  if (shared === undefined) return;
  const what = `the metadata domain "${shared.domainMetadata?.domain ?? ""}" was changed`;
  throw conflict("DELTA_CONCURRENT_DOMAIN_METADATA", what, { operation, winner });
}

function checkTransactionIds({ actions, operation }: TransactionReads, winner: Winner): void {
  const ours = new Set(actions.flatMap(({ txn }) => (txn === undefined ? [] : [txn.appId])));
  const shared = winner.actions.find(({ txn }) => txn !== undefined && ours.has(txn.appId));
  if (shared === undefined) return;
  const what = `the application "${shared.txn?.appId ?? ""}" committed another version`;
  throw conflict("DELTA_CONCURRENT_TRANSACTION", what, { operation, winner });
}

async function checkAdded(transaction: TransactionReads, winner: Winner): Promise<void> {
  const { snapshot, reads, operation, actions, isolation } = transaction;
  if (reads.length === 0 || onlyRearranges(actions)) return;
  const blind = winner.actions.some(({ commitInfo }) => commitInfo?.["isBlindAppend"] === true);
  const changesMetadata = actions.some(({ metaData }) => metaData !== undefined);
  if (blind && isolation === "WriteSerializable" && !changesMetadata) return;
  const added = winner.actions.flatMap(({ add }) => (add === undefined || !add.dataChange ? [] : [add]));
  if (added.length === 0 || !(await matches(snapshot, added, reads))) return;
  throw conflict("DELTA_CONCURRENT_APPEND", "files were added to what this operation read", { operation, winner });
}

async function checkDeleted({ snapshot, reads, operation }: TransactionReads, winner: Winner): Promise<void> {
  const removed = removesOf(winner.actions);
  if (reads.length === 0 || removed.length === 0) return;
  const list = await snapshot.fileList();
  const [row] = await list.connection.rows(
    `SELECT count(*)::INTEGER AS files FROM ${list.rowsAt(snapshot.version)} ` +
      `WHERE ${FILE_KEY} IN (${keyList(removed.map(canonicalKey))}) AND ${anyMatch(snapshot, list, reads)}`,
  );
  if (row?.["files"] === 0) return;
  throw conflict("DELTA_CONCURRENT_DELETE_READ", "files that this operation read were deleted", { operation, winner });
}

function checkDeletedTwice({ actions, operation }: TransactionReads, winner: Winner): void {
  // By path: a file whose deletion vector changed is another logical file over the same rows.
  const ours = new Set(removesOf(actions).map(({ path }) => canonicalKey({ path })));
  if (!removesOf(winner.actions).some(({ path }) => ours.has(canonicalKey({ path })))) return;
  throw conflict("DELTA_CONCURRENT_DELETE_DELETE", "files that this operation deletes were deleted", {
    operation,
    winner,
  });
}

/** What RESTORE brings back was removed before, perhaps so long ago that VACUUM takes it after RESTORE has found it there. */
function checkVacuumed({ operation }: TransactionReads, winner: Winner): void {
  if (operation !== "RESTORE") return;
  const info = winner.actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
  if (info?.["operation"] !== "VACUUM START" && info?.["operation"] !== "VACUUM END") return;
  const what = "files that it brings back may have been deleted";
  throw conflict("DELTA_CONCURRENT_DELETE_READ", what, { operation, winner });
}

/** Do any of the files, which are not in the list yet, hold rows that were asked for? */
async function matches(snapshot: Snapshot, added: readonly AddAction[], reads: readonly Predicate[]): Promise<boolean> {
  const list = await FileList.create(snapshot.context, snapshot.metadata);
  await list.insert(added, 0);
  const [row] = await list.connection.rows(
    `SELECT count(*)::INTEGER AS files FROM ${list.rowsAt(0)} WHERE ${anyMatch(snapshot, list, reads)}`,
  );
  return row?.["files"] !== 0;
}

function anyMatch(snapshot: Snapshot, list: FileList, reads: readonly Predicate[]): string {
  const columns = {
    schema: snapshot.schema,
    mode: snapshot.mappingMode,
    partitions: list.partitions,
    shape: list.shape,
  };
  return `(${reads.map((predicate) => mayMatch(predicate, columns)).join(" OR ")})`;
}

/**
 * Nothing but the same rows in other files, which new rows do not disturb. What else follows from a read must see them,
 * and be it that there is nothing to do (RESTORE to a version with the files of today).
 */
function onlyRearranges(actions: readonly Action[]): boolean {
  return actions.length > 0 && actions.every(({ add, remove }) => (add ?? remove)?.dataChange === false);
}

function removesOf(actions: readonly Action[]): RemoveAction[] {
  return actions.flatMap(({ remove }) => (remove === undefined ? [] : [remove]));
}

interface ConflictParts {
  readonly operation: string;
  readonly winner: Winner;
}

function conflict(code: string, what: string, { operation, winner }: ConflictParts): BoathouseError {
  const info = winner.actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
  const theirs = typeof info?.["operation"] === "string" ? info["operation"] : "an unknown operation";
  return new BoathouseError(
    code,
    `${operation} was not committed: ${what} by version ${winner.version} (${theirs}) in the meantime.`,
    { sqlState: "2D521", hint: "Run the statement again.", details: { winner: winner.version, retry: true } },
  );
}
