import { BoathouseError } from "../../core/errors.ts";
import type { Action, DomainMetadataAction, MetadataAction, ProtocolAction, TxnAction } from "../actions.ts";
import { parseCommit } from "./commit-file.ts";
import { isExactObject, parseExactJson, type ExactJson } from "./exact-json.ts";
import { isSupported } from "../features.ts";
import { numberIn } from "./row-values.ts";
import type { TableState } from "./table-state.ts";

/** What `N.crc` says of version N (PROTOCOL.md, "Version Checksum File Schema"), less the histograms, which are optional. */
export interface VersionChecksum {
  readonly txnId?: string;
  readonly tableSizeBytes: number;
  readonly numFiles: number;
  readonly numDeletedRecordsOpt?: number;
  readonly numDeletionVectorsOpt?: number;
  readonly numMetadata: 1;
  readonly numProtocol: 1;
  readonly inCommitTimestampOpt?: number;
  readonly setTransactions?: readonly TxnAction[];
  readonly domainMetadata?: readonly DomainMetadataAction[];
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
}

/** The checksum after one commit more; undefined where the commit alone does not tell. */
export function nextChecksum(
  before: VersionChecksum | undefined,
  actions: readonly Action[],
): VersionChecksum | undefined {
  const metadata = actions.findLast((action) => action.metaData !== undefined)?.metaData ?? before?.metadata;
  const protocol = actions.findLast((action) => action.protocol !== undefined)?.protocol ?? before?.protocol;
  const counts = countsAfter(before, actions);
  if (metadata === undefined || protocol === undefined || counts === undefined) return undefined;
  const transactions = before === undefined ? [] : before.setTransactions;
  const domains = before === undefined ? [] : before.domainMetadata;
  return checksumOf({
    commit: actions,
    counts,
    metadata,
    protocol,
    transactions:
      transactions &&
      latest(
        transactions,
        actions.flatMap(({ txn }) => txn ?? []),
        ({ appId }) => appId,
      ),
    domains:
      domains &&
      latest(
        domains,
        actions.flatMap((action) => action.domainMetadata ?? []),
        ({ domain }) => domain,
      ),
  });
}

/** The checksum of a version from its list of files. `commit`: the version's actions. */
export async function checksumOfState(state: TableState, commit: readonly Action[]): Promise<VersionChecksum> {
  return checksumOf({
    commit,
    counts: await countsOf(state),
    metadata: state.metadata,
    protocol: state.protocol,
    transactions: [...state.transactions.values()],
    domains: [...state.domains.values()],
  });
}

/** Undefined for what is no checksum, or lacks a field: it counts as missing, as in Delta Lake. */
export function parseChecksum(text: string): VersionChecksum | undefined {
  let value: ExactJson;
  try {
    value = parseExactJson(text);
  } catch {
    return undefined;
  }
  if (!isExactObject(value)) return undefined;
  const { tableSizeBytes, numFiles, metadata, protocol } = value;
  if (typeof tableSizeBytes !== "number" || typeof numFiles !== "number") return undefined;
  try {
    const lines = [
      { metaData: metadata },
      { protocol },
      ...listOf(value["setTransactions"]).map((txn) => ({ txn })),
      ...listOf(value["domainMetadata"]).map((domainMetadata) => ({ domainMetadata })),
    ];
    const actions = parseCommit(lines.map((line) => JSON.stringify(line)).join("\n"), "checksum");
    const read = nextChecksum(undefined, actions);
    if (read === undefined) return undefined;
    const { setTransactions, domainMetadata, ...rest } = read;
    const whole = (name: string): Record<string, number> => {
      const each = value[name];
      return typeof each === "number" ? { [name]: each } : {};
    };
    return {
      ...rest,
      tableSizeBytes,
      numFiles,
      ...whole("numDeletedRecordsOpt"),
      ...whole("numDeletionVectorsOpt"),
      ...whole("inCommitTimestampOpt"),
      ...(Array.isArray(value["setTransactions"]) ? { setTransactions: setTransactions ?? [] } : {}),
      ...(Array.isArray(value["domainMetadata"]) ? { domainMetadata: domainMetadata ?? [] } : {}),
    };
  } catch {
    return undefined;
  }
}

/**
 * Compares a version's state with its checksum. Throws `DELTA_TXN_LOG_FAILED_INTEGRITY`, which names what differs: the
 * log was changed after the checksum was written, or the checksum is wrong.
 */
export async function validateState(state: TableState, checksum: VersionChecksum, where: string): Promise<void> {
  // It was left by a table that stood here before.
  if (checksum.metadata.id !== state.metadata.id) return;
  const found = await countsOf(state);
  const differences: string[] = [];
  const compare = (what: string, expected: number | undefined, actual: number): void => {
    if (expected !== undefined && expected !== actual)
      differences.push(`${what}: ${expected} expected, ${actual} found`);
  };
  compare("table size in bytes", checksum.tableSizeBytes, found.tableSizeBytes);
  compare("number of files", checksum.numFiles, found.numFiles);
  compare("number of deletion vectors", checksum.numDeletionVectorsOpt, found.deletionVectors ?? 0);
  compare("number of deleted rows", checksum.numDeletedRecordsOpt, found.deletedRecords ?? 0);
  if (checksum.metadata.schemaString !== state.metadata.schemaString) differences.push("the schema");
  if (protocolText(checksum.protocol) !== protocolText(state.protocol)) differences.push("the protocol");
  if (differences.length === 0) return;
  throw new BoathouseError(
    "DELTA_TXN_LOG_FAILED_INTEGRITY",
    `The transaction log of ${where} has failed integrity checks at version ${state.version}: ${differences.join("; ")}.`,
    {
      sqlState: "XXKDS",
      details: { version: state.version, differences },
      hint: `A commit was changed or the file ${state.version}.crc is wrong. If the table is right, delete that file.`,
    },
  );
}

