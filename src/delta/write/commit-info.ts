import type { Action, CommitInfoAction, MetadataAction } from "../actions.ts";
import type { DeltaContext } from "../context.ts";
import { onlyMarksDiffer } from "./high-water-marks.ts";
import type { Metrics } from "./metrics.ts";
import { flagProperty } from "../properties.ts";
import type { OperationInfo } from "./transaction-options.ts";

export interface CommitDescription {
  readonly context: DeltaContext;
  readonly info: OperationInfo;
  readonly txnId: string;
  /** -1 for a table that is created. */
  readonly readVersion: number;
  readonly isBlindAppend: boolean;
  readonly metrics: Metrics;
  /** As the commit leaves it, and as it was. */
  readonly metadata: MetadataAction;
  readonly before: MetadataAction | undefined;
}

/**
 * The actions of a commit at a version, `commitInfo` first. With in-commit timestamps the time is later than
 * `previousTimestamp`, that of the version before (PROTOCOL.md, "In-Commit Timestamps").
 */
export function commitWithInfo(
  body: readonly Action[],
  commit: CommitDescription,
  at: { readonly version: number; readonly previousTimestamp: number | undefined },
): Action[] {
  const now = commit.context.clock.now();
  const inCommit = flagProperty(commit.metadata, IN_COMMIT)
    ? Math.max(now, (at.previousTimestamp ?? 0) + 1)
    : undefined;
  return [
    { commitInfo: { ...commitInfo(commit, now, inCommit), isolationLevel: levelOf(body, commit.metadata) } },
    ...body.map((action) => dated(action, commit.before, { version: at.version, inCommit })),
  ];
}

export function isolationOf(metadata: MetadataAction): "Serializable" | "WriteSerializable" {
  return metadata.configuration["delta.isolationLevel"] === "WriteSerializable" ? "WriteSerializable" : "Serializable";
}

/** What changes no rows and no definition (OPTIMIZE, VACUUM) is right in any order, and says so as Delta Lake does. */
function levelOf(body: readonly Action[], metadata: MetadataAction): string {
  const changes = body.some(
    ({ add, remove, cdc, metaData, protocol }) =>
      (add ?? remove ?? cdc)?.dataChange === true || metaData !== undefined || protocol !== undefined,
  );
  return changes ? isolationOf(metadata) : "SnapshotIsolation";
}

/** Says of a commit that it changes nothing of the metadata but how far identity columns have come, as in Delta Lake. */
const IDENTITY_TAG = "delta.identity.schemaUpdate";

/** Does a commit change nothing of the metadata but how far identity columns have come? */
export function updatesIdentityOnly(info: CommitInfoAction | undefined): boolean {
  const tags = info?.["tags"];
  return (
    typeof tags === "object" &&
    tags !== null &&
    Object.entries(tags).some(([k, v]) => k === IDENTITY_TAG && v === "true")
  );
}

const IN_COMMIT = "delta.enableInCommitTimestamps";

function commitInfo(commit: CommitDescription, now: number, inCommit: number | undefined): CommitInfoAction {
  const { context, info, metrics } = commit;
  return {
    ...(inCommit === undefined ? {} : { inCommitTimestamp: inCommit }),
    timestamp: inCommit ?? now,
    ...(info.userName === undefined ? {} : { userName: info.userName }),
    operation: info.operation,
    operationParameters: textParameters(info.parameters ?? {}),
    ...(commit.readVersion < 0 ? {} : { readVersion: commit.readVersion }),
    isBlindAppend: commit.isBlindAppend,
    operationMetrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, String(value)])),
    ...(info.userMetadata === undefined ? {} : { userMetadata: info.userMetadata }),
    ...tagsOf(commit),
    engineInfo: context.engineInfo,
    txnId: commit.txnId,
  };
}

function tagsOf({ before, metadata }: CommitDescription): { readonly tags?: Readonly<Record<string, string>> } {
  const tags = {
    ...(before !== undefined && onlyMarksDiffer(before, metadata) ? { [IDENTITY_TAG]: "true" } : {}),
    // Whatever rows are changed or moved by, they keep their ids.
    ...(before !== undefined && flagProperty(before, "delta.enableRowTracking") ? { [PRESERVED_TAG]: "true" } : {}),
  };
  return Object.keys(tags).length === 0 ? {} : { tags };
}

/** PROTOCOL.md, "Writer Requirements for Row Tracking". */
const PRESERVED_TAG = "delta.rowTracking.preserved";

/** A commit that switches in-commit timestamps on in an existing table says since when. */
function dated(
  action: Action,
  before: MetadataAction | undefined,
  at: { readonly version: number; readonly inCommit: number | undefined },
): Action {
  if (action.metaData === undefined || at.inCommit === undefined || before === undefined) return action;
  if (flagProperty(before, IN_COMMIT)) return action;
  const configuration = {
    ...action.metaData.configuration,
    "delta.inCommitTimestampEnablementVersion": String(at.version),
    "delta.inCommitTimestampEnablementTimestamp": String(at.inCommit),
  };
  return { metaData: { ...action.metaData, configuration } };
}

function textParameters(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
