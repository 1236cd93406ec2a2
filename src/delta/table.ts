import { BoathouseError } from "../core/errors.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { MetadataAction } from "./actions.ts";
import { ChecksumWriter, readChecksum } from "./log/checksum-writer.ts";
import { writeCheckpoint, type WrittenCheckpoint } from "./log/checkpoint-writer.ts";
import { checkMaintenance, type CommitCoordinator } from "./log/commit-coordinator.ts";
import type { DeltaContext } from "./context.ts";
import { checkWritable } from "./features.ts";
import { readDetail, readHistory, type HistoryEntry, type TableDetail } from "./log/history.ts";
import { cleanUpLog } from "./log/log-cleanup.ts";
import { commitsAfter, describe, listLog, type TableLocation } from "./log/log-segment.ts";
import { ManagedStore } from "./log/managed-store.ts";
import { countProperty } from "./properties.ts";
import { Snapshot } from "./snapshot.ts";
import { advanceState, loadState, type TableState } from "./log/table-state.ts";
import type { OperationInfo, TableDefinition } from "./write/transaction-options.ts";
import { Transaction, type TransactionParts } from "./write/transaction.ts";
import { validateState } from "./log/version-checksum.ts";
import { vacuumTable, type VacuumOptions, type VacuumResult } from "./maintain/vacuum.ts";
import { versionAt } from "./log/time-travel.ts";

/** Which version of a table to read; neither: the newest. */
export interface VersionSpec {
  readonly version?: number;
  /** The version that was the newest at this time, in milliseconds since the epoch. */
  readonly timestamp?: number;
}

export interface TableOptions {
  /** The catalog of a catalog-managed table. */
  readonly coordinator?: CommitCoordinator;
}

/**
 * A Delta table in a folder of a store. Keeps what it has read of the newest version, and reads only the commits that
 * came since. Make one a table and process.
 */
export class DeltaTable {
  readonly location: TableLocation;
  readonly #context: DeltaContext;
  #newest: TableState | undefined;
  #background: Promise<void> = Promise.resolve();
  #checkpointError: unknown;
  #checkpointed = 0;
  readonly #checksums: ChecksumWriter;
  readonly #managed: ManagedStore | undefined;
  #refreshing: Promise<unknown> = Promise.resolve();