interface Counts {
  readonly tableSizeBytes: number;
  readonly numFiles: number;
  readonly deletedRecords: number | undefined;
  readonly deletionVectors: number | undefined;
}

interface ChecksumParts {
  readonly commit: readonly Action[];
  readonly counts: Counts;
  readonly metadata: MetadataAction;
  readonly protocol: ProtocolAction;
  readonly transactions: readonly TxnAction[] | undefined;
  readonly domains: readonly DomainMetadataAction[] | undefined;
}

function checksumOf({ commit, counts, metadata, protocol, transactions, domains }: ChecksumParts): VersionChecksum {
  const info = commit.find((action) => action.commitInfo !== undefined)?.commitInfo;
  const txnId = info?.["txnId"];
  const inCommit = info?.["inCommitTimestamp"];
  const { tableSizeBytes, numFiles, deletedRecords, deletionVectors } = counts;
  const vectors = isSupported(protocol, "deletionVectors");
  const expires = metadata.configuration["delta.setTransactionRetentionDuration"] !== undefined;
  const live = domains?.filter(({ removed }) => !removed);
  return {
    ...(typeof txnId === "string" ? { txnId } : {}),
    tableSizeBytes,
    numFiles,
    ...(vectors && deletedRecords !== undefined ? { numDeletedRecordsOpt: deletedRecords } : {}),
    ...(vectors && deletionVectors !== undefined ? { numDeletionVectorsOpt: deletionVectors } : {}),
    numMetadata: 1,
    numProtocol: 1,
    ...(typeof inCommit === "number" ? { inCommitTimestampOpt: inCommit } : {}),
    ...(transactions === undefined || expires || transactions.length > MOST_TRANSACTIONS
      ? {}
      : { setTransactions: transactions }),
    ...(live === undefined || live.length > MOST_DOMAINS ? {} : { domainMetadata: live }),
    metadata,
    protocol,
  };
}

/** Delta Lake's bounds. */
const MOST_TRANSACTIONS = 100;
const MOST_DOMAINS = 10;

function countsAfter(before: VersionChecksum | undefined, actions: readonly Action[]): Counts | undefined {
  let { tableSizeBytes, numFiles } = before ?? { tableSizeBytes: 0, numFiles: 0 };
  let deletedRecords = before === undefined ? 0 : before.numDeletedRecordsOpt;
  let deletionVectors = before === undefined ? 0 : before.numDeletionVectorsOpt;
  let removes = 0;
  let repeats = false;
  for (const { add, remove } of actions) {
    const file = add ?? remove;
    if (file === undefined) continue;
    const sign = add === undefined ? -1 : 1;
    if (file.size === undefined) return undefined;
    if (remove !== undefined) removes += 1;
    repeats ||= add?.dataChange === false;
    tableSizeBytes += sign * file.size;
    numFiles += sign;
    if (file.deletionVector === undefined) continue;
    if (deletedRecords !== undefined) deletedRecords += sign * file.deletionVector.cardinality;
    if (deletionVectors !== undefined) deletionVectors += sign;
  }
  // Without a remove, such an `add` says something new of a file that is there.
  if (repeats && removes === 0) return undefined;
  return { tableSizeBytes, numFiles, deletedRecords, deletionVectors };
}

async function countsOf(state: TableState): Promise<Counts> {
  const list = await state.files();
  const [row] = await list.connection.rows(
    `SELECT count(*) AS files, coalesce(sum(size), 0)::BIGINT AS bytes, count(dv.storageType) AS vectors, ` +
      `coalesce(sum(dv.cardinality), 0)::BIGINT AS deleted FROM ${list.rowsAt(state.version)}`,
  );
  return {
    numFiles: numberIn(row, "files"),
    tableSizeBytes: numberIn(row, "bytes"),
    deletedRecords: numberIn(row, "deleted"),
    deletionVectors: numberIn(row, "vectors"),
  };
}

function latest<T>(before: readonly T[], after: readonly T[], key: (each: T) => string): T[] {
  return [...new Map([...before, ...after].map((each) => [key(each), each])).values()];
}

function listOf(value: ExactJson | undefined): readonly ExactJson[] {
  return Array.isArray(value) ? value : [];
}

function protocolText({ minReaderVersion, minWriterVersion, readerFeatures, writerFeatures }: ProtocolAction): string {
  return JSON.stringify([
    minReaderVersion,
    minWriterVersion,
    readerFeatures?.toSorted() ?? [],
    writerFeatures?.toSorted() ?? [],
  ]);
}
