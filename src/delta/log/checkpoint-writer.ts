import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBoathouseError } from "../../core/errors.ts";
import type { Action } from "../actions.ts";
import { REMOVE_TYPE } from "./checkpoint-reader.ts";
import { actionRows, addStruct, removeActionRows, stateActions } from "./checkpoint-sql.ts";
import type { DeltaContext } from "../context.ts";
import { isSupported } from "../features.ts";
import type { FileList } from "./file-list.ts";
import { LAST_CHECKPOINT, writeLastCheckpoint, type LastCheckpoint } from "./last-checkpoint.ts";
import { checkpointName, SIDECAR_FOLDER, uuidCheckpointName } from "./log-files.ts";
import { logKey, type TableLocation } from "./log-segment.ts";
import { durationProperty } from "../properties.ts";
import { numberIn } from "./row-values.ts";
import type { TableState } from "./table-state.ts";
import { retentionCutoff, tombstonesSince } from "./tombstones.ts";

/** What a checkpoint holds, as `_last_checkpoint` says it. */
export type WrittenCheckpoint = LastCheckpoint & { readonly numOfAddFiles: number };

/**
 * Writes a checkpoint of a version and points `_last_checkpoint` at it (PROTOCOL.md, "Checkpoints"): a classic one of one
 * file, or with `delta.checkpointPolicy` = v2 one under a name of its own that refers to sidecars. Whoever reads sees it
 * whole or not at all. Undefined when another writer was faster.
 */
