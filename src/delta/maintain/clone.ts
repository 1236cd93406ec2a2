import { struct } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { AddAction, DomainMetadataAction, MetadataAction, ProtocolAction, TxnAction } from "../actions.ts";
import { copiedFiles, copyMissing, sharedFiles, type ClonedFile } from "./clone-files.ts";
import { mappingMode } from "../schema/column-mapping.ts";
import { supportedFeatures, withFeatures } from "../features.ts";
import { keepHighWaterMarks, withCommitTimes } from "../schema/inherited-metadata.ts";
import { allAdds, removeOf } from "../scan/listed-files.ts";
import type { TableLocation } from "../log/log-segment.ts";
import { readProperties, requiredFeatures } from "../properties.ts";
import { canonicalKey } from "../log/replay.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";
import type { TableDraft } from "../schema/table-draft.ts";
import type { Transaction } from "../write/transaction.ts";
import type { CommitResult } from "../write/transaction-options.ts";

/** What is cloned: a version of a Delta table, or Parquet files. */
export interface CloneSource {
  /** As the history of the clone names it. */
  readonly name: string;
  /** -1 for Parquet files, which have none. */
  readonly version: number;
  readonly location: TableLocation;
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
  readonly adds: readonly AddAction[];
  readonly domains: ReadonlyMap<string, DomainMetadataAction>;
  readonly transactions: ReadonlyMap<string, TxnAction>;
}

export interface CloneOptions {
  /** Names the files of the source in place of copying them. */
  readonly shallow: boolean;
  /** Table properties, over those of the source. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly comment?: string;
  readonly userName?: string;
  readonly signal?: AbortSignal;
  /** Refuses a table that is there already (`DELTA_TABLE_ALREADY_EXISTS`). */
  readonly isNew?: boolean;
  /** Makes the clone idempotent: done once, it is not done again. */
  readonly txn?: { readonly appId: string; readonly version: number };
}

/** A version of a Delta table as the source of a clone. */
export async function sourceOfSnapshot(snapshot: Snapshot, name: string): Promise<CloneSource> {
  const { version, location, metadata, protocol, state } = snapshot;
  const { domains, transactions } = state;
  return { name, version, location, metadata, protocol, adds: await allAdds(snapshot), domains, transactions };
}

/**
 * Makes a table that is a copy of another one, or brings a table to what the other one is, in one commit: what the clone
 * has already stays. A shallow clone lives on the files of its source, and breaks when VACUUM takes them from there; a
 * deep one has its own, and knows what applications have committed to the source. Undefined when the identity of `txn`
 * was committed before.
 *
 * Throws `DELTA_FILE_NOT_FOUND`, `DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE`, and what a commit throws.
 */
export async function cloneTable(
  target: DeltaTable,
  source: CloneSource,
  options: CloneOptions,
): Promise<CommitResult | undefined> {
  const { txn, shallow } = options;
  const before = options.isNew !== true && (await target.exists()) ? await target.snapshot() : undefined;
  const transaction = await begin(target, source, options, before);
  if (txn !== undefined) {
    if (transaction.isCommitted(txn.appId, txn.version)) return undefined;
    transaction.setTransaction(txn.appId, txn.version);
  }
  transaction.redefine(draftOfClone(source, options, { before, id: transaction.context.ids.uuid() }));
  const files = shallow
    ? await sharedFiles(source.adds, source.location, target.location)
    : await copiedFiles(source.adds, source.location, target.location, source.metadata.id);
  const had = new Map((before === undefined ? [] : await allAdds(before)).map((add) => [keyOfContent(add), add]));
  const wanted = new Set(files.map(({ add }) => keyOfContent(add)));
  const added = files.filter(({ add }) => !had.has(keyOfContent(add)));
  const removed = [...had.values()].filter((add) => !wanted.has(keyOfContent(add)));
  if (!shallow) await copyMissing(added, target.location, options.signal);
  const now = transaction.context.clock.now();
  transaction.stage({ adds: added.map(({ add }) => add), removes: removed.map((add) => removeOf(add, now)) });
  followState(transaction, source, before, shallow);
  transaction.addMetrics({
    sourceTableSize: bytes(source.adds),
    sourceNumOfFiles: source.adds.length,
    numRemovedFiles: removed.length,
    numCopiedFiles: shallow ? 0 : added.length,
    removedFilesSize: bytes(removed),
    copiedFilesSize: shallow ? 0 : bytes(added.map(({ add }: ClonedFile) => add)),
  });
  return transaction.commit();
}

