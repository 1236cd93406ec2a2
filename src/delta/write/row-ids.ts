import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Action, AddAction, MetadataAction, ProtocolAction } from "../actions.ts";
import { assignsRowIds } from "./row-tracking.ts";
import type { Snapshot } from "../snapshot.ts";

const DOMAIN = "delta.rowTracking";

/**
 * Gives fresh ids to the rows of a commit, anew at each attempt: ids begin after the highest that was ever given in the
 * table, which other writers raise meanwhile (PROTOCOL.md, "Writer Requirements for Row Tracking").
 */
export class RowIds {
  #protocol: ProtocolAction;
  #metadata: MetadataAction;
  /** The highest id in use; -1 when there is none. */
  #highest: number;

  constructor(
    snapshot: Snapshot | undefined,
    table: { readonly protocol: ProtocolAction; readonly metadata: MetadataAction },
  ) {
    this.#protocol = table.protocol;
    this.#metadata = table.metadata;
    this.#highest = highWaterMark(snapshot?.domain(DOMAIN)) ?? -1;
  }

  /** Takes notice of what another writer committed in the meantime. */
  rebase(actions: readonly Action[]): void {
    for (const { domainMetadata, protocol } of actions) {
      if (protocol !== undefined) this.#protocol = protocol;
      if (domainMetadata?.domain !== DOMAIN) continue;
      this.#highest = Math.max(this.#highest, highWaterMark(domainMetadata.configuration) ?? -1);
    }
  }

  /**
   * The actions of a commit at a version, every `add` with ids. Throws `DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS` for a file
   * that does not say how many rows it has.
   */
  assign(actions: readonly Action[], version: number): Action[] {
    if (!assignsRowIds({ protocol: this.#protocol, metadata: this.#metadata })) return withoutIds(actions);
    let highest = this.#highest;
    // A file that comes back, as RESTORE brings it, keeps its ids.
    for (const { add } of actions) {
      if (add?.baseRowId !== undefined) highest = Math.max(highest, add.baseRowId + (recordsOf(add) ?? 1) - 1);
    }
    const assigned = actions.map((action): Action => {
      const { add } = action;
      if (add === undefined) return action;
      const { baseRowId = highest + 1, defaultRowCommitVersion = version } = add;
      if (add.baseRowId === undefined) highest += countOf(add);
      return { add: { ...add, baseRowId, defaultRowCommitVersion } };
    });
    if (highest === this.#highest) return assigned;
    if (!Number.isSafeInteger(highest)) throw exhausted();
    const configuration = JSON.stringify({ rowIdHighWaterMark: highest });
    return [...assigned, { domainMetadata: { domain: DOMAIN, configuration, removed: false } }];
  }
}

/** Files that were read with ids keep them only where the table goes on giving some. */
function withoutIds(actions: readonly Action[]): Action[] {
  return actions.map((action): Action => {
    if (action.add?.baseRowId === undefined && action.add?.defaultRowCommitVersion === undefined) return action;
    const { baseRowId: _id, defaultRowCommitVersion: _version, ...add } = action.add;
    return { add };
  });
}

function highWaterMark(configuration: string | undefined): number | undefined {
  if (configuration === undefined || configuration === "") return undefined;
  const value: unknown = JSON.parse(configuration);
  const mark = isJsonObject(value) ? value["rowIdHighWaterMark"] : undefined;
  return typeof mark === "number" ? mark : undefined;
}

/** Rows in the file, deleted ones included. */
function recordsOf({ stats }: AddAction): number | undefined {
  const value: unknown = stats === undefined ? undefined : JSON.parse(stats);
  const records = isJsonObject(value) ? value["numRecords"] : undefined;
  return typeof records === "number" ? records : undefined;
}

function countOf(add: AddAction): number {
  const records = recordsOf(add);
  if (records !== undefined) return records;
  throw new BoathouseError(
    "DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS",
    `Cannot assign row IDs without row count statistics: ${add.path} has none.`,
    {
      sqlState: "22000",
      hint: "Rewrite the file (OPTIMIZE, or overwrite the table), or set delta.enableRowTracking to false.",
      details: { path: add.path },
    },
  );
}

function exhausted(): BoathouseError {
  return new BoathouseError("DELTA_ROW_IDS_EXHAUSTED", "The table has given out all row ids below 2^53.", {
    hint: "Copy it into a new table.",
  });
}