export async function writeCheckpoint(
  context: DeltaContext,
  location: TableLocation,
  state: TableState,
): Promise<WrittenCheckpoint | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "boathouse-checkpoint-"));
  try {
    const writer = new CheckpointWriter({ context, location, state, folder, list: await state.files() });
    const written = await (isV2(state) ? writer.v2() : writer.v1());
    await writeLastCheckpoint(location.store, logKey(location, LAST_CHECKPOINT), written);
    return written;
  } catch (error) {
    if (isBoathouseError(error, "OBJECT_EXISTS")) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Does the table want V2 checkpoints? */
function isV2({ metadata, protocol }: TableState): boolean {
  const policy = metadata.configuration["delta.checkpointPolicy"]?.toLowerCase();
  return policy === "v2" && isSupported(protocol, "v2Checkpoint");
}

interface Writing {
  readonly context: DeltaContext;
  readonly location: TableLocation;
  readonly state: TableState;
  readonly list: FileList;
  /** For files before they are put into the store. */
  readonly folder: string;
}

interface Written {
  readonly actions: number;
  readonly bytes: number;
  readonly modificationTime: number;
}

class CheckpointWriter {
  readonly #writing: Writing;
  readonly #actions: readonly Action[];

  constructor(writing: Writing) {
    this.#writing = writing;
    const { metadata } = writing.state;
    const property = "delta.setTransactionRetentionDuration";
    const kept = durationProperty(metadata, property, Number.POSITIVE_INFINITY);
    const cutoff = kept === Number.POSITIVE_INFINITY ? undefined : writing.context.clock.now() - kept;
    this.#actions = stateActions(writing.state, cutoff);
  }

  /** All actions in one file. Parts are deprecated: they cannot be written as one, and one file holds a million. */
  async v1(): Promise<WrittenCheckpoint> {
    const { state, list } = this.#writing;
    const kinds = ["protocol", "metaData", "txn", "domainMetadata"] as const;
    const select = [
      actionRows(this.#actions, kinds),
      `(SELECT ${addStruct(state, list)} AS "add" FROM ${list.rowsAt(state.version)})`,
      ...(await this.#tombstones()).map((each) => `(${each})`),
    ].join(" UNION ALL BY NAME ");
    const { actions, bytes } = await this.#put(select, checkpointName(state.version));
    return this.#last({ size: actions, sizeInBytes: bytes });
  }

  /** File actions in sidecars of bounded size; the file that names them comes last. */
  async v2(): Promise<WrittenCheckpoint> {
    const { context } = this.#writing;
    const removes = `delta_removes_${context.ids.uuid().replaceAll("-", "")}`;
    const select = (await this.#tombstones()).map((each) => `(${each})`).join(" UNION ALL BY NAME ");
    await context.connection.run(`CREATE TEMP TABLE ${removes} AS ${select}`);
    try {
      return await this.#v2Of(await this.#fileActions(`(SELECT rowid AS row_id, * FROM ${removes})`));
    } finally {
      await context.connection.run(`DROP TABLE ${removes}`);
    }
  }

  async #v2Of(fileActions: readonly string[]): Promise<WrittenCheckpoint> {
    const { context, state, list } = this.#writing;
    const sidecars: (Written & { readonly path: string; readonly sizeInBytes: number })[] = [];
    for (const select of fileActions) {
      const path = `${context.ids.uuid()}.parquet`;
      const { actions, bytes, modificationTime } = await this.#put(select, `${SIDECAR_FOLDER}/${path}`);
      if (actions > 0) sidecars.push({ path, actions, bytes, sizeInBytes: bytes, modificationTime });
    }
    const sidecarActions = sidecars.map(({ path, sizeInBytes, modificationTime }) => ({
      sidecar: { path, sizeInBytes, modificationTime },
    }));
    const sum = (field: "actions" | "sizeInBytes"): number => sidecars.reduce((all, each) => all + each[field], 0);
    const checkpointMetadata = {
      version: state.version,
      tags: {
        sidecarNumActions: String(sum("actions")),
        sidecarSizeInBytes: String(sum("sizeInBytes")),
        numOfAddFiles: String(await this.#numOfAddFiles()),
      },
    };
    const actions = [{ checkpointMetadata }, ...sidecarActions, ...this.#actions];
    const kinds = ["protocol", "metaData", "txn", "domainMetadata", "checkpointMetadata", "sidecar"] as const;
    const files = [`(SELECT ${addStruct(state, list)} AS "add" FROM ${list.rowsAt(state.version)} WHERE false)`];
    const select = [actionRows(actions, kinds), ...files, `(${removeActionRows([])})`].join(" UNION ALL BY NAME ");
    const path = uuidCheckpointName(state.version, context.ids.uuid());
    const top = await this.#put(select, path);
    const nonFileActions = [...this.#actions, { checkpointMetadata }];
    const v2Checkpoint = {
      path,
      sizeInBytes: top.bytes,
      modificationTime: top.modificationTime,
      ...(nonFileActions.length > MOST_IN_HINT ? {} : { nonFileActions }),
      ...(sidecars.length > MOST_IN_HINT ? {} : { sidecarFiles: sidecarActions.map(({ sidecar }) => sidecar) }),
    };
    const size = { size: sum("actions") + top.actions, sizeInBytes: sum("sizeInBytes") + top.bytes };
    return { ...(await this.#last(size)), v2Checkpoint: JSON.parse(JSON.stringify(v2Checkpoint)) };
  }

  /** Selects of at most `SIDECAR_ACTIONS` actions each; some may give none. */
  async #fileActions(removes: string): Promise<string[]> {
    const { state, list } = this.#writing;
    const rows = list.rowsAt(state.version);
    const add = `${addStruct(state, list)} AS "add"`;
    const none = `(SELECT ${add} FROM ${rows} WHERE false)`;
    return [
      ...(await this.#ranges(rows)).map(
        (at) => `SELECT ${add}, NULL::${REMOVE_TYPE} AS remove FROM ${rows} WHERE ${at}`,
      ),
      ...(await this.#ranges(removes)).map(
        (at) => `(SELECT remove FROM ${removes} WHERE ${at}) UNION ALL BY NAME ${none}`,
      ),
    ];
  }

  /** Conditions on `row_id` that together cover all rows. */
  async #ranges(rows: string): Promise<string[]> {
    const [bounds] = await this.#writing.context.connection.rows(
      `SELECT coalesce(max(row_id), -1) AS last FROM ${rows}`,
    );
    const ranges: string[] = [];
    for (let first = 0; first <= numberIn(bounds, "last"); first += SIDECAR_ACTIONS) {
      ranges.push(`row_id >= ${first} AND row_id < ${first + SIDECAR_ACTIONS}`);
    }
    return ranges;
  }

  /** Files removed within the retention period: from the checkpoint before, and from the commits since. */
  async #tombstones(): Promise<string[]> {
    const { context, location, state } = this.#writing;
    const { actions, select } = await tombstonesSince(context, location, state, retentionCutoff(context, state));
    return [removeActionRows(actions), ...(select === undefined ? [] : [select])];
  }

  async #numOfAddFiles(): Promise<number> {
    const { list, state } = this.#writing;
    const [row] = await list.connection.rows(`SELECT count(*) AS files FROM ${list.rowsAt(state.version)}`);
    return numberIn(row, "files");
  }

  async #last(size: { readonly size: number; readonly sizeInBytes: number }): Promise<WrittenCheckpoint> {
    return { version: this.#writing.state.version, ...size, numOfAddFiles: await this.#numOfAddFiles() };
  }

  async #put(select: string, name: string): Promise<Written> {
    const { context, location, folder } = this.#writing;
    const path = join(folder, "checkpoint.parquet");
    const [file] = await context.connection.copyToParquet({ select, path, compression: "zstd" });
    const actions = file?.rowCount ?? 0;
    if (actions === 0) return { actions, bytes: 0, modificationTime: 0 };
    const meta = await location.store.write(logKey(location, name), createReadStream(path), { ifNoneMatch: "*" });
    return { actions, bytes: meta.size, modificationTime: Math.floor(meta.lastModified) };
  }
}

/** Delta Lake's default for V2 checkpoints. */
const SIDECAR_ACTIONS = 50_000;
/** Delta Lake's bound of what `_last_checkpoint` repeats. */
const MOST_IN_HINT = 30;