function begin(
  target: DeltaTable,
  { name, version }: CloneSource,
  { shallow, userName, signal }: CloneOptions,
  before: Snapshot | undefined,
): Promise<Transaction> {
  const info = {
    operation: "CLONE",
    parameters: { source: name, sourceVersion: version, isShallow: shallow },
    ...(userName === undefined ? {} : { userName }),
    ...(signal === undefined ? {} : { signal }),
  };
  if (before !== undefined) return target.begin(info, before);
  return target.beginCreate({ schema: struct([]) }, info);
}

/** A file under its name; the same name over other content, which only tables that were converted can have, is another one. */
function keyOfContent(add: AddAction): string {
  return `${canonicalKey(add)}\0${add.size}\0${add.modificationTime}\0${JSON.stringify(add.partitionValues)}`;
}

function draftOfClone(
  source: CloneSource,
  { properties = {}, comment }: CloneOptions,
  { before, id }: { readonly before: Snapshot | undefined; readonly id: string },
): TableDraft {
  const { configuration, features } = readProperties(properties);
  const { name: _name, description: _description, ...described } = source.metadata;
  const inherited = Object.entries(source.metadata.configuration).filter(([key]) => !OF_THE_LOG.test(key));
  const description = comment ?? before?.metadata.description;
  const metadata: MetadataAction = {
    ...described,
    id: before?.metadata.id ?? id,
    ...(before?.metadata.name === undefined ? {} : { name: before.metadata.name }),
    ...(description === undefined ? {} : { description }),
    configuration: { ...Object.fromEntries(inherited), ...configuration },
  };
  for (const other of [source.metadata, ...(before === undefined ? [] : [before.metadata])]) {
    if (mappingMode(other) !== mappingMode(metadata)) throw otherMode(mappingMode(other), mappingMode(metadata));
  }
  const wanted = [...supportedFeatures(source.protocol), ...requiredFeatures(metadata), ...features];
  const protocol = before === undefined ? withFeatures(source.protocol, wanted) : withFeatures(before.protocol, wanted);
  const dated = withCommitTimes(metadata, before?.metadata);
  return { metadata: before === undefined ? dated : keepHighWaterMarks(dated, before.metadata), protocol };
}

/** What says something of one log alone: where its commits are coordinated, in which columns row ids were kept. */
const OF_THE_LOG = /^(delta\.coordinatedCommits\.|io\.unitycatalog\.tableId$|delta\.rowTracking\.materialized)/i;

/** Clustering is the source's; other domains of the clone end. A deep clone takes over what applications have committed. */
function followState(
  transaction: Transaction,
  source: CloneSource,
  before: Snapshot | undefined,
  shallow: boolean,
): void {
  const had = before?.state.domains ?? new Map<string, DomainMetadataAction>();
  const clustering = source.domains.get(CLUSTERING)?.configuration;
  if (clustering !== had.get(CLUSTERING)?.configuration) transaction.setDomain(CLUSTERING, clustering);
  for (const name of had.keys()) {
    if (name !== CLUSTERING && name !== ROW_IDS) transaction.setDomain(name, undefined);
  }
  if (shallow) return;
  for (const { appId, version } of source.transactions.values()) transaction.setTransaction(appId, version);
}

const CLUSTERING = "delta.clustering";
const ROW_IDS = "delta.rowTracking";

function otherMode(from: string, to: string): BoathouseError {
  return new BoathouseError(
    "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE",
    `A clone cannot change the column mapping from "${from}" to "${to}".`,
    { sqlState: "0AKDC", hint: "Clone into a new table, without delta.columnMapping.mode among its properties." },
  );
}

function bytes(adds: readonly AddAction[]): number {
  return adds.reduce((sum, { size }) => sum + size, 0);
}
