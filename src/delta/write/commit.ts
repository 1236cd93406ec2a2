import { throwIfAborted } from "../../core/cancellation.ts";
import { BoathouseError, isBoathouseError, messageOf } from "../../core/errors.ts";
import type { Action, ProtocolAction } from "../actions.ts";
import { isCatalogManaged } from "../log/commit-coordinator.ts";
import { formatCommit, parseCommit } from "../log/commit-file.ts";
import { checkConflicts, type TransactionReads, type Winner } from "./conflict.ts";
import type { DeltaContext } from "../context.ts";
import { commitName } from "../log/log-files.ts";
import { commitsAfter, describe, logKey, type TableLocation } from "../log/log-segment.ts";
import { inParallel, readObject } from "../log/objects.ts";

export interface CommitAttempt {
  readonly context: DeltaContext;
  readonly location: TableLocation;
  /** The version that was read; -1 for a table that is to be created. */
  readonly readVersion: number;
  /** The actions of the commit at a version. The first holds `commitInfo` with `txnId`. */
  readonly actions: (version: number, previousTimestamp: number | undefined) => readonly Action[];
  /** Told of each commit that was faster and is no conflict, before `actions` is asked again. */
  readonly rebase?: (winner: Winner) => void;
  readonly txnId: string;
  /** What to check against other writers' commits; undefined for a table that is to be created. */
  readonly reads: TransactionReads | undefined;
  readonly previousTimestamp: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Puts a commit at the next free version: a write that fails when the name is taken, then the check against whoever was
 * faster, then the next try. A commit whose acknowledgement was lost is recognised by its `txnId`.
 *
 * Gives the version. Throws the conflict, or `DELTA_TABLE_ALREADY_EXISTS`.
 */
export async function commitActions(attempt: CommitAttempt): Promise<number> {
  const { context, location, signal } = attempt;
  let version = attempt.readVersion + 1;
  let { previousTimestamp } = attempt;
  for (let failures = 0; ; failures += 1) {
    throwIfAborted(signal);
    const actions = attempt.actions(version, previousTimestamp);
    if (location.coordinator !== undefined && inCommitTimestamp({ version, actions }) === undefined) {
      throw notDated(location);
    }
    for (const { protocol } of actions) if (protocol !== undefined) checkNewProtocol(location, protocol);
    const body = Buffer.from(formatCommit(actions));
    try {
      await location.store.write(logKey(location, commitName(version)), body, { ifNoneMatch: "*" });
      return version;
    } catch (error) {
      const winners = await winnersAfter(location, version - 1).catch((cause: unknown) => {
        throw stateUnknown(location, version, cause);
      });
      const own = winners.find((winner) => isOwn(winner, attempt.txnId));
      if (own !== undefined) return own.version;
      if (isBoathouseError(error, "OBJECT_STATE_UNKNOWN")) throw stateUnknown(location, version, error);
      if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
      if (attempt.reads === undefined) throw alreadyExists(location);
      await checkConflicts(attempt.reads, winners);
      for (const winner of winners) attempt.rebase?.(winner);
      version = (winners.at(-1)?.version ?? version - 1) + 1;
      previousTimestamp = inCommitTimestamp(winners.at(-1)) ?? previousTimestamp;
    }
    if (failures >= MOST_FAILURES) {
      throw new BoathouseError(
        "DELTA_MAX_COMMIT_RETRIES_EXCEEDED",
        `${describe(location)} is written by too many at once.`,
        {
          sqlState: "40000",
          hint: "Run the statement again, with fewer writers at a time.",
        },
      );
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 10));
    await context.clock.sleep(wait * (0.5 + context.random() / 2), signal);
  }
}

/** A table becomes catalog-managed, or ceases to be so, by its catalog alone. */
function checkNewProtocol(location: TableLocation, protocol: ProtocolAction): void {
  if (isCatalogManaged(protocol) === (location.coordinator !== undefined)) return;
  throw new BoathouseError(
    "DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_CREATION",
    isCatalogManaged(protocol)
      ? `${describe(location)} cannot become a catalog-managed table: no catalog is given that would manage it.`
      : `${describe(location)} is managed by its catalog: it needs the table feature catalogManaged.`,
    { sqlState: "0AKDC", hint: "Set or leave out the property delta.feature.catalogManaged accordingly." },
  );
}

function notDated(location: TableLocation): BoathouseError {
  return new BoathouseError(
    "DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_CREATION",
    `${describe(location)} is managed by its catalog: commits must say their time, as files are published at any time.`,
    { sqlState: "0AKDC", hint: "Set the property delta.enableInCommitTimestamps to true." },
  );
}

const MOST_FAILURES = 1000;
/** Milliseconds. */
const FIRST_WAIT = 2;
const LONGEST_WAIT = 500;

async function winnersAfter(location: TableLocation, version: number): Promise<Winner[]> {
  const commits = await commitsAfter(location, version);
  return inParallel(commits, 32, async (commit) => ({
    version: commit.version,
    actions: parseCommit(await readObject(location.store, commit.meta.key), commit.meta.key),
  }));
}

function isOwn(winner: Winner, txnId: string): boolean {
  return winner.actions.some(({ commitInfo }) => commitInfo?.["txnId"] === txnId);
}

function inCommitTimestamp(winner: Winner | undefined): number | undefined {
  const time = winner?.actions[0]?.commitInfo?.["inCommitTimestamp"];
  return typeof time === "number" ? time : undefined;
}

/** Whether a commit landed is not known: its data files must stay. */
export const COMMIT_STATE_UNKNOWN = "DELTA_COMMIT_STATE_UNKNOWN";

function stateUnknown(location: TableLocation, version: number, cause: unknown): BoathouseError {
  return new BoathouseError(
    COMMIT_STATE_UNKNOWN,
    `Whether version ${version} of ${describe(location)} was committed is not known: ${messageOf(cause)}`,
    { cause, hint: "DESCRIBE HISTORY shows whether the commit is there, once the storage can be reached." },
  );
}

function alreadyExists(location: TableLocation): BoathouseError {
  return new BoathouseError("DELTA_TABLE_ALREADY_EXISTS", `${describe(location)} is a Delta table already.`, {
    sqlState: "42P07",
    hint: "Append to it or overwrite it, or choose another path.",
  });
}