  /** `root` is the key of the table's folder in the store, without slashes around it. Nothing is read yet. */
  constructor(context: DeltaContext, store: ObjectStore, root: string, options: TableOptions = {}) {
    this.#context = context;
    const { coordinator } = options;
    const remote = context.remote === undefined ? {} : { remote: context.remote };
    if (coordinator === undefined) this.location = { store, root, ...remote };
    else {
      this.#managed = new ManagedStore({ store, root, coordinator, uuid: () => context.ids.uuid() });
      this.location = { store: this.#managed, root, coordinator, ...remote };
    }
    this.#checksums = new ChecksumWriter(this.location);
  }

  /** Is there a table? */
  async exists(): Promise<boolean> {
    for await (const { file } of listLog(this.location, 0)) {
      // Checksums alone may be left of a table that was dropped while one was written.
      if (file.kind !== "checksum") return true;
    }
    return false;
  }

  /**
   * The table at a version. Throws `DELTA_TABLE_NOT_FOUND`, `DELTA_VERSION_NOT_FOUND`, and what a damaged log or an
   * unsupported feature gives.
   */
  async snapshot(spec: VersionSpec = {}): Promise<Snapshot> {
    if (spec.version !== undefined && spec.timestamp !== undefined) {
      throw new BoathouseError("DELTA_VERSION_AND_TIMESTAMP", "Give a version or a timestamp, not both.");
    }
    const version = spec.timestamp === undefined ? spec.version : await versionAt(this.location, spec.timestamp);
    if (version === undefined) return this.#snapshotOf(await this.#refresh());
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new BoathouseError(
        "DELTA_VERSION_INVALID",
        `"${version}" is no version: versions are whole numbers from 0.`,
      );
    }
    if (this.#newest?.version === version) return this.#snapshotOf(this.#newest);
    return this.#snapshotOf(await loadState(this.#context, this.location, { version }));
  }

  /** Begins a change of the table as it is in a snapshot (the newest when none is given). */
  async begin(info: OperationInfo, snapshot?: Snapshot): Promise<Transaction> {
    return Transaction.on({ ...this.#parts(info), snapshot: snapshot ?? (await this.snapshot()) });
  }

  /** Begins the creation of the table; rows can be appended before the commit. Its commit throws `DELTA_TABLE_ALREADY_EXISTS`. */
  async beginCreate(definition: TableDefinition, info: OperationInfo): Promise<Transaction> {
    if (await this.exists()) {
      throw new BoathouseError("DELTA_TABLE_ALREADY_EXISTS", `${describe(this.location)} is a Delta table already.`, {
        sqlState: "42P07",
        hint: "Append to it or overwrite it, or choose another path.",
      });
    }
    return Transaction.defining({ ...this.#parts(info), snapshot: undefined }, definition);
  }

  /** Begins the replacement of the whole table, definition and rows. */
  async beginReplace(definition: TableDefinition, info: OperationInfo, snapshot?: Snapshot): Promise<Transaction> {
    return Transaction.defining({ ...this.#parts(info), snapshot: snapshot ?? (await this.snapshot()) }, definition);
  }

  #parts(info: OperationInfo): Omit<TransactionParts, "snapshot"> {
    checkMaintenance(info.operation, this.location.coordinator, describe(this.location));
    return {
      context: this.#context,
      location: this.location,
      info,
      committed: (version, metadata) => this.#afterCommit(version, metadata),
    };
  }

  /** The commits that are left, newest first: DESCRIBE HISTORY. */
  history(options: { readonly limit?: number } = {}): Promise<HistoryEntry[]> {
    return readHistory(this.location, options);
  }

  /** DESCRIBE DETAIL. */
  async detail(): Promise<TableDetail> {
    return readDetail(await this.snapshot());
  }

  /** Deletes files that no version within the retention period needs. */
  async vacuum(options: VacuumOptions = {}): Promise<VacuumResult> {
    const { protocol, metadata, state } = await this.snapshot();
    checkWritable(protocol, metadata, describe(this.location));
    checkMaintenance("VACUUM", this.location.coordinator, describe(this.location));
    const target = { context: this.#context, location: this.location, state };
    return vacuumTable({ ...target, begin: (info) => this.begin(info) }, options);
  }

  /** Waits for what goes on after commits, outside their path: checksums, checkpoints, cleaning the log. Their failures are in `checkpointError`. */
  async settle(): Promise<void> {
    await this.#background;
    // What cannot be published now is so with the next commit.
    await this.#managed?.publish().catch(() => undefined);
  }

  /** Why the last checksum or checkpoint could not be written. The table is whole without it: only opening it takes longer. */
  get checkpointError(): unknown {
    return this.#checkpointError;
  }

  /**
   * Writes a checkpoint of the newest version now, and deletes what the log need not keep. Throws
   * `DELTA_TXN_LOG_FAILED_INTEGRITY` when the version is not what its checksum says.
   */
  async checkpoint(): Promise<WrittenCheckpoint | undefined> {
    const state = await this.#refresh();
    checkWritable(state.protocol, state.metadata, describe(this.location));
    const checksum = await readChecksum(this.location, state.version);
    if (checksum !== undefined) await validateState(state, checksum, describe(this.location));
    const written = await writeCheckpoint(this.#context, this.location, state);
    this.#checkpointed = Math.max(this.#checkpointed, state.version);
    await cleanUpLog(this.#context, this.location, state);
    return written;
  }

  /** Off the commit's path: its checksum, and a checkpoint when one is due. */
  #afterCommit(version: number, metadata: MetadataAction): void {
    this.#background = this.#background.then(async () => {
      try {
        await this.#checksums.write(version, metadata.id, () => this.#refresh());
        if (this.#isDue(version, metadata)) await this.checkpoint();
      } catch (error) {
        this.#checkpointError = error;
      }
    });
  }

  /** Every tenth version gets a checkpoint from whoever commits it; others step in when that one was killed. */
  #isDue(version: number, metadata: MetadataAction): boolean {
    const interval = countProperty(metadata, "delta.checkpointInterval", 10);
    const last = Math.max(this.#checkpointed, this.#newest?.checkpointVersion ?? 0);
    return version > 0 && (version % interval === 0 || version - last >= 2 * interval);
  }

  #snapshotOf(state: TableState): Snapshot {
    return new Snapshot(this.#context, this.location, state);
  }

  /** One at a time: the list of files is advanced in place. */
  async #refresh(): Promise<TableState> {
    const turn = this.#refreshing.then(async () => {
      const state = await this.#loadNewest();
      this.#newest = state;
      return state;
    });
    this.#refreshing = turn.catch(() => undefined);
    return turn;
  }

  async #loadNewest(): Promise<TableState> {
    const known = this.#newest;
    if (known !== undefined) {
      const commits = await commitsAfter(this.location, known.etag === undefined ? known.version : known.version - 1);
      if (known.etag === undefined) return advanceState(this.#context, this.location, known, commits);
      const [same, ...later] = commits;
      // Another commit of that name: the table was deleted and made anew since it was read.
      if (same?.meta.etag === known.etag) return advanceState(this.#context, this.location, known, later);
      this.#newest = undefined;
    }
    return loadState(this.#context, this.location);
  }

  toString(): string {
    return describe(this.location);
  }
}
